import { systemClock, type Clock } from "../core/clock.js";

/**
 * Makes the clock of a harness in real time: milliseconds since it began, whole ones, as documents state theirs. Both read
 * the computer's date, so that what came first has the lower time on either side.
 */
export function realClock(beganAtEpochMs: number): Clock {
  let lastMs = 0;
  return {
    ...systemClock,
    nowMs() {
      // A date that is set back lets no time pass.
      lastMs = Math.max(lastMs, systemClock.epochMs() - beganAtEpochMs);
      return lastMs;
    },
  };
}
