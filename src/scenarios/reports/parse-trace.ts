import type { TraceRecord } from "../../core/trace.js";
import { nearestNames } from "../../core/nearest-names.js";
import { TRACE_SCHEMA } from "../run.js";
import { TraceError, type TraceFault } from "./trace-error.js";
import { TRACE_SHAPE, membersOf, type Member } from "./trace-shape.js";

const HINTS_MAX = 3;
const BYTE_ORDER_MARK = /^\uFEFF/;

/**
 * Reads a stored trace, one JSON record a line; empty lines count but say nothing.
 *
 * A part of a trace is a trace: it need not begin with `run.started`. Scalar members no kind names are kept.
 *
 * @throws {TraceError} `TRACE_CUT` when only the last line is not whole, other `TRACE_...` otherwise; `line`
 *   says where.
 */
export function parseTrace(trace: string): readonly TraceRecord[] {
  const lines = trace.replace(BYTE_ORDER_MARK, "").split(/\r?\n/);
  const records = lines.flatMap((line, index) =>
    line.trim() === "" ? [] : [parseRecord(line, { line: index + 1, last: index === lines.length - 1 })],
  );
  if (records.length === 0) throw new TraceError("TRACE_EMPTY", 1, "there is no record in the trace");
  return records;
}

interface Place {
  readonly line: number;
  /** No line break behind it. */
  readonly last: boolean;
}

function parseRecord(text: string, { line, last }: Place): TraceRecord {
  const fail = (code: TraceFault, message: string, hint?: string) =>
    new TraceError(code, line, message, hint === undefined ? {} : { hint });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    if (last && text.startsWith("{")) {
      throw fail("TRACE_CUT", "the record stops in the middle", "leave out the last line to read the rest");
    }
    throw fail("TRACE_NOT_JSON", "not JSON", "a trace holds one JSON record a line");
  }
  if (!isObject(value)) throw fail("TRACE_NOT_RECORD", "not an object");
  const { atMs, actor, kind } = value;
  if (!isFinite(atMs) || atMs < 0) throw fail("TRACE_NOT_RECORD", '"atMs" is no time');
  if (typeof actor !== "string" || actor === "") throw fail("TRACE_NOT_RECORD", '"actor" is no name');
  if (typeof kind !== "string") throw fail("TRACE_NOT_RECORD", '"kind" is no text');
  const members = membersOf(kind);
  if (members === undefined) {
    const near = nearestNames(kind, Object.keys(TRACE_SHAPE), HINTS_MAX);
    const hint =
      near.length > 0 ? `did you mean ${near.join(" or ")}?` : "a later release may have written it";
    throw fail("TRACE_KIND", `there is no kind ${JSON.stringify(kind)}`, hint);
  }
  const wrong = wrongMember(value, members);
  if (wrong !== undefined) throw fail("TRACE_MEMBER", `${kind}: ${wrong}`);
  const odd = Object.keys(value).find((name) => !isScalar(value[name]));
  if (odd !== undefined) throw fail("TRACE_NOT_RECORD", `${kind}: ${JSON.stringify(odd)} is no scalar`);
  const schema = value["schema"];
  if (kind === "run.started" && schema !== TRACE_SCHEMA) {
    const hint = `this release reads version ${TRACE_SCHEMA}`;
    throw fail("TRACE_VERSION", `the trace is of version ${String(schema)}`, hint);
  }
  return withoutNull(value, members);
}

function wrongMember(
  value: Readonly<Record<string, unknown>>,
  members: Readonly<Record<string, Member>>,
): string | undefined {
  for (const [name, member] of Object.entries(members)) {
    if (!Object.hasOwn(value, name)) {
      if (member.optional === true) continue;
      return `${JSON.stringify(name)} is missing`;
    }
    if (!fits(value[name], member)) return `${JSON.stringify(name)} is not ${NAMES[member.type](member)}`;
  }
  return undefined;
}

const NAMES: Readonly<Record<Member["type"], (member: Member) => string>> = {
  text: () => "text",
  number: () => "a number",
  span: () => "milliseconds or null",
  flag: () => "true or false",
  word: ({ words = [] }) => `one of ${words.join(", ")}`,
};

function fits(value: unknown, { type, words }: Member): boolean {
  switch (type) {
    case "text":
      return typeof value === "string";
    case "number":
      return isFinite(value);
    case "span":
      return value === null || isFinite(value);
    case "flag":
      return typeof value === "boolean";
    case "word":
      return typeof value === "string" && words?.includes(value) === true;
  }
}

/** JSON has no infinity: a span without bound was written as `null`. */
function withoutNull(
  value: Readonly<Record<string, unknown>>,
  members: Readonly<Record<string, Member>>,
): TraceRecord {
  const spans = Object.keys(value).filter((name) => value[name] === null && members[name]?.type === "span");
  // Every member its kind must have was just looked at.
  return { ...value, ...Object.fromEntries(spans.map((name) => [name, Infinity])) } as unknown as TraceRecord;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isFinite(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isScalar(value: unknown): boolean {
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}
