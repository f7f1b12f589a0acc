import { type ExplainedTrace, toHar, toMermaid, toOtlp, toTraceEvents } from "../entry/diagnosis.js";
import { systemEnv } from "../entry/sim.js";
import { type Invocation, type OptionTable, UsageError } from "./command.js";
import { replaceFile } from "./files/replace-file.js";
import { textOption } from "./options.js";
import { packageVersion } from "./version.js";

/** Files for other programs, of one trace and its verdict; every command that explains one has them. */
export const OUTPUT_FILE_OPTIONS = {
  perfetto: { type: "string" },
  otlp: { type: "string" },
  mermaid: { type: "string" },
  har: { type: "string" },
  began: { type: "string" },
} as const satisfies OptionTable;

export const OUTPUT_FILE_HELP = `  --perfetto FILE      write Chrome trace-event JSON: ui.perfetto.dev, chrome://tracing
  --otlp FILE          write OTLP JSON: a collector, Jaeger, Tempo
  --mermaid FILE       write a Mermaid sequence diagram, for an issue
  --har FILE           write the calls to the site as HAR
  --began TIME         when the trace began, for these files: 2026-03-02T10:11:12Z; by default --otlp and --har take the
                       present time, and the others count from the beginning of the trace`;

/** Options of files that hold one trace. */
export const SINGLE_OUTPUTS = ["perfetto", "otlp", "mermaid", "har"] as const;

/**
 * Reads when the trace began, in milliseconds of the epoch.
 *
 * @throws {UsageError} USAGE for a time that cannot be read, has no zone, or lies before 1970.
 */
export function beganOption(invocation: Invocation): number | undefined {
  const text = textOption(invocation, "began");
  if (text === undefined) return undefined;
  const ms = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/.test(text)
    ? Date.parse(text)
    : NaN;
  if (!(ms >= 0)) {
    throw new UsageError("USAGE", `--began takes a time with its zone, not "${text}"`, {
      hint: "--began 2026-03-02T10:11:12Z, or +01:00 in place of Z",
    });
  }
  return ms;
}

/**
 * Makes the writers of the files that were asked for.
 *
 * @param trace of a run, of a stored trace or of an incident.
 * @param startEpochMs when the trace began; `--began` says otherwise.
 * @throws {UsageError} USAGE for a time that cannot be read, before anything is written.
 */
export function outputWriters(
  trace: ExplainedTrace,
  invocation: Invocation,
  startEpochMs?: number,
): readonly (() => void)[] {
  const began = beganOption(invocation) ?? startEpochMs;
  const epoch = { startEpochMs: began ?? Math.round(systemEnv().clock.epochMs()) };
  const texts = {
    perfetto: () => toTraceEvents(trace, began === undefined ? {} : { startEpochMs: began }),
    otlp: () => toOtlp(trace, epoch),
    mermaid: () => toMermaid(trace),
    har: () => toHar(trace, { ...epoch, version: packageVersion() }),
  };
  return SINGLE_OUTPUTS.flatMap((option) => {
    const path = textOption(invocation, option);
    return path === undefined ? [] : [() => void replaceFile(path, texts[option]())];
  });
}
