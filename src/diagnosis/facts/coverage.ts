import type { CeremonyTrace } from "./ceremony.js";

/**
 * For traces of logs: what would be in them, had it happened, and when. Each probe with the intervals, in milliseconds of
 * the trace, inside which the absence of a record proves something. A probe that is not named proves nothing by absence.
 */
export type Coverage = Readonly<Record<string, readonly (readonly [fromMs: number, untilMs: number])[]>>;

/**
 * Says whether a stretch of a trace lies inside what a probe covers.
 *
 * @param coverage absent for a trace that was recorded whole: there every layer with a record covers all of it.
 */
export function covers(
  coverage: Coverage | undefined,
  probe: string,
  [fromMs, untilMs]: readonly [fromMs: number, untilMs: number],
): boolean {
  if (coverage === undefined) return true;
  return (coverage[probe] ?? []).some(([beginMs, endMs]) => beginMs <= fromMs && untilMs <= endMs);
}

/** Probes of what happens between the call of the browser and the end of its promise. */
const OF_REQUEST: readonly string[] = [
  "page",
  "ctap",
  "timer",
  "link",
  "ctap.key",
  "link.phone",
  "link.service",
];

/**
 * The time in which a probe could have shown something of a ceremony: the browser's request for what the browser and the
 * authenticator do, and up to the last call for the site; the whole ceremony where neither is known.
 */
export function stretchOf(
  { records, beganAtMs, called, settled, calls }: CeremonyTrace,
  probe: string,
): readonly [fromMs: number, untilMs: number] {
  const lastMs = Math.max(beganAtMs, records.at(-1)?.atMs ?? beganAtMs);
  if (OF_REQUEST.includes(probe)) return [called?.atMs ?? beganAtMs, settled?.atMs ?? lastMs];
  if (probe !== "rp" || settled === undefined) return [beganAtMs, lastMs];
  const calledMs = calls.map(({ askedAtMs, answeredAtMs }) => answeredAtMs ?? askedAtMs);
  return [beganAtMs, Math.max(settled.atMs, ...calledMs)];
}
