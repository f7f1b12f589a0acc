/** Named stories as data, their runner, the verdict and the report. */
export {
  ALIASES,
  aliasNote,
  CATALOGUE,
  findScenario,
  hintFor,
  resolveScenario,
  scenarioNamed,
  UnknownScenarioError,
  type NamedByAlias,
  type ResolvedScenario,
} from "./scenarios/catalogue.js";
export { CATALOGUE_GROUPS, type CatalogueGroup } from "./scenarios/catalogue/groups.js";
export { searchScenarios, type ScenarioSearch } from "./scenarios/search-scenarios.js";
export { describeRecord } from "./core/events/describe.js";
export type { Expectation, Finding, Promises } from "./scenarios/expectation.js";
export { explain } from "./diagnosis/explain.js";
export type { Explanation } from "./diagnosis/explanation.js";
export { toJson, toText, type TextOptions } from "./scenarios/reports/report.js";
export { runOnSite, type SiteRun, type SiteRunOptions } from "./scenarios/run-on-site.js";
export { TRACE_SCHEMA } from "./core/events/run.js";
export type { StoredTrace, TraceSchemaVersion } from "./diagnosis/stored-trace.js";
export { runScenario, type Run, type RunOptions, type RunVerdict } from "./scenarios/run.js";
export type { OwnScenario, Scenario, Verb } from "./scenarios/scenario.js";
export { variantOf, type VariantChanges } from "./scenarios/variant.js";
export { CaptureError } from "./scenarios/reports/pcapng.js";
export { toGitHub, type GitHubReport } from "./scenarios/reports/github.js";
export { toHtml } from "./scenarios/reports/html.js";
export { toJUnit } from "./scenarios/reports/junit.js";
export { parseTrace, type ParsedTrace } from "./scenarios/reports/parse-trace.js";
export { toPcapng, type PcapngOptions } from "./scenarios/reports/pcapng.js";
export type { ReportedRun } from "./scenarios/reports/run-of-trace.js";
export { runOfTrace, type RunOfTraceOptions } from "./scenarios/reports/run-of-trace.js";
export { TraceError, type TraceFault, type TraceNote } from "./scenarios/reports/trace-error.js";
export { traceSchema } from "./scenarios/reports/trace-schema.js";
export {
  defineScenario,
  parseScenarioFile,
  type ParseScenarioOptions,
} from "./scenarios/files/define-scenario.js";
export type { ScenarioAliasOptions } from "./scenarios/files/alias-options.js";
export {
  loadScenarioFile,
  type ScenarioFileContent,
  type ScenarioFiles,
} from "./scenarios/files/load-scenario-file.js";
export type { KnobGroups, ScenarioDefinition, ScenarioFile } from "./scenarios/files/scenario-file.js";
export {
  ScenarioFileError,
  type ScenarioFileFault,
  type ScenarioFileProblem,
} from "./scenarios/files/scenario-file-error.js";
export { scenarioSchema } from "./scenarios/files/scenario-schema.js";
export { outcomeOf, type Outcome } from "./scenarios/explore/outcome.js";
export { parseCondition, type OutcomeCondition } from "./scenarios/explore/shrink-condition.js";
export { ShrinkError, type ShrinkFault } from "./scenarios/explore/shrink-condition.js";
export { shrink, type ShrinkOptions, type Shrunk } from "./scenarios/explore/shrink.js";
export { parseAxis, type SweepAxis } from "./scenarios/explore/sweep-axis.js";
export { SweepError, type SweepFault } from "./scenarios/explore/sweep-axis.js";
export {
  sweep,
  type Sweep,
  type SweepOptions,
  type SweepPoint,
  type Threshold,
} from "./scenarios/explore/sweep.js";
export { drawScenario, type DrawnScenario, type DrawOptions } from "./scenarios/explore/sample-scenario.js";
export type { DrawRange, DrawRanges, Draws } from "./scenarios/samples.js";
export {
  runDraw,
  verdictTable,
  type PresetRate,
  type VerdictCell,
  type VerdictOptions,
  type VerdictTable,
  type WrongDraw,
} from "./scenarios/explore/verdict-table.js";
export { joinVerdictTables } from "./scenarios/explore/verdict-table.js";
export { mechanismRates, verdictTableToText, type MechanismRate } from "./scenarios/explore/verdict-text.js";
export type { BlindVerdict, ProbeRate } from "./diagnosis/without-probe.js";
