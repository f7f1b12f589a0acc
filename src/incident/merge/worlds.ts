import type { Merged } from "./merge-sources.js";
import type { PlacedRecord } from "./placed-record.js";
import type { TimedRecord } from "./trace-of.js";

/** Stamps finer than this are taken as they are. */
const COARSE_MS = 2;
/** How many ways of placing coarse stamps inside their intervals are tried. */
const JITTERS = 6;

/** One choice of all that the clocks leave open. */
export interface World {
  readonly timed: readonly TimedRecord[];
  /** Milliseconds since 1970 at which the trace begins. */
  readonly startMs: number;
  /** What a moment of a source is in this world, in milliseconds of its trace. */
  readonly traceMs: (source: string, ms: number) => number;
}

type Correct = (source: string) => number;
type Place = (record: PlacedRecord, index: number) => number;

/**
 * Lists the choices that a verdict has to hold in: the middle of all intervals first, then each clock at both ends of its
 * own, and coarse stamps at both ends and at drawn places between, in the order of their source.
 */
export function worldsOf(merged: Merged): readonly World[] {
  const { times } = merged.clocks;
  const middle: Correct = (source) => mean(times.get(source)?.correctionMs ?? [0, 0]);
  const isCoarse = merged.records.some(({ at }) => at.toMs - at.fromMs >= COARSE_MS);
  const half: Place = ({ at }) => (at.toMs - at.fromMs >= COARSE_MS ? mean([at.fromMs, at.toMs]) : at.fromMs);
  const ends = [...times].flatMap(
    ([
      id,
      {
        correctionMs: [lowMs, highMs],
      },
    ]): readonly Correct[] =>
      highMs - lowMs < COARSE_MS
        ? []
        : [lowMs, highMs].map((ms) => (source: string) => (source === id ? ms : middle(source))),
  );
  const places: readonly Place[] = isCoarse
    ? [
        ({ at }) => at.fromMs,
        ({ at }) => Math.max(at.fromMs, at.toMs - 0.001),
        ...Array.from({ length: JITTERS }, (_, turn) => drawn(turn)),
      ]
    : [];
  return [
    world(merged, middle, half),
    ...ends.map((correct) => world(merged, correct, half)),
    ...places.map((place) => world(merged, middle, place)),
  ];
}

const mean = ([low, high]: readonly [number, number]) => (low + high) / 2;

function drawn(turn: number): Place {
  return ({ at }, index) => at.fromMs + (at.toMs - at.fromMs) * fraction(turn, index);
}

/** A number from 0 to 1 that depends on its arguments alone. */
function fraction(turn: number, index: number): number {
  let hash = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(turn + 1, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}

function world({ records }: Merged, correct: Correct, place: Place): World {
  // A source writes in order: what stands later in it did not happen earlier.
  const last = new Map<string, number>();
  const timed = records.map((record, index) => {
    const own = place(record, index);
    const atMs = Math.min(record.at.toMs, Math.max(own, last.get(record.source) ?? -Infinity));
    if (record.at.fromMs >= (last.get(record.source) ?? -Infinity) - (record.at.toMs - record.at.fromMs))
      last.set(record.source, atMs);
    return { ms: atMs + correct(record.source), record };
  });
  const startMs = timed.reduce((least, { ms }) => Math.min(least, ms), Infinity);
  return { timed, startMs, traceMs: (source, ms) => ms + correct(source) - startMs };
}
