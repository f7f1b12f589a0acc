import type { Stamp } from "../importer.js";
import { INCIDENT_LIMITS } from "../limits.js";
import type { Counter } from "../tags.js";
import { linesOf } from "../text/lines.js";

/** One entry of the log. */
export interface DeviceLogEntry {
  readonly at: Stamp;
  readonly level: "ERROR" | "EVENT" | "USER" | "DEBUG";
  /** Without the name of the source file. May go over several lines. */
  readonly text: string;
}

/** How the log was got, which decides its order and its time. */
export type DeviceLogForm = "page" | "stderr" | "feedback";

export interface DeviceLog {
  /** Oldest first. */
  readonly entries: readonly DeviceLogEntry[];
  readonly form: DeviceLogForm;
  readonly precisionMs: number;
  /** The stamps say a date and its year; otherwise they count from 1 January 1970 or from the date that was given. */
  readonly hasDate: boolean;
  /** The stamps say their zone. */
  readonly hasZone: boolean;
  readonly wasNewestFirst: boolean;
}

const DAY_MS = 86_400_000;
const LEVEL = { Error: "ERROR", User: "USER", Event: "EVENT", Debug: "DEBUG" } as const;

const PAGE = /^FIDO(Error|User|Event|Debug)\[([^\]]{8,40})\]\s?(.*)$/;
const STDERR_INNER = /\[(\d{2}):(\d{2}):(\d{2})\.(\d{3})\] FIDO: (?:(ERROR|USER|EVENT|DEBUG): )?(.*)$/;
const STDERR_OUTER = /^\[\d+:\d+:(\d{2})(\d{2})\/(\d{6})\.(\d+):/;
const FEEDBACK =
  /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?)([+-]\d{2}:\d{2}|Z)? FIDO: (ERROR|USER|EVENT|DEBUG) (?:\S+\[\d+\]: )?(.*?)(?: \(\d+\))?$/;
const PAGE_TIME = /^(?:(\d{4})\/(\d{2})\/(\d{2}) )?(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,6}))?$/;
const FILE_NAME = /^\S+\.(?:cc|h|mm|cpp):\d+:? /;
/** Entries of other types in the same page or stream. */
const OTHER_ENTRY = /^(?:[A-Z][A-Za-z]+(?:Error|User|Event|Debug)\[|\[\d+:\d+:\d{4}\/)/;

/** Whether a line is an entry of the log, in any form. */
export function isDeviceLogLine(line: string): boolean {
  return PAGE.test(line) || (line.includes("] FIDO: ") && STDERR_INNER.test(line)) || FEEDBACK.test(line);
}

interface Parsed {
  readonly form: DeviceLogForm;
  /** Of a stamp without a date: since midnight. */
  readonly ms: number;
  readonly precisionMs: number;
  readonly hasDate: boolean;
  readonly hasZone: boolean;
  readonly level: DeviceLogEntry["level"];
  text: string;
}

/**
 * Reads the entries of a log, and puts them in order: the page's copy stands newest first, and has no date unless asked
 * for.
 *
 * @param dateMs midnight of the first day, for stamps without a date.
 */
export async function readDeviceLog(
  chunks: AsyncIterable<Uint8Array>,
  options: {
    readonly dropped: Counter;
    readonly dateMs?: number | undefined;
    readonly progress?: ((bytes: number) => void) | undefined;
  },
): Promise<DeviceLog> {
  const found: Parsed[] = [];
  let isOpen = false;
  for await (const lines of linesOf(chunks, options)) {
    for (const line of lines) {
      const entry = parse(line, options.dateMs);
      if (entry === undefined) {
        const last = found.at(-1);
        if (line.trim() === "") continue;
        const continued: Parsed | undefined = isOpen && !OTHER_ENTRY.test(line) ? last : undefined;
        if (continued === undefined) options.dropped.add("line that is no entry of the FIDO log");
        else if (continued.text.length < INCIDENT_LIMITS.LINE_BYTES_MAX) continued.text += `\n${line}`;
        isOpen = continued !== undefined;
      } else if (found.length < INCIDENT_LIMITS.RECORDS_MAX) {
        found.push(entry);
        isOpen = true;
      } else options.dropped.add("entry beyond the most that are read");
    }
  }
  return inOrder(found);
}

function inOrder(found: readonly Parsed[]): DeviceLog {
  const form = found[0]?.form ?? "page";
  const wasNewestFirst = isNewestFirst(found, form);
  const ordered = wasNewestFirst ? [...found].reverse() : found;
  const hasDate = ordered.length > 0 && ordered.every((entry) => entry.hasDate);
  const precisionMs = Math.max(0.001, ...new Set(ordered.map((entry) => entry.precisionMs)));
  let days = 0;
  let lastMs = -Infinity;
  const entries = ordered.map(({ ms, precisionMs: own, level, text }): DeviceLogEntry => {
    // Without a date a time that is half a day earlier is one of the next day.
    if (!hasDate && ms + days * DAY_MS < lastMs - DAY_MS / 2) days += 1;
    const atMs = hasDate ? ms : ms + days * DAY_MS;
    lastMs = atMs;
    return { at: { fromMs: atMs, toMs: atMs + own }, level, text: text.replace(FILE_NAME, "") };
  });
  return { entries, form, precisionMs, hasDate, hasZone: form === "feedback", wasNewestFirst };
}

function isNewestFirst(found: readonly Parsed[], form: DeviceLogForm): boolean {
  let rising = 0;
  let falling = 0;
  for (const [index, { ms, hasDate }] of found.entries()) {
    const before = found[index - 1]?.ms;
    if (before === undefined || before === ms) continue;
    // Without a date a leap over half a day is midnight, and goes the other way.
    const isMidnight = !hasDate && Math.abs(ms - before) > DAY_MS / 2;
    if (ms > before !== isMidnight) rising += 1;
    else falling += 1;
  }
  return rising === falling ? form === "page" : falling > rising;
}

function parse(line: string, dateMs: number | undefined): Parsed | undefined {
  const page = PAGE.exec(line);
  if (page !== null) {
    const [, level = "", time = "", text = ""] = page;
    const at = pageTime(time, dateMs);
    return at && { form: "page", hasZone: false, level: LEVEL[level as keyof typeof LEVEL], text, ...at };
  }
  if (line.includes("] FIDO: ")) return parseStderr(line, dateMs);
  return parseFeedback(line);
}

function pageTime(
  text: string,
  dateMs: number | undefined,
): Pick<Parsed, "ms" | "precisionMs" | "hasDate"> | undefined {
  const [whole, year, month, day, hour, minute, second, fraction = ""] = PAGE_TIME.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const inDay = dayTime(hour, minute, second, fraction);
  const precisionMs = 1_000 / 10 ** fraction.length;
  if (year === undefined) return { ms: (dateMs ?? 0) + inDay, precisionMs, hasDate: false };
  return { ms: Date.UTC(Number(year), Number(month) - 1, Number(day)) + inDay, precisionMs, hasDate: true };
}

function dayTime(hour = "0", minute = "0", second = "0", fraction = ""): number {
  return (
    Number(hour) * 3_600_000 +
    Number(minute) * 60_000 +
    Number(second) * 1_000 +
    Number(`0.${fraction || "0"}`) * 1_000
  );
}

function parseStderr(line: string, dateMs: number | undefined): Parsed | undefined {
  const [whole, hour, minute, second, millis = "", level = "ERROR", text = ""] =
    STDERR_INNER.exec(line) ?? [];
  if (whole === undefined) return undefined;
  const outer = STDERR_OUTER.exec(line);
  const inDay = dayTime(hour, minute, second, millis);
  const frame = {
    form: "stderr",
    precisionMs: 1,
    hasZone: false,
    level: level as Parsed["level"],
    text,
  } as const;
  // The outer prefix has month and day and no year: a year that was given makes a date of them.
  if (outer === null || dateMs === undefined) return { ...frame, ms: (dateMs ?? 0) + inDay, hasDate: false };
  const year = new Date(dateMs).getUTCFullYear();
  return { ...frame, ms: Date.UTC(year, Number(outer[1]) - 1, Number(outer[2])) + inDay, hasDate: true };
}

function parseFeedback(line: string): Parsed | undefined {
  const [, time, zone = "Z", level, text = ""] = FEEDBACK.exec(line) ?? [];
  if (time === undefined || level === undefined) return undefined;
  const [seconds = "", fraction = ""] = time.split(".");
  const ms = Date.parse(`${seconds}${zone === "-00:00" ? "Z" : zone}`);
  if (Number.isNaN(ms)) return undefined;
  return {
    form: "feedback",
    ms: ms + Number(`0.${fraction || "0"}`) * 1_000,
    precisionMs: 1_000 / 10 ** Math.min(fraction.length, 6),
    hasDate: true,
    hasZone: true,
    level: level as Parsed["level"],
    text,
  };
}
