/** Scenarios as data: catalogue, files, runs, sweeps and reports. */
export {
  ALIASES,
  CATALOGUE,
  type NamedByAlias,
  type ResolvedScenario,
  UnknownScenarioError,
  aliasNote,
  findScenario,
  hintFor,
  resolveScenario,
  scenarioNamed,
} from "../scenarios/catalogue.js";
export { CATALOGUE_GROUPS, type CatalogueGroup } from "../scenarios/catalogue/groups.js";
export { type Bar, barsOf } from "../oracle/bars.js";
export { type OracleCase } from "../oracle/case.js";
export { SAMPLE_NAMES, type SampleName } from "../oracle/draw-plan.js";
export type { LabelJudgement } from "../oracle/judge-labels.js";
export { VERDICT_CLASSES, type VerdictClass } from "../oracle/judge.js";
export { type OracleTable, mergeTables } from "../oracle/table.js";
export type { Expectation, AssertionFailure, PartialExpectation } from "../scenarios/expectation.js";
export { judgeLabels } from "../scenarios/explore/judge-labels.js";
export { type MeasureVerdictsOptions, measureVerdicts } from "../scenarios/explore/measure-verdicts.js";
export { type OracleCaseFile, oracleCaseFiles } from "../scenarios/explore/oracle-file.js";
export { labelsToText, oracleTableToText } from "../scenarios/explore/oracle-text.js";
export { type Outcome, outcomeOf } from "../scenarios/explore/outcome.js";
export {
  type CeremonyProof,
  type Effect,
  type Proof,
  type ProofStatus,
  type TriedAdvice,
} from "../scenarios/explore/proof.js";
export { proofLine, proofToText } from "../scenarios/explore/proof-text.js";
export { ProofError, prove } from "../scenarios/explore/prove.js";
export { withProvenAdvice } from "../scenarios/explore/proven-run.js";
export {
  type SampleOptions,
  type SampledScenario,
  sampleScenario,
} from "../scenarios/explore/sample-scenario.js";
export {
  type IncidentScenario,
  IncidentScenarioError,
  type OpenKnob,
  scenarioOfIncident,
} from "../scenarios/explore/scenario-of-incident.js";
export {
  type OutcomeCondition,
  ShrinkError,
  type ShrinkFault,
  parseCondition,
} from "../scenarios/explore/shrink-condition.js";
export { type ShrinkOptions, type Shrunk, shrink } from "../scenarios/explore/shrink.js";
export { type SweepAxis, SweepError, type SweepFault, parseAxis } from "../scenarios/explore/sweep-axis.js";
export {
  type Sweep,
  type SweepOptions,
  type SweepPoint,
  type Threshold,
  sweep,
} from "../scenarios/explore/sweep.js";
export {
  type PresetRate,
  type VerdictCell,
  type VerdictOptions,
  type VerdictTable,
  type WrongSample,
  joinVerdictTables,
  runSample,
  verdictTable,
} from "../scenarios/explore/verdict-table.js";
export { type RootCauseRate, rootCauseRates, verdictTableToText } from "../scenarios/explore/verdict-text.js";
export {
  type ParseScenarioOptions,
  defineScenario,
  parseScenarioFile,
} from "../scenarios/files/define-scenario.js";
export type { ScenarioAliasOptions } from "../scenarios/files/alias-options.js";
export {
  type ScenarioFileContent,
  type ScenarioFiles,
  loadScenarioFile,
} from "../scenarios/files/load-scenario-file.js";
export {
  ScenarioFileError,
  type ScenarioFileFault,
  type ScenarioFileProblem,
} from "../scenarios/files/scenario-file-error.js";
export type { KnobGroups, ScenarioDefinition, ScenarioFile } from "../scenarios/files/scenario-file.js";
export { scenarioSchema } from "../scenarios/files/scenario-schema.js";
export { type GitHubReport, toGitHub } from "../scenarios/reports/github.js";
export { toHtml } from "../scenarios/reports/html.js";
export { toJUnit } from "../scenarios/reports/junit.js";
export {
  type MeasuredSession,
  type PromiseEnd,
  RecordingError,
  measureSession,
} from "../scenarios/recorded/measure-session.js";
export {
  type ReplayedSession,
  type ReplaySessionOptions,
  replaySession,
} from "../scenarios/recorded/replay-session.js";
export { SLOWDOWN_TARGETS, type Slowdown, parseSlowdown } from "../scenarios/recorded/slowdown.js";
export { CaptureError, type PcapngOptions, toPcapng } from "../scenarios/reports/pcapng.js";
export { type TextOptions, toJson, toText } from "../scenarios/reports/report.js";
export { type ReportedRun, type RunOfTraceOptions, runOfTrace } from "../scenarios/reports/run-of-trace.js";
export { type SiteRun, type SiteRunOptions, runOnSite } from "../scenarios/run-on-site.js";
export { type Run, type RunOptions, type RunVerdict, runScenario } from "../scenarios/run.js";
export type { SampleRange, SampleRanges, Sampling } from "../scenarios/samples.js";
export type { UserScenario, Scenario, Action } from "../scenarios/scenario.js";
export { type ScenarioSearch, searchScenarios } from "../scenarios/search-scenarios.js";
export { type VariantChanges, variantOf } from "../scenarios/variant.js";
