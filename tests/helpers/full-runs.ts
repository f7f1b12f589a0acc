/** True when `FULL=1` asks for every run of every property, as the continuous integration does. */
export const FULL = process.env["FULL"] === "1";

/** A tenth of a small number tests next to nothing: fewer runs than this only where the full number is smaller. */
const RUNS_MIN = 8;

/**
 * Returns how many runs a long property or how many stories a long table gets: all with `FULL=1`, a tenth otherwise,
 * and never less than 8 of those there are. Each call states the full number, so that the number is read where the
 * property is.
 */
export function fullRuns(full: number): number {
  return FULL ? full : Math.min(full, Math.max(RUNS_MIN, Math.ceil(full / 10)));
}

/** Returns the cases of a long table that run: all with `FULL=1`, otherwise as many as {@link fullRuns} says, evenly spread. */
export function someOf<T>(all: readonly T[]): readonly T[] {
  const step = all.length / fullRuns(all.length);
  return all.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
}
