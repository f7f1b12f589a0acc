import { printableLines } from "../../core/printable.js";
import type { ReportedRun } from "./run-of-trace.js";
import { marginRangeOf, shortSeconds, VERDICT_NAMES } from "./words.js";

/** What GitHub Actions reads. */
export interface GitHubReport {
  /** Workflow commands, one a line, for the job's output: an error for each run that broke a promise. */
  readonly annotations: readonly string[];
  /** Markdown for the file that `GITHUB_STEP_SUMMARY` names. */
  readonly summary: string;
}

/** Runs as annotations and a job summary. */
export function toGitHub(runs: readonly ReportedRun[]): GitHubReport {
  const broken = runs.filter(({ verdict }) => verdict === "unexpected");
  const unheld = runs.filter(({ verdict }) => verdict === "no-expectation").length;
  const counts = [
    `${runs.length - broken.length - unheld} as expected`,
    `${broken.length} not`,
    ...(unheld === 0 ? [] : [`${unheld} held to no promise`]),
  ];
  return {
    annotations: broken.map(annotation),
    summary: [
      "## passkey-harness",
      "",
      `${counts.join(", ")}.`,
      "",
      "| Scenario | Seed | Result | Decided by | Margin | What happened |",
      "| --- | --- | --- | --- | ---: | --- |",
      ...runs.map(row),
      "",
      ...broken.flatMap(assertionFailures),
    ].join("\n"),
  };
}

function annotation({ scenario, findings, explanation, reproduction }: ReportedRun): string {
  const lines = [
    ...findings.map(({ layer, expected, found }) => `${layer}: expected ${expected}, found ${found}`),
    explanation.verdict,
    `Again: ${reproduction}`,
  ];
  return `::error title=${property(`passkey-harness ${scenario.id}`)}::${data(lines.join("\n"))}`;
}

const SIGNS = { "as-expected": "✅", unexpected: "❌", "no-expectation": "➖" } as const;

function row({ scenario, seed, verdict, explanation }: ReportedRun): string {
  const { decidedBy } = explanation;
  const margin = marginRangeOf(explanation);
  const cells = [
    scenario.id,
    seed,
    `${SIGNS[verdict]} ${VERDICT_NAMES[verdict]}`,
    decidedBy === undefined ? "no timer" : `${decidedBy.timer} of the ${decidedBy.owner}`,
    margin === undefined ? "" : [...new Set(margin)].map(shortSeconds).join(" to "),
    explanation.verdict,
  ];
  return `| ${cells.map(plain).join(" | ")} |`;
}

function assertionFailures({ scenario, findings, reproduction }: ReportedRun): readonly string[] {
  return [
    `### ${plain(scenario.id)}`,
    "",
    ...findings.map(
      ({ layer, expected, found }) => `- **${layer}**: expected ${plain(expected)}, found ${plain(found)}`,
    ),
    "",
    `Again: <code>${plain(reproduction)}</code>`,
    "",
  ];
}

/** Text of a workflow command: a line break would start a command of the trace's own. */
function data(text: string): string {
  return printableLines(text).replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

/** No text of a trace may become Markdown, HTML or a link, or leave its cell. */
function plain(text: string): string {
  return printableLines(text)
    .replace(/\s+|\uFFFD/gu, " ")
    .replace(/[^\p{L}\p{N} ,;'"()=.-]|(?<=\p{L})\.(?=\p{L})/gu, (sign) => `&#${sign.codePointAt(0)};`);
}
