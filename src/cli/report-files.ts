import { type ReportedRun, toGitHub, toHtml, toJUnit, toPcapng } from "../entry/scenarios.js";
import type { Invocation, OptionTable, Outcome } from "./command.js";
import { appendTextFile, replaceFile } from "./files/replace-file.js";
import { flag, textOption } from "./options.js";

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

/** Writes what was asked for. @returns the outcome with what belongs on the terminal added. */
export function withReports(outcome: Outcome, runs: readonly ReportedRun[], invocation: Invocation): Outcome {
  const [html, pcap, junit] = [
    textOption(invocation, "html"),
    textOption(invocation, "pcap"),
    textOption(invocation, "junit"),
  ];
  const [one] = runs;
  if (pcap !== undefined && one) replaceFile(pcap, toPcapng(one.records));
  if (html !== undefined && one) replaceFile(html, toHtml(one));
  if (junit !== undefined) replaceFile(junit, toJUnit(runs));
  return flag(invocation, "github") ? forGitHub(outcome, runs, invocation) : outcome;
}

/** The runner reads both streams; with `--json` the first one belongs to the document. */
function forGitHub(outcome: Outcome, runs: readonly ReportedRun[], { terminal }: Invocation): Outcome {
  const { annotations, summary } = toGitHub(runs);
  const file = process.env["GITHUB_STEP_SUMMARY"] ?? "";
  if (file !== "") appendTextFile(file, `${summary}\n`);
  const said = [...annotations, ...(file === "" ? [summary] : [])];
  if (!terminal.json) return { ...outcome, text: [outcome.text, "", ...said].join("\n") };
  for (const line of said) terminal.warn(line);
  return outcome;
}
