import type { TraceRecord } from "../../core/trace.js";
import { clockOf } from "./clock-of.js";

/** Two records of which the first happened no later than the second, whatever their clocks say. */
export interface CausalPair {
  readonly before: TraceRecord;
  readonly after: TraceRecord;
}

/** Records of one operation, in the order in which their actors wrote them. */
export type Group = readonly TraceRecord[];

type Kind = TraceRecord["kind"];
type OfKind<K extends Kind> = Extract<TraceRecord, { readonly kind: K }>;

/** Selects the records of one kind that meet a condition. */
export function pick<K extends Kind>(
  group: Group,
  kind: K,
  meets: (record: OfKind<K>) => boolean = () => true,
): readonly OfKind<K>[] {
  return group.filter((record): record is OfKind<K> => record.kind === kind && meets(record as OfKind<K>));
}

/**
 * Pairs the first of some records with the first record, by each clock, of those that cannot be without one of them.
 *
 * Gives nothing where the former are of several clocks: which of them was the first is not known then.
 */
export function firstBeforeFirst(
  befores: readonly TraceRecord[],
  afters: readonly TraceRecord[],
): readonly CausalPair[] {
  const before = firstOfOneClock(befores);
  if (before === undefined) return [];
  const firsts = new Map<string, TraceRecord>();
  for (const after of afters) {
    const clock = clockOf(after.actor);
    if (!firsts.has(clock)) firsts.set(clock, after);
  }
  return [...firsts.values()].map((after) => ({ before, after }));
}

/** Pairs each record with its counterpart by number; gives nothing where there are not as many of both. */
export function eachBeforeEach(
  befores: readonly TraceRecord[],
  afters: readonly TraceRecord[],
): readonly CausalPair[] {
  if (befores.length !== afters.length) return [];
  return befores.flatMap((before, index) => {
    const after = afters[index];
    return after === undefined ? [] : [{ before, after }];
  });
}

function firstOfOneClock(records: readonly TraceRecord[]): TraceRecord | undefined {
  const [first] = records;
  if (first === undefined) return undefined;
  const clock = clockOf(first.actor);
  return records.every(({ actor }) => clockOf(actor) === clock) ? first : undefined;
}
