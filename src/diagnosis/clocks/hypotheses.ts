import { narrowed, type Bound, type Interval } from "./bounds.js";
import { REFERENCE_CLOCK } from "./clock-of.js";

/** One way in which the clocks of a trace can be off: what has to be added to the times of each that is. */
export type Hypothesis = ReadonlyMap<string, Interval>;

const RIGHT: Interval = [0, 0];
const ANY: Interval = [-Infinity, Infinity];
/** No more clocks than these are taken for wrong at a time, before all are. */
const OFF_MAX = 3;
/** The fastest of all messages between two parties was not on its way for longer. */
const LATENCY_MS_MAX = 1_000;

/**
 * Finds which clocks can be off, as few as possible, and by how much each.
 *
 * @param given intervals that are known of clocks; every other clock is taken for right where that is possible.
 * @returns every smallest set of clocks that explains the trace, the likeliest first; an empty set where all clocks
 *   can be right; nothing where no offsets explain it: a clock was set in the middle.
 */
export function hypothesesOf(
  bounds: readonly Bound[],
  given: ReadonlyMap<string, Interval>,
): readonly Hypothesis[] {
  const clocks = [
    ...new Set([...bounds.flatMap(({ clock, other }) => [clock, other]), ...given.keys()]),
  ].sort();
  const known = new Map(clocks.map((clock) => [clock, given.get(clock) ?? RIGHT]));
  const right = narrowed(bounds, known);
  if (right !== undefined) return [hypothesis(right, new Set(given.keys()))];
  const violated = bounds.filter(({ mostMs }) => mostMs < 0);
  const suspects = [...new Set(violated.flatMap(({ clock, other }) => [clock, other]))].sort(likelier);
  for (let count = 1; count <= Math.min(OFF_MAX, suspects.length - 1); count += 1) {
    const found = subsets(suspects, count).flatMap((off) => assume(bounds, known, off) ?? []);
    if (found.length > 0) return found;
  }
  return (
    assume(
      bounds,
      known,
      clocks.filter((clock) => clock !== (clocks.includes(REFERENCE_CLOCK) ? REFERENCE_CLOCK : clocks[0])),
    ) ?? []
  );
}

/** The reference is the last that is taken for wrong. */
function likelier(a: string, b: string): number {
  if ((a === REFERENCE_CLOCK) !== (b === REFERENCE_CLOCK)) return a === REFERENCE_CLOCK ? 1 : -1;
  return a < b ? -1 : a > b ? 1 : 0;
}

function assume(
  bounds: readonly Bound[],
  known: ReadonlyMap<string, Interval>,
  off: readonly string[],
): readonly Hypothesis[] | undefined {
  const within = new Map([...known, ...off.map((clock) => [clock, ANY] as const)]);
  const found = narrowed(bounds, within);
  return (
    found && [
      hypothesis(
        found,
        new Set([...off, ...[...known].flatMap(([clock, at]) => (at === RIGHT ? [] : [clock]))]),
      ),
    ]
  );
}

function hypothesis(found: ReadonlyMap<string, Interval>, off: ReadonlySet<string>): Hypothesis {
  return new Map([...found].filter(([clock]) => off.has(clock)).map(([clock, at]) => [clock, bounded(at)]));
}

/** Ends an interval that is open at one side, or both. */
function bounded([lowMs, highMs]: Interval): Interval {
  if (lowMs === -Infinity && highMs === Infinity) return RIGHT;
  if (highMs === Infinity) return [lowMs, lowMs + LATENCY_MS_MAX];
  return [lowMs === -Infinity ? highMs - LATENCY_MS_MAX : lowMs, highMs];
}

function subsets(names: readonly string[], count: number): readonly (readonly string[])[] {
  if (count === 0) return [[]];
  return names.flatMap((name, at) => subsets(names.slice(at + 1), count - 1).map((rest) => [name, ...rest]));
}
