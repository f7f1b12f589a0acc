import { RUN_SPAN, TRACE_SCHEMA, type TraceRecord, jsonLinesSink } from "../entry/diagnosis.js";
import { toPcapng } from "../entry/scenarios.js";
import { type Invocation, type OptionTable, UsageError } from "./command.js";
import { checkWritable, writeBytesFile, writeTextFile } from "./files.js";
import { choiceOption, textOption } from "./options.js";

export const FRAMES_OPTIONS = { frames: { type: "string" } } as const satisfies OptionTable;

export const FRAMES_HELP = `  --frames HOW         headers (default) or full: how much of a CTAPHID report the trace gets. Whole reports carry
                       names, credential ids and large-blob keys in the clear, and traces are sent around`;

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
  writeTextFile(path, `${lines.join("\n")}\n`);
}

/**
 * Refuses a recording that could not be written, before anything is done that it would record.
 *
 * @throws {UsageError} USAGE for a capture without whole reports; ENVIRONMENT for a folder that is not there.
 */
export function checkRecording(invocation: Invocation): void {
  const pcap = textOption(invocation, "pcap");
  if (pcap !== undefined && framesOption(invocation) !== "full") {
    throw new UsageError("USAGE", "--pcap writes whole reports, and the trace gets their headers only", {
      hint: "add --frames full",
    });
  }
  for (const path of [pcap, textOption(invocation, "trace"), textOption(invocation, "credentials")]) {
    if (path !== undefined) checkWritable(path);
  }
}

interface Recorded {
  readonly name: string;
  readonly records: readonly TraceRecord[];
  readonly seed: string | undefined;
}

/** Writes what was asked for; the trace says of what it is. */
export function saveRecording({ name, records, seed }: Recorded, invocation: Invocation): void {
  const trace = textOption(invocation, "trace");
  if (trace !== undefined) {
    const atMs = records.at(-1)?.atMs ?? 0;
    writeTrace(trace, [
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
    ]);
  }
  const pcap = textOption(invocation, "pcap");
  if (pcap !== undefined) writeBytesFile(pcap, toPcapng(records));
}
