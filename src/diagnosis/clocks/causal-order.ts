import type { TraceRecord } from "../../core/trace.js";
import type { CausalPair } from "./causal-pair.js";

/**
 * Puts records of one moment into the order in which they must have happened; all others stay where they are.
 *
 * @param sorted records in order of time.
 * @returns the same array where nothing has to be moved.
 */
export function inCausalOrder(
  sorted: readonly TraceRecord[],
  pairs: readonly CausalPair[],
): readonly TraceRecord[] {
  const ties = pairs.filter(({ before, after }) => before.atMs === after.atMs && before !== after);
  if (ties.length === 0) return sorted;
  const positions = new Map(sorted.map((record, at) => [record, at]));
  const isLate = ({ before, after }: CausalPair) =>
    (positions.get(before) ?? 0) > (positions.get(after) ?? 0);
  const moments = new Set(ties.filter(isLate).map(({ before }) => before.atMs));
  if (moments.size === 0) return sorted;
  const earlier = new Map<TraceRecord, TraceRecord[]>();
  const add = (before: TraceRecord, after: TraceRecord) => {
    earlier.set(after, [...(earlier.get(after) ?? []), before]);
  };
  // What one actor wrote stays in its order.
  const last = new Map<string, TraceRecord>();
  for (const record of sorted) {
    if (!moments.has(record.atMs)) continue;
    const before = last.get(record.actor);
    if (before?.atMs === record.atMs) add(before, record);
    last.set(record.actor, record);
  }
  for (const { before, after } of ties) if (moments.has(before.atMs)) add(before, after);
  const placed = new Set<TraceRecord>();
  const place = (record: TraceRecord): void => {
    if (placed.has(record)) return;
    placed.add(record);
    for (const before of earlier.get(record) ?? []) place(before);
    ordered.push(record);
  };
  const ordered: TraceRecord[] = [];
  for (const record of sorted) place(record);
  return ordered;
}
