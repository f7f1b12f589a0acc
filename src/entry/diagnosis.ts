/** Traces and what explains them: records, parsing, the ledger and the verdict. */
export { describeRecord } from "../core/events/describe.js";
export { RUN_SPAN, type TraceContext } from "../core/events/frame.js";
export { TRACE_SCHEMA } from "../core/events/run.js";
export type { TraceEvent, TraceRecord } from "../core/events/table.js";
export {
  MemorySink,
  type Trace,
  type TraceSink,
  jsonLinesSink,
  nullSink,
  startTrace,
} from "../core/trace.js";
export type { ClockOffset, KnownOffsets } from "../diagnosis/clock-offset.js";
export type { Coverage } from "../diagnosis/facts/coverage.js";
export { explain } from "../diagnosis/explain.js";
export type { CeremonyDiagnosis, Explanation } from "../diagnosis/explanation.js";
export { Ledger, type LedgerDiff } from "../diagnosis/ledger.js";
export type { ClockOptions, ExplainedTrace } from "../diagnosis/outputs/explained-trace.js";
export { type HarOptions, toHar } from "../diagnosis/outputs/har.js";
export { toMermaid } from "../diagnosis/outputs/mermaid.js";
export { type OtlpOptions, toOtlp } from "../diagnosis/outputs/otlp.js";
export { toTraceEvents } from "../diagnosis/outputs/trace-events.js";
export type { StoredTrace, TraceSchemaVersion } from "../diagnosis/stored-trace.js";
export { type Audience, type Language, type TellOptions, tell } from "../diagnosis/tellings/tell.js";
export type { Telling } from "../diagnosis/tellings/telling.js";
export type { MissingProbeVerdict, ProbeRate } from "../diagnosis/without-probe.js";
export { type ParsedTrace, parseTrace } from "../scenarios/reports/parse-trace.js";
export { TraceError, type TraceFault, type TraceNote } from "../scenarios/reports/trace-error.js";
export { traceSchema } from "../scenarios/reports/trace-schema.js";
