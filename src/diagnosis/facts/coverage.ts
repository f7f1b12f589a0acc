import type { Probe } from "../rule.js";
import type { CeremonyTrace } from "./ceremony.js";

/**
 * For traces of logs: what would be in them, had it happened, and when. Each probe with the intervals, in milliseconds of
 * the trace, inside which the absence of a record proves something. A probe that is not named proves nothing by absence.
 */
export type Coverage = Readonly<
  Partial<Record<Probe, readonly (readonly [fromMs: number, untilMs: number])[]>>
>;

/**
 * Says whether a stretch of a trace lies inside what a probe covers.
 *
 * @param coverage absent for a trace that was recorded whole: there every layer with a record covers all of it.
 */
export function covers(
  coverage: Coverage | undefined,
  probe: Probe,
  [fromMs, untilMs]: readonly [fromMs: number, untilMs: number],
): boolean {
  if (coverage === undefined) return true;
  return (coverage[probe] ?? []).some(([beginMs, endMs]) => beginMs <= fromMs && untilMs <= endMs);
}

/** The time from a ceremony's first record to its last. */
export function stretchOf({ records, beganAtMs }: CeremonyTrace): readonly [fromMs: number, untilMs: number] {
  return [beganAtMs, Math.max(beganAtMs, records.at(-1)?.atMs ?? beganAtMs)];
}
