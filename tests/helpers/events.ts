import type { TraceRecord } from "../../src/core/trace.js";

/** Returns the records that are events of their own: those that open and close spans left out. */
export function eventsOf({ records }: { readonly records: readonly TraceRecord[] }): readonly TraceRecord[] {
  return records.filter(({ kind }) => !kind.startsWith("span."));
}
