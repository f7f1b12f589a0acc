import { type ReportedRun, toGitHub, toHtml, toJUnit, toPcapng } from "../entry/scenarios.js";
import type { Invocation, OptionTable, Outcome } from "./command.js";
import { appendTextFile, replaceFile } from "./files/replace-file.js";
import { flag, textOption } from "./options.js";
import { failuresOf, withProblems } from "./problems.js";
import { writeTrace } from "./recording.js";

/** Formats a run can be reported in, besides the text. */
export const REPORT_OPTIONS = {
  html: { type: "string" },
  junit: { type: "string" },
  github: { type: "boolean", default: false },
  pcap: { type: "string" },
} as const satisfies OptionTable;

export const REPORT_HELP = `  --html FILE          write the run as one page with its timeline
  --junit FILE         write JUnit XML
  --github             print annotations, and add a summary to the file that GITHUB_STEP_SUMMARY names
  --pcap FILE          write the CTAPHID reports as pcapng; they must have been traced with --frames full`;

/** Formats that report one run only. */
export const SINGLE_REPORTS = ["html", "pcap"] as const;

export interface ReportRules {
  /** Whether GitHub is told; the flag `--github` when absent. */
  readonly isOnGithub?: boolean;
  /** Whether trace and capture are written here; true when absent. */
  readonly hasRecordings?: boolean;
}

/**
 * Writes what was asked for, the trace included. A file that cannot be written is told of and stops none of the others:
 * the run is over, and what it came to stays.
 *
 * @returns the outcome with what belongs on the terminal added.
 */
export async function withReports(
  outcome: Outcome,
  runs: readonly ReportedRun[],
  invocation: Invocation,
  { isOnGithub = flag(invocation, "github"), hasRecordings = true }: ReportRules = {},
): Promise<Outcome> {
  const [one] = runs;
  const github = isOnGithub ? toGitHub(runs) : undefined;
  const summaryFile = summaryFileOf(invocation);
  const writing = (option: string, write: (path: string) => void) => {
    const path = textOption(invocation, option);
    return path === undefined ? [] : [() => write(path)];
  };
  const problems = await failuresOf([
    ...(one
      ? [
          ...(hasRecordings
            ? [
                ...writing("trace", (path) => writeTrace(path, one.records)),
                ...writing("pcap", (path) => void replaceFile(path, toPcapng(one.records))),
              ]
            : []),
          ...writing("html", (path) => void replaceFile(path, toHtml(one))),
        ]
      : []),
    ...writing("junit", (path) => void replaceFile(path, toJUnit(runs))),
    ...(github && summaryFile !== "" ? [() => appendTextFile(summaryFile, `${github.summary}\n`)] : []),
  ]);
  const told = github ? forGitHub(outcome, github, invocation) : outcome;
  return withProblems(told, problems, invocation.terminal);
}

/** The runner reads both streams; with `--json` the first one belongs to the document. */
function forGitHub(
  outcome: Outcome,
  { annotations, summary }: ReturnType<typeof toGitHub>,
  invocation: Invocation,
): Outcome {
  const { terminal } = invocation;
  const said = [...annotations, ...(summaryFileOf(invocation) === "" ? [summary] : [])];
  if (!terminal.json) return { ...outcome, text: [outcome.text, "", ...said].join("\n") };
  for (const line of said) terminal.warn(line);
  return outcome;
}

function summaryFileOf({ machine }: Invocation): string {
  return machine.variables["GITHUB_STEP_SUMMARY"] ?? "";
}
