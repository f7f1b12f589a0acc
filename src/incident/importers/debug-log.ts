import type { FileHead, ImportContext, ImportedSource, IncidentFile, Recognition } from "../importer.js";
import { Counter } from "../tags.js";
import { linesOf } from "../text/lines.js";
import { CtapFlow } from "./ctap-flow.js";
import { HidReports } from "./hid-reports.js";
import { LineClock, type LineClockOptions } from "./line-clock.js";
import { sourceOf } from "./source.js";

/** What the reader of a library's debug output works on. */
export interface DebugSheet {
  readonly flow: CtapFlow;
  readonly reports: HidReports;
  readonly dropped: Counter;
  readonly redactions: Counter;
  readonly notes: Set<string>;
}

/** Takes one line after the other. @returns whether the line was one of the library's. */
export type LineReader = (line: string, at: ReturnType<LineClock["take"]>) => boolean;

export interface DebugLog {
  readonly title: string;
  readonly level: string;
  readonly clock: Omit<LineClockOptions, "dateMs">;
  readonly reader: (sheet: DebugSheet) => LineReader;
}

/** Reads the debug output of a library that speaks CTAP: its messages, down to reports where it prints them. */
export async function readDebugLog(
  file: IncidentFile,
  { dateMs, progress }: ImportContext,
  { title, level, clock: clockOptions, reader }: DebugLog,
): Promise<readonly ImportedSource[]> {
  const dropped = new Counter();
  const redactions = new Counter();
  const notes = new Set<string>();
  const clock = new LineClock({ ...clockOptions, dateMs });
  const flow = new CtapFlow(redactions, dropped);
  const take = reader({ flow, reports: new HidReports(flow, dropped), dropped, redactions, notes });
  for await (const lines of linesOf(file.open(), { dropped, progress })) {
    for (const line of lines) {
      if (line.trim() === "") continue;
      if (!take(line, clock.take(line))) dropped.add("line of another kind");
    }
  }
  const source = sourceOf({
    title,
    clock: clock.clock,
    ...flow.end(),
    probes: ["ctap", "link"],
    seen: clock.seen,
    level,
    dropped,
    redactions,
    notes: [
      ...(clock.clock.kind === "none"
        ? ["Its lines have no times: what they are late by cannot be said."]
        : []),
      ...notes,
    ],
  });
  return [source];
}

/** Recognises a log by lines that only one program writes. */
export function recogniseLines({ text }: FileHead, pattern: RegExp, what: string): Recognition | undefined {
  const lines = text.split("\n");
  const own = lines.filter((line) => line.length < 4_096 && pattern.test(line)).length;
  if (own === 0) return undefined;
  const score = own >= 3 || own >= lines.length / 4 ? 0.95 : 0.7;
  return { score, reason: `${what} in ${own} of its first ${lines.length} lines` };
}
