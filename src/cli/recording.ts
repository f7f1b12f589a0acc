import { RUN_SPAN, TRACE_SCHEMA, type TraceRecord, explain, jsonLinesSink } from "../entry/diagnosis.js";
import { toPcapng } from "../entry/scenarios.js";
import { type Invocation, type OptionTable, UsageError } from "./command.js";
import { replaceFile } from "./files/replace-file.js";
import { choiceOption, textOption } from "./options.js";

export const FRAMES_OPTIONS = { frames: { type: "string" } } as const satisfies OptionTable;

export const FRAMES_HELP = `  --frames HOW         headers (default) or full: how much of a CTAPHID report the trace gets. Whole reports carry
                       names, credential ids, credBlobs and large-blob keys in the clear, and traces are sent around`;

/** What a ceremony on a device can leave behind to be replayed. */
export const RECORDING_OPTIONS = {
  ...FRAMES_OPTIONS,
  trace: { type: "string" },
  pcap: { type: "string" },
} as const satisfies OptionTable;

export const RECORDING_HELP = `${FRAMES_HELP}
  --trace FILE         write the trace, one JSON record a line; replay reads it
  --pcap FILE          write the CTAPHID reports as pcapng; needs --frames full`;

const FRAMES_CHOICES = ["headers", "full"] as const;

export function framesOption(invocation: Invocation): (typeof FRAMES_CHOICES)[number] | undefined {
  return choiceOption(invocation, "frames", FRAMES_CHOICES);
}

export function writeTrace(path: string, records: readonly TraceRecord[]): void {
  const lines: string[] = [];
  const sink = jsonLinesSink((line) => lines.push(line));
  for (const record of records) sink.write(record);
  replaceFile(path, `${lines.join("\n")}\n`);
}

interface Recorded {
  readonly name: string;
  readonly records: readonly TraceRecord[];
  readonly seed: string | undefined;
}

/** @throws {UsageError} USAGE for a capture of reports whose headers alone are going to be traced. */
export function checkRecording(invocation: Invocation): void {
  if (textOption(invocation, "pcap") === undefined || framesOption(invocation) === "full") return;
  throw new UsageError("USAGE", "--pcap needs whole reports, and the trace gets their headers only", {
    hint: "add --frames full; headers are the default because reports carry names and ids",
  });
}

/** Writes what was asked for; the trace says of what it is. */
export function saveRecording({ name, records, seed }: Recorded, invocation: Invocation): void {
  const atMs = records.at(-1)?.atMs ?? 0;
  const whole: readonly TraceRecord[] = [
    {
      atMs: 0,
      actor: "harness",
      span: RUN_SPAN,
      kind: "run.started",
      scenario: name,
      seed: seed ?? "",
      schema: TRACE_SCHEMA,
    },
    ...records,
    { atMs, actor: "harness", span: RUN_SPAN, kind: "run.ended", outcome: "no-expectation" },
  ];
  const trace = textOption(invocation, "trace");
  if (trace !== undefined) writeTrace(trace, whole);
  const pcap = textOption(invocation, "pcap");
  if (pcap !== undefined) replaceFile(pcap, toPcapng(records, { comment: explain(whole).verdict }));
}
