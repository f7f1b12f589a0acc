/** Checks of CTAP 2.3 on any device, real or simulated, and what differs between two runs of them. */
export { type Check, topicOf } from "../conformance/check.js";
export {
  type Described,
  type Need,
  type Observations,
  SEVERITIES,
  type Severity,
  type Use,
  USES,
} from "../conformance/kinds.js";
export { CHECKS } from "../conformance/checks/registry.js";
export {
  type ChangedCheck,
  type ChangedObservation,
  compareResults,
  type Comparison,
  parseResult,
  ResultError,
} from "../conformance/compare.js";
export { conformanceHtml, conformanceJUnit } from "../conformance/report.js";
export {
  type CheckOutcome,
  type CheckResult,
  type ConformanceResult,
  type DeviceSummary,
  OUTCOMES,
} from "../conformance/result.js";
export { type ConformanceOptions, runConformance, selectChecks } from "../conformance/run.js";
export type { Allowance, TargetFinger, TargetPower, Target } from "../conformance/target.js";
export { CheckFailure, type FailureDetail } from "../conformance/verdict.js";
