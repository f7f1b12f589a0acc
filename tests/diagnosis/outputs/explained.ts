import { explain } from "../../../src/diagnosis/explain.js";
import type { ExplainedTrace } from "../../../src/diagnosis/outputs/explained-trace.js";
import type { TraceRecord } from "../../../src/core/trace.js";
import { scenarioNamed } from "../../../src/scenarios/catalogue.js";
import { catalogueRun } from "../../helpers/catalogue-runs.js";

/** Records as a trace with what `explain` says of them. */
export function explained(records: readonly TraceRecord[]): ExplainedTrace {
  return { records, explanation: explain(records) };
}

/** A story of the catalogue, played. */
export function played(id: string): Promise<ExplainedTrace> {
  return catalogueRun(scenarioNamed(id), "1");
}
