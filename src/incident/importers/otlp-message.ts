import { isObject, listIn, objectIn, textIn, type JsonObject } from "../webauthn-json/walk.js";

/** @see opentelemetry-proto, trace/v1/trace.proto, enum SpanKind */
const SERVER = 2;
const NESTING_MAX = 8;
const NANO_PER_MS = 1_000_000n;

/** What a span or a log record says, as far as it is a call that a server answered. */
export interface OtlpCall {
  /** 32 hexadecimal digits, as W3C Trace Context writes them; empty where there is none. */
  readonly traceId: string;
  readonly startMs: number;
  readonly endMs: number;
  /** Whether the moments are whole milliseconds. */
  readonly isWholeMs: boolean;
  readonly attributes: ReadonlyMap<string, unknown>;
  /** Attributes of its events, an exception's for one. */
  readonly events: readonly ReadonlyMap<string, unknown>[];
  /** Whether a sampler marks what it let through as one of several. */
  readonly isSampled: boolean;
}

/** Reads a span that a server made for a call; `undefined` for every other. */
export function spanOf(value: unknown): OtlpCall | undefined {
  if (!isObject(value) || (value["kind"] !== SERVER && value["kind"] !== "SPAN_KIND_SERVER"))
    return undefined;
  const start = nanosOf(value["startTimeUnixNano"]);
  const end = nanosOf(value["endTimeUnixNano"]);
  if (start === undefined || end === undefined) return undefined;
  return {
    traceId: traceIdOf(value),
    startMs: msOf(start),
    endMs: Math.max(msOf(start), msOf(end)),
    isWholeMs: start % NANO_PER_MS === 0n && end % NANO_PER_MS === 0n,
    attributes: attributesOf(value),
    events: listIn(value, "events").filter(isObject).map(attributesOf),
    // OpenTelemetry's own samplers write the threshold: `ot=th:8`; zero lets everything through.
    isSampled: /(?:^|[,;])\s*ot=(?:[^,]*;)?th:(?!0(?:[,;]|$))/.test(textIn(value, "traceState") ?? ""),
  };
}

/** Reads a log record as a call that has just ended; `undefined` without a time. */
export function logOf(value: unknown): OtlpCall | undefined {
  if (!isObject(value)) return undefined;
  const at = nanosOf(value["timeUnixNano"]) ?? nanosOf(value["observedTimeUnixNano"]);
  if (at === undefined) return undefined;
  const body = valueOf(value["body"], 0);
  const attributes = new Map(attributesOf(value));
  if (body !== undefined) attributes.set("body", body);
  return {
    traceId: traceIdOf(value),
    startMs: msOf(at),
    endMs: msOf(at),
    isWholeMs: at % NANO_PER_MS === 0n,
    attributes,
    events: [],
    isSampled: false,
  };
}

/** Returns attributes by name. Of two with one name the first counts. */
export function attributesOf(value: JsonObject): ReadonlyMap<string, unknown> {
  const attributes = new Map<string, unknown>();
  for (const one of listIn(value, "attributes")) {
    if (!isObject(one)) continue;
    const key = textIn(one, "key");
    if (key !== undefined && !attributes.has(key)) attributes.set(key, valueOf(one["value"], 0));
  }
  return attributes;
}

/** Reads `AnyValue`; a 64-bit integer is a decimal text or a number. */
function valueOf(value: unknown, depth: number): unknown {
  if (!isObject(value) || depth > NESTING_MAX) return undefined;
  if ("intValue" in value) return Number(value["intValue"]);
  const list = objectIn(value, "arrayValue");
  if (list !== undefined) return listIn(list, "values").map((one) => valueOf(one, depth + 1));
  const map = objectIn(value, "kvlistValue");
  if (map !== undefined)
    return Object.fromEntries(
      listIn(map, "values")
        .filter(isObject)
        .map((one) => [textIn(one, "key") ?? "", valueOf(one["value"], depth + 1)]),
    );
  return value["stringValue"] ?? value["boolValue"] ?? value["doubleValue"];
}

function traceIdOf(value: JsonObject): string {
  const id = (textIn(value, "traceId") ?? "").toLowerCase();
  return /^[\da-f]{32}$/.test(id) && !/^0+$/.test(id) ? id : "";
}

function nanosOf(value: unknown): bigint | undefined {
  if (typeof value === "number" && Number.isSafeInteger(value) && value > 0) return BigInt(value);
  if (typeof value === "number" && value > 0 && value < 2 ** 63) return BigInt(Math.round(value));
  return typeof value === "string" && /^[1-9]\d{0,18}$/.test(value) ? BigInt(value) : undefined;
}

const msOf = (nanos: bigint) => Number(nanos / NANO_PER_MS) + Number(nanos % NANO_PER_MS) / 1e6;
