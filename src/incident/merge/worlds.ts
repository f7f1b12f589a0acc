import { causalLinks, type CausalLink } from "./causal-links.js";
import { labelsOf, type Merged } from "./merged.js";
import type { PlacedRecord } from "./placed-record.js";
import type { TimedRecord } from "./trace-of.js";

/** Stamps finer than this are taken as they are. */
const COARSE_MS = 2;
/** Most rounds of moving what contradicts a link. */
const PASSES_MAX = 8;
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

/** The parts of a merge that a world is made of. */
type Placed = Pick<Merged, "clocks" | "records">;

/** The choice in the middle of all intervals. */
export function middleWorld(merged: Placed): World {
  return world(merged, middleOf(merged), { place: half, links: [] });
}

/**
 * Lists the choices that a verdict has to hold in: the middle of all intervals first, then each clock at both ends of its
 * own, and coarse stamps at both ends and at drawn places between. No choice contradicts what must have come first.
 */
export function worldsOf(merged: Merged): readonly World[] {
  const { times, at } = merged.clocks;
  const middle = middleOf(merged);
  const links = causalLinks(middleWorld(merged).timed, labelsOf(merged));
  const isCoarse = merged.records.some(isCoarseRecord);
  const ends = [...times].flatMap(
    ([
      id,
      {
        correctionMs: [lowMs, highMs],
      },
    ]): readonly Correct[] =>
      highMs - lowMs < COARSE_MS
        ? []
        : [lowMs, highMs].map((ms) => {
            const intervals = at(id, ms);
            return (source: string) => mean(intervals.get(source) ?? [0, 0]);
          }),
  );
  const places: readonly Place[] = isCoarse
    ? [
        ({ at: own }) => own.fromMs,
        ({ at: own }) => Math.max(own.fromMs, own.toMs - 0.001),
        ...Array.from({ length: JITTERS }, (_, turn) => drawn(turn)),
      ]
    : [];
  return [
    world(merged, middle, { place: half, links }),
    ...ends.map((correct) => world(merged, correct, { place: half, links })),
    ...places.map((place) => world(merged, middle, { place, links })),
  ];
}

const mean = ([low, high]: readonly [number, number]) => (low + high) / 2;

const isCoarseRecord = ({ at }: PlacedRecord) => at.toMs - at.fromMs >= COARSE_MS;

const half: Place = (record) =>
  isCoarseRecord(record) ? mean([record.at.fromMs, record.at.toMs]) : record.at.fromMs;

function middleOf({ clocks: { times } }: Placed): Correct {
  return (source) => mean(times.get(source)?.correctionMs ?? [0, 0]);
}

function drawn(turn: number): Place {
  return ({ at }, index) => at.fromMs + (at.toMs - at.fromMs) * fraction(turn, index);
}

/** A number from 0 to 1 that depends on its arguments alone. */
function fraction(turn: number, index: number): number {
  let hash = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(turn + 1, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}

function world(
  { records }: Placed,
  correct: Correct,
  { place, links }: { readonly place: Place; readonly links: readonly CausalLink[] },
): World {
  const chosen = new Map(
    records.map((record, index) => [record, place(record, index) + correct(record.source)]),
  );
  // What stands later in a source did not happen earlier, as far as its stamps leave that open.
  const all = [...ordered(records), ...links];
  for (let pass = 0; pass < PASSES_MAX; pass += 1) if (!settle(chosen, all, correct)) break;
  const timed = records.map((record) => ({ ms: chosen.get(record) ?? 0, record }));
  const startMs = timed.reduce((least, { ms }) => Math.min(least, ms), Infinity);
  return { timed, startMs, traceMs: (source, ms) => ms + correct(source) - startMs };
}

/** Moves what contradicts a link, as far as its own stamp goes. @returns whether anything was moved. */
function settle(chosen: Map<PlacedRecord, number>, links: readonly CausalLink[], correct: Correct): boolean {
  let isMoved = false;
  for (const { before, after } of links) {
    const beforeMs = chosen.get(before) ?? 0;
    const afterMs = chosen.get(after) ?? 0;
    if (beforeMs <= afterMs) continue;
    const latestMs = Math.max(afterMs, Math.min(beforeMs, after.at.toMs + correct(after.source)));
    const earliestMs = Math.min(beforeMs, Math.max(latestMs, before.at.fromMs + correct(before.source)));
    if (latestMs > afterMs) chosen.set(after, latestMs);
    if (earliestMs < beforeMs) chosen.set(before, earliestMs);
    if (latestMs > afterMs || earliestMs < beforeMs) isMoved = true;
  }
  return isMoved;
}

/** Neighbours of one source whose stamps overlap. */
function ordered(records: readonly PlacedRecord[]): readonly CausalLink[] {
  const last = new Map<string, PlacedRecord>();
  return records.flatMap((after) => {
    const before = last.get(after.source);
    last.set(after.source, after);
    const overlaps =
      before !== undefined && before.at.fromMs <= after.at.toMs && after.at.fromMs <= before.at.toMs;
    return overlaps ? [{ before, after }] : [];
  });
}
