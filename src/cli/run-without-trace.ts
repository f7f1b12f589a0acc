import { type ReportedRun, runOfTrace } from "../entry/scenarios.js";
import { wholeTrace } from "./recording.js";

/** Something that a command did, or could not begin, of which there is no trace. */
export interface WithoutTrace {
  /** Name of the test case. */
  readonly id: string;
  readonly title: string;
  readonly story: string;
  /** Command that does the same again. */
  readonly reproduction: string;
  /** What kept it from beginning. */
  readonly error?: { readonly code: string; readonly message: string };
  /** What went wrong once it had begun. */
  readonly failure?: { readonly expected: string; readonly found: string };
  readonly properties?: Readonly<Record<string, string>>;
}

/**
 * Makes a run for reports out of a result without records: a success, an error or a failure.
 *
 * @example
 * toJUnit([runWithoutTrace({ id: "nightly", title: "A job", story: "npm test", reproduction: "npm test" })]);
 */
export function runWithoutTrace({ id, title, story, error, failure, ...more }: WithoutTrace): ReportedRun {
  const { reproduction, properties = {} } = more;
  const run = runOfTrace(wholeTrace(id, { records: [], seed: undefined }), { reproduction });
  const found = error && { expected: "it begins", found: `${error.code}: ${error.message}` };
  const finding = found ?? failure;
  return {
    ...run,
    scenario: { ...run.scenario, id, title, story },
    explanation: {
      ...run.explanation,
      verdict: finding ? `It ended with ${finding.found}` : "It succeeded.",
    },
    findings: finding === undefined ? [] : [{ layer: "link", ...finding }],
    verdict: finding === undefined ? "as-expected" : "unexpected",
    ...(error && { error }),
    properties,
  };
}
