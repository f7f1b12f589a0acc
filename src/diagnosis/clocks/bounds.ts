import type { CausalPair } from "./causal-pair.js";
import { clockOf } from "./clock-of.js";

/** An interval of milliseconds; either end may be infinite. */
export type Interval = readonly [lowMs: number, highMs: number];

/** What has to be added to one clock's times exceeds what has to be added to another's by `mostMs` at most. */
export interface Bound {
  readonly clock: string;
  readonly other: string;
  readonly mostMs: number;
}

/** Derives from pairs of records how far the clocks that timed them can be apart; only the tightest bounds are kept. */
export function boundsOf(pairs: readonly CausalPair[]): readonly Bound[] {
  const tightest = new Map<string, Bound>();
  for (const { before, after } of pairs) {
    const clock = clockOf(before.actor);
    const other = clockOf(after.actor);
    if (clock === other) continue;
    const key = `${clock} ${other}`;
    const mostMs = after.atMs - before.atMs;
    if (mostMs < (tightest.get(key)?.mostMs ?? Infinity)) tightest.set(key, { clock, other, mostMs });
  }
  return [...tightest.values()];
}

/**
 * Narrows what may have to be added to each clock's times to what the bounds leave.
 *
 * A system of difference constraints, solved by the shortest ways between all clocks.
 *
 * @param within interval of each clock; `[0, 0]` is a clock that is right.
 * @returns the intervals, or `undefined` where no choice meets all bounds.
 */
export function narrowed(
  bounds: readonly Bound[],
  within: ReadonlyMap<string, Interval>,
): ReadonlyMap<string, Interval> | undefined {
  const clocks = [...within.keys()];
  const index = new Map(clocks.map((clock, at) => [clock, at + 1]));
  const size = clocks.length + 1;
  // most[i][j]: by how much i exceeds j at most; 0 is true time.
  const most = Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (__, j) => (i === j ? 0 : Infinity)),
  );
  const limit = (i: number, j: number, ms: number) => {
    const row = most[i];
    if (row !== undefined && ms < (row[j] ?? Infinity)) row[j] = ms;
  };
  const at = (i: number, j: number) => most[i]?.[j] ?? Infinity;
  for (const [clock, [lowMs, highMs]] of within) {
    const i = index.get(clock) ?? 0;
    limit(i, 0, highMs);
    limit(0, i, -lowMs);
  }
  for (const { clock, other, mostMs } of bounds) {
    const i = index.get(clock);
    const j = index.get(other);
    if (i !== undefined && j !== undefined) limit(i, j, mostMs);
  }
  for (let via = 0; via < size; via += 1)
    for (let i = 0; i < size; i += 1) for (let j = 0; j < size; j += 1) limit(i, j, at(i, via) + at(via, j));
  if (most.some((_, i) => at(i, i) < 0)) return undefined;
  return new Map(clocks.map((clock, i) => [clock, [0 - at(0, i + 1), at(i + 1, 0)] as const]));
}
