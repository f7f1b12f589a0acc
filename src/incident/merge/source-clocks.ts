import { narrowed, type Bound, type Interval } from "../../diagnosis/clocks/bounds.js";
import type { Anchor } from "../importer.js";
import { exactPairs, likelyPairs } from "./anchor-pairs.js";
import { beginningOf, endOf, type AnchorPair, type NamedSource } from "./named-source.js";
import { orderedZone, snapped } from "./zones.js";

/** What the user says of the clocks, by the id of a source. */
export interface KnownClocks {
  /** How far a clock is off, in milliseconds: its times minus the reference's. */
  readonly offsets?: Readonly<Record<string, Interval>> | undefined;
  /** Minutes that a source's local time is ahead of UTC. */
  readonly zones?: Readonly<Record<string, number>> | undefined;
}

/** What is known of one source's clock. */
export interface SourceTime {
  /** What has to be added to its times, in milliseconds, from the least to the most. */
  readonly correctionMs: Interval;
  /** Why, in a clause: `2 shared values`, `--offset`. */
  readonly by: string;
  /** Nothing ties it to the others: it cannot be put beside them. */
  readonly isLoose: boolean;
}

export interface SourceClocks {
  readonly times: ReadonlyMap<string, SourceTime>;
  readonly pairs: readonly AnchorPair[];
  /** The intervals of all sources where the correction of one of them is known. */
  readonly at: (id: string, correctionMs: number) => ReadonlyMap<string, Interval>;
  /** Sources that contradict each other, in sentences, and their ids. */
  readonly conflicts: readonly { readonly text: string; readonly ids: readonly string[] }[];
}

const MINUTE_MS = 60_000;
const ANY: Interval = [-Infinity, Infinity];
const RIGHT: Interval = [0, 0];
/** Where only one side of an offset is known: the other end is taken for no further than this. */
const ONE_SIDED_MS = 60_000;

/**
 * Finds what has to be added to the times of each source, from what they share and from causality: what a server saw of a
 * call lies between its sending and its answer.
 *
 * @param further what is known of the order of their records beside what they share.
 * @returns intervals; their middle is for drawing only.
 */
export function alignSources(
  sources: readonly NamedSource[],
  known: KnownClocks = {},
  further: readonly Bound[] = [],
): SourceClocks {
  const reference = referenceOf(sources);
  const within = new Map(sources.map((source) => [source.id, givenOf(source, reference, known)]));
  const exact = exactPairs(sources);
  const conflicts: SourceClocks["conflicts"][number][] = [];
  const dates = sources.flatMap((source) => dateBounds(source, sources));
  const firm = bounded(exact.flatMap(boundsOfPair), within, { conflicts, pairs: exact });
  const withDates = narrowed([...firm.bounds, ...dates], within) ?? firm.intervals;
  const likely = likelyPairs(sources, (pair) => isPossible(pair, withDates));
  const pairs = [...exact, ...likely];
  const all = bounded(pairs.flatMap(boundsOfPair), within, { conflicts, pairs });
  // The Date header is that of whatever answered: it counts where nothing better does.
  const isTight = (id: string) => (all.intervals.get(id) ?? ANY).every(Number.isFinite);
  const loose = dates.filter(({ clock, other }) => !isTight(clock) || !isTight(other));
  const bounds = [...all.bounds, ...loose];
  const intervals = narrowed([...bounds, ...further], within) ?? narrowed(bounds, within) ?? all.intervals;
  const zoned = orderedZone(sources, reference, snapped(sources, reference, intervals));
  // A zone that is known ties the others more closely.
  const settled = narrowed([...bounds, ...further], zoned) ?? narrowed(bounds, zoned) ?? zoned;
  const times = new Map(
    sources.map((source): [string, SourceTime] => [
      source.id,
      timeOf(source, { interval: settled.get(source.id) ?? ANY, pairs, known, reference }),
    ]),
  );
  const finite = new Map(sources.map(({ id }) => [id, times.get(id)?.correctionMs ?? RIGHT] as const));
  return {
    times,
    pairs,
    conflicts,
    at: (id, ms) =>
      narrowed([...bounds, ...further], new Map(finite).set(id, [ms, ms])) ??
      new Map(finite).set(id, [ms, ms]),
  };
}

/** The source by whose clock the trace is read: the computer's, and one that says its zone before others. */
export function referenceOf(sources: readonly NamedSource[]): NamedSource | undefined {
  const rank = ({ clock, episodes }: NamedSource) =>
    (episodes.length > 0 ? 0 : 8) +
    (clock.machine === "client" ? 0 : 4) +
    (clock.kind === "local" ? 2 : clock.kind === "none" ? 3 : 0);
  return [...sources].sort((a, b) => rank(a) - rank(b))[0];
}

function givenOf(source: NamedSource, reference: NamedSource | undefined, known: KnownClocks): Interval {
  const zone = known.zones?.[source.id];
  const offset = known.offsets?.[source.id];
  const { clock } = source;
  const zoneMs = clock.kind === "local" && zone !== undefined ? -zone * MINUTE_MS : undefined;
  if (offset !== undefined) return [(zoneMs ?? 0) - offset[1], (zoneMs ?? 0) - offset[0]];
  if (source === reference) return zoneMs === undefined ? RIGHT : [zoneMs, zoneMs];
  const sharesClock = clock.machine === reference?.clock.machine && clock.machine === "client";
  if (!sharesClock) return ANY;
  if (zoneMs !== undefined && clock.hasNoDate !== true) return [zoneMs, zoneMs];
  return clock.kind === "utc" && reference.clock.kind === "utc" ? RIGHT : ANY;
}

function timeOf(
  source: NamedSource,
  {
    interval,
    pairs,
    known,
    reference,
  }: {
    readonly interval: Interval;
    readonly pairs: readonly AnchorPair[];
    readonly known: KnownClocks;
    readonly reference: NamedSource | undefined;
  },
): SourceTime {
  const [lowMs, highMs] = interval;
  const own = pairs.filter(({ one, other }) => one === source || other === source).length;
  const by =
    source === reference
      ? "the others are put on its clock"
      : known.offsets?.[source.id] !== undefined
        ? "--offset"
        : known.zones?.[source.id] !== undefined
          ? "--zone"
          : lowMs === 0 && highMs === 0
            ? `the clock of ${reference?.id ?? "the computer"}`
            : `${own} shared values`;
  if (lowMs === -Infinity && highMs === Infinity)
    return { correctionMs: RIGHT, by: "nothing", isLoose: true };
  return {
    correctionMs: [
      lowMs === -Infinity ? highMs - ONE_SIDED_MS : lowMs,
      highMs === Infinity ? lowMs + ONE_SIDED_MS : highMs,
    ],
    by,
    isLoose: false,
  };
}

/** Narrows by all bounds; where they contradict each other, by those of sources that do not, and says which do. */
function bounded(
  bounds: readonly Bound[],
  within: ReadonlyMap<string, Interval>,
  {
    conflicts,
    pairs,
  }: { readonly conflicts: SourceClocks["conflicts"][number][]; readonly pairs: readonly AnchorPair[] },
): { readonly intervals: ReadonlyMap<string, Interval>; readonly bounds: readonly Bound[] } {
  const intervals = narrowed(bounds, within);
  if (intervals !== undefined) return { intervals, bounds };
  const kept: Bound[] = [];
  for (const [one, other] of couplesOf(bounds)) {
    const own = bounds.filter(
      ({ clock, other: second }) =>
        (clock === one && second === other) || (clock === other && second === one),
    );
    if (narrowed([...kept, ...own], within) !== undefined) kept.push(...own);
    else if (!conflicts.some(({ ids }) => ids.includes(one) && ids.includes(other)))
      conflicts.push({ ids: [one, other], text: conflictText(one, other, pairs) });
  }
  return { intervals: narrowed(kept, within) ?? within, bounds: kept };
}

function couplesOf(bounds: readonly Bound[]): readonly (readonly [string, string])[] {
  const seen = new Map<string, readonly [string, string]>();
  for (const { clock, other } of bounds) {
    const [one, two] = clock < other ? [clock, other] : [other, clock];
    seen.set(`${one} ${two}`, [one, two]);
  }
  return [...seen.values()];
}

function conflictText(one: string, other: string, pairs: readonly AnchorPair[]): string {
  const kinds = pairs
    .filter((pair) => [one, other].includes(pair.one.id) && [one, other].includes(pair.other.id))
    .map(({ a }) => a.kind);
  return (
    `${one} and ${other} contradict each other: no offset fits all they share (${[...new Set(kinds)].join(", ")}). ` +
    "A clock was set meanwhile, its zone or date is another one, or the files are of different attempts."
  );
}

/** Two bounds where one saw the whole of what the other saw a part of; one where something came before something. */
function boundsOfPair({ one, other, a, b }: AnchorPair): readonly Bound[] {
  return [
    ...boundsOf(one, a, { source: other, anchor: b }),
    ...boundsOf(other, b, { source: one, anchor: a }),
  ];
}

function boundsOf(
  source: NamedSource,
  anchor: Anchor,
  { source: second, anchor: inner }: { readonly source: NamedSource; readonly anchor: Anchor },
): readonly Bound[] {
  const begins = anchor.relation === "around" || anchor.relation === "before";
  const ends = anchor.relation === "around" || anchor.relation === "after";
  const isInner = inner.relation === "within";
  const bounds: Bound[] = [];
  if (begins && (isInner || inner.relation === "after"))
    bounds.push({
      clock: source.id,
      other: second.id,
      mostMs: beginningOf(inner.at, second).toMs - anchor.at.fromMs,
    });
  if (ends && isInner)
    bounds.push({
      clock: second.id,
      other: source.id,
      mostMs: anchor.at.toMs - endOf(inner.at, second).fromMs,
    });
  return bounds;
}

/** The `Date` header of an answer is the server's time inside the call. */
function dateBounds(source: NamedSource, sources: readonly NamedSource[]): readonly Bound[] {
  const others = sources.filter(({ id }) => id !== source.id);
  const gateways = others.filter(({ clock }) => clock.machine === "gateway");
  // Who answers stamps the answer: a site's own machine only where nothing stands before it.
  const servers = gateways.length > 0 ? gateways : others.filter(({ clock }) => clock.machine === "server");
  return source.anchors.flatMap(({ at, other }) =>
    other === undefined
      ? []
      : servers.flatMap((server): readonly Bound[] => [
          { clock: source.id, other: server.id, mostMs: other.toMs - at.fromMs },
          { clock: server.id, other: source.id, mostMs: at.toMs - other.fromMs },
        ]),
  );
}

/** Whether two anchors can be of one thing by what is known of the clocks. */
function isPossible(pair: AnchorPair, intervals: ReadonlyMap<string, Interval>): boolean {
  const one = intervals.get(pair.one.id) ?? ANY;
  const other = intervals.get(pair.other.id) ?? ANY;
  return boundsOfPair(pair).every(({ clock, mostMs }) => {
    const [, high] = clock === pair.one.id ? other : one;
    const [low] = clock === pair.one.id ? one : other;
    return low - high <= mostMs;
  });
}
