import type { TraceRecord } from "../../core/trace.js";

/** Puts records into the order of their times: logs of several parties may follow one another. Records of one moment keep their order. */
export function inOrder(records: readonly TraceRecord[]): readonly TraceRecord[] {
  const isSorted = records.every(({ atMs }, index) => index === 0 || (records[index - 1]?.atMs ?? 0) <= atMs);
  return isSorted ? records : [...records].sort((a, b) => a.atMs - b.atMs);
}

/**
 * Leaves out lines that are there twice, as where two recordings of one run were put together.
 *
 * @param sorted records in order of time, of schema 2: there no two records of different events are alike.
 */
export function withoutRepeats(sorted: readonly TraceRecord[]): readonly TraceRecord[] {
  let momentMs = -1;
  let seen = new Set<string>();
  return sorted.filter((record, index) => {
    if (record.atMs !== momentMs) {
      momentMs = record.atMs;
      seen = new Set();
      // Alone in its moment: most are, and need not be written out.
      if (sorted[index + 1]?.atMs !== momentMs) return true;
    }
    const line = JSON.stringify(record, Object.keys(record).sort());
    if (seen.has(line)) return false;
    seen.add(line);
    return true;
  });
}
