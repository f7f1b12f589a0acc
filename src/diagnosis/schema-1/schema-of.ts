import type { TraceRecord } from "../../core/trace.js";

/** Versions of the trace's shape that can be explained. */
export type TraceSchema = 1 | 2;

/**
 * Says of which schema a trace is: what `run.started` says, else 1 where a record names no span.
 *
 * A part of a trace need not hold `run.started`.
 */
export function schemaOf(records: readonly TraceRecord[]): TraceSchema {
  const started = records.find(({ kind }) => kind === "run.started");
  if (started?.kind === "run.started") return started.schema === 1 ? 1 : 2;
  const spans: readonly (string | undefined)[] = records.map(({ span }) => span);
  return spans.includes(undefined) ? 1 : 2;
}
