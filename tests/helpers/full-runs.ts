/** True when `FULL=1` asks for every run of every property, as the continuous integration does. */
export const FULL = process.env["FULL"] === "1";

/**
 * Returns how many runs a long property or how many stories a long table gets: all with `FULL=1`, a tenth otherwise.
 * Each call states the full number, so that the number is read where the property is.
 */
export function fullRuns(full: number): number {
  return FULL ? full : Math.ceil(full / 10);
}
