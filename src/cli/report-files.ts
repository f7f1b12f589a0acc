import { type ReportedRun, toGitHub, toHtml, toJUnit, toPcapng } from "../entry/scenarios.js";
import type { Invocation, OptionTable, Outcome } from "./command.js";
import { appendTextFile, replaceFile } from "./files/replace-file.js";
import { flag, textOption } from "./options.js";
import {
  beganOption,
  OUTPUT_FILE_HELP,
  OUTPUT_FILE_OPTIONS,
  outputWriters,
  SINGLE_OUTPUTS,
} from "./output-files.js";
import { failuresOf, withProblems } from "./problems.js";
import { writeTrace } from "./recording.js";

/** Formats a run can be reported in, besides the text. */
export const REPORT_OPTIONS = {
  html: { type: "string" },
  junit: { type: "string" },
  github: { type: "boolean", default: false },
  pcap: { type: "string" },
  ...OUTPUT_FILE_OPTIONS,
} as const satisfies OptionTable;

export const REPORT_HELP = `  --html FILE          write the run as one page with its timeline
  --junit FILE         write JUnit XML
  --github             print annotations, and add a summary to the file that GITHUB_STEP_SUMMARY names
  --pcap FILE          write the CTAPHID reports as pcapng; they must have been traced with --frames full
${OUTPUT_FILE_HELP}`;

/** Formats that report one run only. */
export const SINGLE_REPORTS = ["html", "pcap", ...SINGLE_OUTPUTS] as const;

export interface ReportRules {
  /** Whether GitHub is told; the flag `--github` when absent. */
  readonly isOnGithub?: boolean;
  /** Whether trace and capture are written here; true when absent. */
  readonly hasRecordings?: boolean;
  /** When the run began, in milliseconds since 1970, for files that need it; `--began` otherwise. */
  readonly startEpochMs?: number | undefined;
}

/**
 * Writes what was asked for, the trace included. A file that cannot be written is told of and stops none of the others:
 * the run is over, and what it came to stays.
 *
 * @param startEpochMs when the trace began, where its records say it.
 * @returns the outcome with what belongs on the terminal added.
 */
export async function withReports(
  outcome: Outcome,
  runs: readonly ReportedRun[],
  invocation: Invocation,
  { isOnGithub = flag(invocation, "github"), hasRecordings = true, startEpochMs }: ReportRules = {},
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
                ...writing("pcap", (path) => void replaceFile(path, captureOf(one, invocation))),
              ]
            : []),
          ...writing("html", (path) => void replaceFile(path, toHtml(one))),
          ...outputWriters(one, invocation, startEpochMs),
        ]
      : []),
    ...writing("junit", (path) => void replaceFile(path, toJUnit(runs))),
    ...(github && summaryFile !== "" ? [() => appendTextFile(summaryFile, `${github.summary}\n`)] : []),
  ]);
  const told = github ? forGitHub(outcome, github, invocation) : outcome;
  return withProblems(told, problems, invocation.terminal);
}

/** A capture whose comment is the verdict. */
function captureOf({ records, explanation }: ReportedRun, invocation: Invocation) {
  const startEpochMs = beganOption(invocation);
  return toPcapng(records, {
    comment: explanation.verdict,
    ...(startEpochMs !== undefined && { startEpochMs }),
  });
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
