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
  record: { type: "string" },
  pcap: { type: "string" },
} as const satisfies OptionTable;

export const RECORDING_HELP = `${FRAMES_HELP}
  --trace FILE         write the trace, one JSON record a line; replay reads it
  --record FILE        the same, of report headers alone: what others may see, and replay FILE --slow plays again
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

/** The records of a ceremony between those that say of what they are, as a stored trace has them. */
export function wholeTrace(
  name: string,
  { records, seed }: { readonly records: readonly TraceRecord[]; readonly seed: string | undefined },
): readonly TraceRecord[] {
  const common = { actor: "harness", span: RUN_SPAN } as const;
  return [
    { ...common, atMs: 0, kind: "run.started", scenario: name, seed: seed ?? "", schema: TRACE_SCHEMA },
    ...records,
    { ...common, atMs: records.at(-1)?.atMs ?? 0, kind: "run.ended", outcome: "no-expectation" },
  ];
}

interface Recorded {
  readonly name: string;
  readonly records: readonly TraceRecord[];
  readonly seed: string | undefined;
}

/** @throws {UsageError} USAGE for a capture of reports whose headers alone are traced, and for a recording of whole ones. */
export function checkRecording(invocation: Invocation): void {
  if (textOption(invocation, "record") !== undefined && framesOption(invocation) === "full") {
    throw new UsageError(
      "USAGE",
      "--record is for others to see, and --frames full has names and ids in the clear",
      {
        hint: "write whole reports with --trace FILE",
      },
    );
  }
  if (textOption(invocation, "pcap") === undefined || framesOption(invocation) === "full") return;
  throw new UsageError("USAGE", "--pcap needs whole reports, and the trace gets their headers only", {
    hint: "add --frames full; headers are the default because reports carry names and ids",
  });
}

/** Writes what was asked for; the trace says of what it is. */
export function saveRecording({ name, records, seed }: Recorded, invocation: Invocation): void {
  const whole = wholeTrace(name, { records, seed });
  for (const option of ["trace", "record"]) {
    const path = textOption(invocation, option);
    if (path !== undefined) writeTrace(path, whole);
  }
  const pcap = textOption(invocation, "pcap");
  if (pcap !== undefined) replaceFile(pcap, toPcapng(records, { comment: explain(whole).verdict }));
}
