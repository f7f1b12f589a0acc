/** A pause without records, shown shorter than it was. */
export interface Fold {
  readonly fromMs: number;
  readonly toMs: number;
  /** Where its middle is, in percent of the width. */
  readonly at: number;
}

/** Time on paper: milliseconds in, percent of the width out. */
export interface TimeScale {
  readonly endMs: number;
  readonly folds: readonly Fold[];
  /** Moments that need a place of their own; the width has to be enough for them. */
  readonly moments: number;
  /** Percent of the width, 0..100; the same order as in time. Moments outside are at the edge. */
  at(ms: number): number;
}

/** Pauses from here on are marked as folded. */
export const FOLD_MS = 5_000;

/** Every pause gets one unit of width and this much more for each factor of ten above the finest. */
const UNITS_PER_DECADE = 1.2;
const FINEST_MS = 25;

/** Room at both edges, in percent: marks have a width. */
const MARGIN = 1.5;

/**
 * A scale that shows milliseconds beside minutes: the width of a pause grows with the logarithm of its length.
 *
 * The scale is linear in between, so that a deadline without a record at its time still has its place.
 */
export function timeScale(moments: readonly number[]): TimeScale {
  const times = [...new Set([0, ...moments.filter((ms) => Number.isFinite(ms) && ms >= 0)])].sort(
    (a, b) => a - b,
  );
  const units = [0];
  for (const [index, ms] of times.slice(1).entries()) {
    const pauseMs = ms - (times[index] as number);
    units.push((units[index] as number) + 1 + UNITS_PER_DECADE * Math.log10(1 + pauseMs / FINEST_MS));
  }
  const total = Math.max(units.at(-1) as number, 1);
  const percent = (unit: number) => MARGIN + (unit / total) * (100 - 2 * MARGIN);
  const at = (ms: number) => percent(unitsAt(ms, { times, units }));
  const folds = times.slice(1).flatMap((toMs, index) => {
    const fromMs = times[index] as number;
    return toMs - fromMs < FOLD_MS ? [] : [{ fromMs, toMs, at: (at(fromMs) + at(toMs)) / 2 }];
  });
  return { endMs: times.at(-1) as number, folds, moments: times.length, at };
}

interface Knots {
  readonly times: readonly number[];
  readonly units: readonly number[];
}

function unitsAt(ms: number, { times, units }: Knots): number {
  const next = firstFrom(ms, times);
  if (next === times.length) return units.at(-1) as number;
  if (next <= 0) return 0;
  const [fromMs, toMs] = [times[next - 1] as number, times[next] as number];
  const [from, to] = [units[next - 1] as number, units[next] as number];
  return from + ((ms - fromMs) / (toMs - fromMs)) * (to - from);
}

/** Index of the first of the rising times that is not before `ms`; their number where all are. */
function firstFrom(ms: number, times: readonly number[]): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] as number) >= ms) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Of places in order of importance, those that keep `apart` percent from all chosen before them. */
export function spacedOut<Place extends { readonly at: number }>(
  places: readonly Place[],
  apart: number,
): readonly Place[] {
  const chosen: Place[] = [];
  for (const place of places) {
    if (chosen.every(({ at }) => Math.abs(at - place.at) >= apart)) chosen.push(place);
  }
  return chosen;
}
