import type { TraceRecord } from "../core/trace.js";

/**
 * Version that a trace was written in.
 *
 * - `1`: records have no spans, and most name no ceremony. What belongs to which ceremony follows from the order only,
 *   which says nothing where two ceremonies overlap.
 * - `2`: every record has a span, and the ceremony that the span is a part of.
 */
export type TraceSchemaVersion = 1 | 2;

/** Records in the shape of schema 2, sorted by time, and the schema that they were written in. */
export interface StoredTrace {
  readonly schema: TraceSchemaVersion;
  readonly records: readonly TraceRecord[];
}
