import { sleep } from "../../core/clock.js";
import type { Env } from "../../core/env.js";
import type { OptionsOf } from "../knobs/knob-spec.js";
import type { SimAir } from "./air.js";
import type { ADVERT_KNOBS } from "./air-knobs.js";
import { never } from "../../core/abort.js";

/** How many other phones there are, and how many of them begin in a second. */
export type ForeignAdvertLoad = Pick<OptionsOf<typeof ADVERT_KNOBS>, "foreignAdverts" | "rateHz">;

/**
 * Other people in the room, whose phones broadcast to computers of their own, until the signal aborts.
 *
 * Each says something else, so that a scanner cannot pass over them without trying.
 */
export async function startForeignAdverts(
  env: Env,
  air: SimAir,
  { foreignAdverts, rateHz }: ForeignAdvertLoad,
  signal: AbortSignal,
): Promise<void> {
  if (rateHz === 0) return;
  const broadcasts: AsyncDisposable[] = [];
  try {
    while (broadcasts.length < foreignAdverts) {
      await sleep(env.clock, 1_000 / rateHz, "crowd.arrives", { signal });
      broadcasts.push(await air.foreignAdvert());
    }
    await never(signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    for (const broadcast of broadcasts) await broadcast[Symbol.asyncDispose]();
  }
}
