import { ByteReader } from "../../core/bytes.js";
import { nameOfCommand } from "../../ctap/command.js";
import type { CommandContext } from "./context.js";

/**
 * Draws how long a command takes before it answers or asks for the user, in milliseconds.
 *
 * @param usualMs for commands of which the profile has no quantiles; nothing is drawn then.
 */
export function workingTimeMs(
  { env, profile }: Pick<CommandContext, "env" | "profile">,
  command: number,
  usualMs: number,
): number {
  const quantiles = profile.latencies?.[nameOfCommand(command)];
  if (quantiles === undefined) return usualMs;
  const share = new ByteReader(env.entropy.bytes(4)).uint(4) / 2 ** 32;
  const place = share * (quantiles.length - 1);
  const below = quantiles[Math.floor(place)] ?? 0;
  const above = quantiles[Math.ceil(place)] ?? below;
  return below + (above - below) * (place - Math.floor(place));
}
