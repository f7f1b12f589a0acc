import type { TraceRecord } from "../../core/trace.js";
import type { ClockOffset, KnownOffsets } from "../clock-offset.js";
import { inOrder } from "../facts/order.js";
import { boundsOf, type Interval } from "./bounds.js";
import type { CausalPair } from "./causal-pair.js";
import { causalPairs } from "./causal-pairs.js";
import { inCausalOrder } from "./causal-order.js";
import { inWrittenOrder } from "./written-order.js";
import { clockOf } from "./clock-of.js";
import { hypothesesOf, type Hypothesis } from "./hypotheses.js";

/** A trace read by one clock. */
export interface AlignedTrace {
  readonly records: readonly TraceRecord[];
  /** Clocks that were off; empty where all agree. */
  readonly clocks: readonly ClockOffset[];
  /** The same trace with other offsets that are possible as well; a verdict has to hold in all of them. */
  readonly others: () => readonly (readonly TraceRecord[])[];
  /** Ceremonies whose times contradict each other whatever the offsets are: a clock was set in the middle. */
  readonly contradicted: ReadonlySet<string>;
}

const none = () => [];

/** Corrects the times of clocks that are off, and puts the records in order. */
export function alignClocks(records: readonly TraceRecord[], offsets: KnownOffsets = {}): AlignedTrace {
  const sorted = inWrittenOrder(records);
  const pairs = causalPairs(sorted);
  const bounds = boundsOf(pairs);
  const [likeliest, ...unlikelier] = hypothesesOf(bounds, correctionsOf(offsets));
  if (likeliest === undefined)
    return { records: sorted, clocks: [], others: none, contradicted: contradictedBy(pairs) };
  const moved = (corrections: ReadonlyMap<string, number>) => shifted(sorted, pairs, corrections);
  if (likeliest.size === 0) return { records: sorted, clocks: [], others: none, contradicted: new Set() };
  return {
    records: moved(middleOf(likeliest)),
    clocks: [...likeliest].map(([actor, [lowMs, highMs]]) => ({ actor, offsetMs: [0 - highMs, 0 - lowMs] })),
    others: () => [
      ...endsOf(likeliest).map(moved),
      ...unlikelier.flatMap((other) => [middleOf(other), ...endsOf(other)]).map(moved),
    ],
    contradicted: new Set(),
  };
}

function correctionsOf(offsets: KnownOffsets): ReadonlyMap<string, Interval> {
  return new Map(
    Object.entries(offsets).map(([actor, [lowMs, highMs]]) => [clockOf(actor), [0 - highMs, 0 - lowMs]]),
  );
}

const middle = ([lowMs, highMs]: Interval) => Math.round((lowMs + highMs) / 2);

function middleOf(hypothesis: Hypothesis): ReadonlyMap<string, number> {
  return new Map([...hypothesis].map(([clock, interval]) => [clock, middle(interval)]));
}

/** Each clock at both ends of its interval, all others in the middle of theirs. */
function endsOf(hypothesis: Hypothesis): readonly ReadonlyMap<string, number>[] {
  const base = middleOf(hypothesis);
  return [...hypothesis].flatMap(([clock, [lowMs, highMs]]) =>
    lowMs === highMs ? [] : [lowMs, highMs].map((ms) => new Map(base).set(clock, ms)),
  );
}

function shifted(
  sorted: readonly TraceRecord[],
  pairs: readonly CausalPair[],
  corrections: ReadonlyMap<string, number>,
): readonly TraceRecord[] {
  const moved = new Map<TraceRecord, TraceRecord>();
  for (const record of sorted) {
    const ms = corrections.get(clockOf(record.actor)) ?? 0;
    moved.set(record, ms === 0 ? record : { ...record, atMs: record.atMs + ms });
  }
  const of = (record: TraceRecord) => moved.get(record) ?? record;
  return inCausalOrder(
    inOrder([...moved.values()]),
    pairs.map(({ before, after }) => ({ before: of(before), after: of(after) })),
  );
}

function contradictedBy(pairs: readonly CausalPair[]): ReadonlySet<string> {
  const violated = pairs.filter(({ before, after }) => before.atMs > after.atMs);
  return new Set(
    violated.flatMap(({ before, after }) => [before.ceremony ?? [], after.ceremony ?? []].flat()),
  );
}
