import { FRAME } from "../../core/events/frame.js";
import { holds, type Members, wantedOf } from "../../core/events/member.js";
import { EVENT_KINDS, isEventKind, membersOf } from "../../core/events/table.js";
import { nearestNames } from "../../core/nearest-names.js";
import type { TraceRecord } from "../../core/trace.js";
import { inWrittenOrder } from "../../diagnosis/clocks/written-order.js";
import type { StoredTrace, TraceSchemaVersion } from "../../diagnosis/stored-trace.js";
import { TraceError, type TraceFault, type TraceNote } from "./trace-error.js";
import { type RawRecord, schema1Importer } from "./upgrade-trace.js";

const HINTS_MAX = 3;
const BYTE_ORDER_MARK = /^\uFEFF/;
const KNOWN_SCHEMAS: readonly TraceSchemaVersion[] = [1, 2];

/** A stored trace that was read, and what is to be said of it. */
export interface ParsedTrace extends StoredTrace {
  readonly notes: readonly TraceNote[];
}

/** One record of the text. */
interface Line {
  /** Counted from 1. */
  readonly line: number;
  readonly atMs: number;
  readonly kind: string;
  readonly record: RawRecord;
}

/**
 * Reads a stored trace of schema 1 or 2, one JSON record a line; empty lines count but hold nothing.
 *
 * A part of a trace is read as well: where `run.started` is missing, the schema is 2 if every record has a span and 1
 * if none has. Records are sorted by time. Members that no kind names are kept.
 *
 * @param trace text of the file.
 * @returns records in the shape of schema 2, with a note for what is missing or was sorted.
 * @throws {TraceError} `TRACE_VERSION` for any other schema, other `TRACE_...` for what is no record; `line` says where.
 *
 * @example
 * const { records, notes } = parseTrace(readFileSync("trace.jsonl", "utf8"));
 */
export function parseTrace(trace: string): ParsedTrace {
  const texts = trace.replace(BYTE_ORDER_MARK, "").split(/\r?\n/);
  const cutLine = texts.findLastIndex((text) => text.trim() !== "") + 1;
  const isCut = cutLine === texts.length && isCutOff(texts[cutLine - 1] ?? "");
  const lines = (isCut ? texts.slice(0, -1) : texts).flatMap((text, index) =>
    text.trim() === "" ? [] : [readLine(text, index + 1)],
  );
  const [first] = lines;
  if (first === undefined) throw new TraceError("TRACE_EMPTY", 1, "there is no record in the trace");
  const schema = schemaOf(first, lines);
  const sorted = [...lines].sort((a, b) => a.atMs - b.atMs);
  const upgrade = schema === 1 ? schema1Importer() : (record: RawRecord) => record;
  const read = (inOrder: readonly Line[]) =>
    inOrder.map(({ line, kind, record }) => checked(upgrade(record), kind, line));
  // Records of schema 1 follow from one another: they are upgraded in order of time.
  const records = schema === 1 ? read(sorted) : inWrittenOrder(read(lines));
  return { schema, records, notes: notesOn(lines, isCut ? cutLine : undefined) };
}

/** The beginning of an object in the last line, with no line break behind it. */
function isCutOff(text: string): boolean {
  if (!text.startsWith("{")) return false;
  try {
    JSON.parse(text);
    return false;
  } catch {
    return true;
  }
}

function refusal(code: TraceFault, line: number, message: string, hint?: string): TraceError {
  return new TraceError(code, line, message, hint === undefined ? {} : { hint });
}

function readLine(text: string, line: number): Line {
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch {
    throw refusal("TRACE_NOT_JSON", line, "not JSON", "a trace holds one JSON record a line");
  }
  if (!isObject(record)) throw refusal("TRACE_NOT_RECORD", line, "not an object");
  const { atMs, kind } = record;
  for (const member of ["atMs", "actor"] as const) {
    if (holds(FRAME[member], record[member])) continue;
    throw refusal("TRACE_NOT_RECORD", line, `"${member}" is not ${wantedOf(FRAME[member])}`);
  }
  if (typeof kind !== "string") throw refusal("TRACE_NOT_RECORD", line, '"kind" is no text');
  return { line, atMs: Number(atMs), kind, record };
}

/** @throws {TraceError} `TRACE_VERSION` */
function schemaOf(first: Line, lines: readonly Line[]): TraceSchemaVersion {
  const hint = `this release reads schema ${KNOWN_SCHEMAS.join(" and ")}`;
  const refused = ({ line }: Line, message: string) => refusal("TRACE_VERSION", line, message, hint);
  const started = lines
    .filter(({ kind }) => kind === "run.started")
    .map((line) => {
      const { schema } = line.record;
      const known = KNOWN_SCHEMAS.find((version) => version === schema);
      if (known !== undefined) return { line, known };
      throw refused(
        line,
        schema === undefined
          ? "run.started does not name a schema"
          : `the trace is of schema ${JSON.stringify(schema)}`,
      );
    });
  const [begin, ...others] = started;
  if (begin !== undefined) {
    const other = others.find(({ known }) => known !== begin.known);
    if (other === undefined) return begin.known;
    throw refused(other.line, `a record of schema ${other.known} in a trace of schema ${begin.known}`);
  }
  const hasSpan = ({ record }: Line) => Object.hasOwn(record, "span");
  const odd = lines.find((line) => hasSpan(line) !== hasSpan(first));
  if (odd === undefined) return hasSpan(first) ? 2 : 1;
  throw refused(
    odd,
    "run.started is missing, and only some of the records have a span: the schema is not known",
  );
}

/** @throws {TraceError} `TRACE_NOT_RECORD`, `TRACE_KIND`, `TRACE_MEMBER` */
function checked(record: RawRecord, kind: string, line: number): TraceRecord {
  const outside = wrongMember(record, FRAME);
  if (outside !== undefined) throw refusal("TRACE_NOT_RECORD", line, outside);
  if (!isEventKind(kind)) {
    const near = nearestNames(kind, EVENT_KINDS, HINTS_MAX);
    const hint =
      near.length > 0 ? `did you mean ${near.join(" or ")}?` : "a later release may have written it";
    throw refusal("TRACE_KIND", line, `there is no kind ${JSON.stringify(kind)}`, hint);
  }
  const members = membersOf(kind);
  const wrong = wrongMember(record, members);
  if (wrong !== undefined) throw refusal("TRACE_MEMBER", line, `${kind}: ${wrong}`);
  const odd = Object.keys(record).find((name) => !isPlain(record[name]));
  if (odd !== undefined) {
    throw refusal("TRACE_NOT_RECORD", line, `${kind}: ${JSON.stringify(odd)} holds an object`);
  }
  return withoutNull(record, members);
}

function wrongMember(record: RawRecord, members: Members): string | undefined {
  for (const [name, member] of Object.entries(members)) {
    if (!Object.hasOwn(record, name)) {
      if (member.optional === true) continue;
      return `${JSON.stringify(name)} is missing`;
    }
    if (!holds(member, record[name])) return `${JSON.stringify(name)} is not ${wantedOf(member)}`;
  }
  return undefined;
}

/** JSON has no infinity: a duration without bound was written as `null`. */
function withoutNull(record: RawRecord, members: Members): TraceRecord {
  const endless = Object.keys(record).filter(
    (name) => record[name] === null && members[name]?.type === "milliseconds",
  );
  // Every member that the frame and the kind must have was just checked.
  return {
    ...record,
    ...Object.fromEntries(endless.map((name) => [name, Infinity])),
  } as unknown as TraceRecord;
}

function notesOn(lines: readonly Line[], cutLine: number | undefined): readonly TraceNote[] {
  const notes: TraceNote[] = [];
  const [first] = lines;
  const last = lines.at(-1);
  const late = lines.find(({ atMs }, index) => atMs < (lines[index - 1]?.atMs ?? 0));
  if (first !== undefined && first.kind !== "run.started") {
    notes.push({
      code: "TRACE_PART",
      line: first.line,
      message: `line ${first.line}: the trace does not begin with run.started; what came before is not known`,
    });
  }
  if (late !== undefined) {
    notes.push({
      code: "TRACE_UNSORTED",
      line: late.line,
      message: `line ${late.line}: earlier than the record before it; the records were sorted by time`,
    });
  }
  if (cutLine !== undefined) {
    notes.push({
      code: "TRACE_CUT",
      line: cutLine,
      message: `line ${cutLine}: the record stops in the middle and was left out; the trace ends there`,
    });
  } else if (last !== undefined && last.kind !== "run.ended") {
    notes.push({
      code: "TRACE_PART",
      line: last.line,
      message: `line ${last.line}: the trace does not end with run.ended; what came after is not known`,
    });
  }
  return notes;
}

function isObject(value: unknown): value is RawRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isPlain(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((item) => typeof item === "string");
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}
