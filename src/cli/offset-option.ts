import { type Invocation, UsageError } from "./command.js";
import { textsOf } from "./options.js";

export const OFFSET_HELP = `  --offset ACTOR=LOW..HIGH   how far an actor's clock is off: site=-90s..+5s; may be given for several actors`;

export const OFFSET_OPTION = { offset: { type: "string", multiple: true } } as const;

const UNIT_MS = { ms: 1, s: 1_000, min: 60_000 } as const;

/**
 * Reads the intervals of `--offset`, in milliseconds by actor.
 *
 * @throws {UsageError} USAGE for what is no interval.
 */
export function offsetsOf(invocation: Invocation): Readonly<Record<string, readonly [number, number]>> {
  return Object.fromEntries(textsOf(invocation, "offset").map(offsetOf));
}

function offsetOf(text: string): readonly [string, readonly [number, number]] {
  const [, actor, low, high = low] = /^([^=]+)=([^.]*(?:\.\d+[a-z]+)?)(?:\.\.(.+))?$/.exec(text) ?? [];
  const lowMs = durationMs(low);
  const highMs = durationMs(high);
  if (actor === undefined || lowMs === undefined || highMs === undefined || lowMs > highMs) {
    throw new UsageError("USAGE", `--offset takes ACTOR=LOW..HIGH, not "${text}"`, {
      hint: "--offset site=-90s..+5s: the site's clock is up to 90 s behind or 5 s ahead; units are ms, s and min",
    });
  }
  return [actor, [lowMs, highMs]];
}

function durationMs(text = ""): number | undefined {
  const [, digits, unit] = /^([+-]?\d+(?:\.\d+)?)(ms|s|min)$/.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits) * UNIT_MS[unit as keyof typeof UNIT_MS];
}
