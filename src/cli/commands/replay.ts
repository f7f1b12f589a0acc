import { parseTrace } from "../../entry/diagnosis.js";
import { runOfTrace, toJson } from "../../entry/scenarios.js";
import { type Command, type Invocation, UsageError } from "../command.js";
import { namingFile } from "../files/file-error.js";
import { readTextFile } from "../files/read-file.js";
import { OFFSET_HELP, OFFSET_OPTION, offsetsOf } from "../offset-option.js";
import { REPORT_HELP, REPORT_OPTIONS, withReports } from "../report-files.js";
import { TELLING_HELP, TELLING_OPTIONS, textFor } from "../telling.js";
import { SLOW_HELP, SLOW_OPTIONS, playedAgain } from "./replay-slow.js";
import { warnOfAlias } from "../warn-of-alias.js";

export const replay: Command = {
  name: "replay",
  takesWords: true,
  summary: "explain a stored trace again, of a run or of a real device, or play it with other times",
  synopsis: "TRACE  [options]",
  help: `  TRACE is a file that --trace or --record wrote. Without --slow nothing is played: the records are read and explained.
  What a trace does not contain is named as a missing probe instead of being guessed.
${SLOW_HELP}
${OFFSET_HELP}
${REPORT_HELP}
${TELLING_HELP}`,
  options: { ...REPORT_OPTIONS, ...OFFSET_OPTION, ...TELLING_OPTIONS, ...SLOW_OPTIONS },
  async run(invocation) {
    const { terminal } = invocation;
    const path = onlyPath(invocation);
    const offsets = offsetsOf(invocation);
    const kind = { what: "trace", limit: "TRACE_BYTES_MAX" } as const;
    const trace = namingFile(path, () => parseTrace(readTextFile(path, kind)));
    for (const { message } of trace.notes) terminal.warn(message);
    const run = runOfTrace(trace, { reproduction: `passkey-harness replay ${path}`, offsets });
    warnOfAlias(run, terminal);
    const played = await playedAgain(run, invocation);
    if (played) return played;
    const broken = run.verdict === "unexpected";
    const outcome = {
      exitCode: broken ? 1 : 0,
      json: { ok: !broken, ...toJson(run) },
      text: textFor(run, invocation),
    } as const;
    return withReports(outcome, [run], invocation);
  },
};

function onlyPath({ positionals }: Invocation): string {
  const [path, ...surplus] = positionals;
  if (path === undefined || surplus.length > 0) {
    throw new UsageError("USAGE", "replay takes one trace", {
      hint: "passkey-harness run late-delivery --trace trace.jsonl writes one",
    });
  }
  return path;
}
