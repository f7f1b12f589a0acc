import { printable } from "../core/printable.js";
import { seconds } from "../core/seconds.js";
import type { Incident, SourceReport } from "../entry/incident.js";

/** Offsets are printed to the millisecond. */
const MS_MAX = 10_000;
const QUARTER_MS = 15 * 60_000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** The zone that is farthest ahead. */
const ZONE_MS_MAX = 14 * 3_600_000;

/** Says what the files of an incident were taken for, what was left out of them and why, and how their clocks lie. */
export function incidentText({ files, sources, notes }: Incident): string {
  return [
    "Files",
    ...files.map(({ file, importer, reason, sources: ids }) =>
      importer === undefined
        ? `  ${printable(file)}: left out, ${reason}`
        : `  ${printable(file)}: ${ids.join(", ") || importer} (${reason})`,
    ),
    "",
    "Sources",
    ...sources.flatMap(sourceLines),
    ...(notes.length === 0 ? [] : ["", "Notes", ...notes.map((note) => `  ${note}`)]),
  ].join("\n");
}

function sourceLines({ source, time, ceremonies }: SourceReport): readonly string[] {
  const { id, title, level, dropped, redactions, notes } = source;
  const counts = (list: typeof dropped) => list.map(({ what, count }) => `${count} x ${what}`).join("; ");
  return [
    `  ${id}: ${title}${level === undefined ? "" : `, level ${level}`}`,
    `    clock: ${clockText({ source, time })}`,
    `    ${ceremonies.length === 0 ? "no ceremony in it" : `tells of ${ceremonies.join(", ")}`}`,
    ...(dropped.length === 0 ? [] : [`    left out: ${counts(dropped)}`]),
    ...(redactions.length === 0 ? [] : [`    made into tags, or dropped: ${counts(redactions)}`]),
    ...notes.map((note) => `    ${note}`),
  ];
}

function clockText({ source: { clock }, time }: Pick<SourceReport, "source" | "time">): string {
  const stamps = `${clock.machine}'s, ${clock.kind === "local" ? "local time" : clock.kind}, to ${precisionText(clock.precisionMs)}`;
  if (time.isLoose) return `${stamps}; nothing ties it to the others`;
  // What has to be added is how far it is behind.
  const [low, high] = [0 - time.correctionMs[1], 0 - time.correctionMs[0]];
  if (low === 0 && high === 0) return `${stamps}; ${time.by}`;
  const isZone = low === high && low % QUARTER_MS === 0;
  return isZone
    ? `${stamps}; its zone is UTC${zoneText(low)} (${time.by})`
    : `${stamps}; ahead by ${offsetText(low)} to ${offsetText(high)} (${time.by})`;
}

/** Of stamps without a date the correction holds their day as well. */
function zoneText(correctionMs: number): string {
  const inDay = correctionMs % DAY_MS;
  const ms = inDay > ZONE_MS_MAX ? inDay - DAY_MS : inDay < ZONE_MS_MAX - DAY_MS ? inDay + DAY_MS : inDay;
  const minutes = Math.abs(ms) / MINUTE_MS;
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  return `${ms < 0 ? "-" : "+"}${two(minutes / 60)}:${two(minutes % 60)}`;
}

function precisionText(ms: number): string {
  return ms >= 1 ? `${ms} ms` : "the microsecond";
}

function offsetText(ms: number): string {
  return Math.abs(ms) < MS_MAX ? `${Math.round(ms)} ms` : seconds(ms);
}
