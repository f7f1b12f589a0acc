/** Named stories as data, their runner, the verdict and the report. */
export { CATALOGUE, scenarioNamed } from "./scenarios/catalogue.js";
export { describeRecord } from "./scenarios/describe-record.js";
export type { Expectation, Finding } from "./scenarios/expectation.js";
export { explain } from "./scenarios/explain.js";
export type { Explanation } from "./scenarios/explanation.js";
export { toJson, toText, type TextOptions } from "./scenarios/report.js";
export { runScenario, TRACE_SCHEMA, type Run, type RunOptions, type RunVerdict } from "./scenarios/run.js";
export type { Scenario, Verb } from "./scenarios/scenario.js";
