/** Traces and what explains them: records, parsing, the ledger and the verdict. */
export {
  MemorySink,
  type Trace,
  type TraceEvent,
  type TraceRecord,
  type TraceSink,
  jsonLinesSink,
  nullSink,
  startTrace,
} from "../core/trace.js";
export { explain } from "../diagnosis/explain.js";
export type { Explanation } from "../diagnosis/explanation.js";
export { Ledger, type LedgerDiff } from "../diagnosis/ledger.js";
export type { BlindVerdict, ProbeRate } from "../diagnosis/without-probe.js";
export { describeRecord } from "../scenarios/reports/describe-record.js";
export { parseTrace } from "../scenarios/reports/parse-trace.js";
export { TraceError, type TraceFault } from "../scenarios/reports/trace-error.js";
export { traceSchema } from "../scenarios/reports/trace-schema.js";
export { TRACE_SCHEMA } from "../scenarios/run.js";
