import { sleep } from "../../core/clock.js";
import type { Env } from "../../core/env.js";
import type { SimAir } from "./air.js";
import { never } from "../../core/abort.js";

export interface ForeignAdvertLoad {
  readonly phones: number;
  /** How many of them begin to broadcast in a second; 0: none ever does. */
  readonly rateHz: number;
}

/**
 * Other people in the room, whose phones broadcast to computers of their own, until the signal aborts.
 *
 * Each says something else, so that a scanner cannot pass over them without trying.
 */
export async function startForeignAdverts(
  env: Env,
  air: SimAir,
  { phones, rateHz }: ForeignAdvertLoad,
  signal: AbortSignal,
): Promise<void> {
  if (rateHz === 0) return;
  const broadcasts: AsyncDisposable[] = [];
  try {
    while (broadcasts.length < phones) {
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
