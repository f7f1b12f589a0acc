import type { TraceRecord } from "../../core/trace.js";
import type { TraceSchemaVersion } from "../stored-trace.js";

/**
 * Says of which schema a trace is: what `run.started` says, else 1 where a record names no span.
 *
 * A part of a trace need not hold `run.started`.
 */
export function schemaOf(records: readonly TraceRecord[]): TraceSchemaVersion {
  const started = records.find(({ kind }) => kind === "run.started");
  if (started?.kind === "run.started") return started.schema === 1 ? 1 : 2;
  const spans: readonly (string | undefined)[] = records.map(({ span }) => span);
  return spans.includes(undefined) ? 1 : 2;
}
