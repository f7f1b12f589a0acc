import type { MemberValue } from "./explained-trace.js";

/** `AnyValue` of OTLP's JSON mapping: 64-bit integers are decimal text. */
export type OtlpValue =
  | { readonly stringValue: string }
  | { readonly boolValue: boolean }
  | { readonly intValue: string }
  | { readonly doubleValue: number }
  | { readonly arrayValue: { readonly values: readonly OtlpValue[] } };

export interface OtlpAttribute {
  readonly key: string;
  readonly value: OtlpValue;
}

/** Makes attributes of names and values; what is `undefined` is left out. */
export function attributesOf(
  entries: readonly (readonly [key: string, value: MemberValue | undefined])[],
): readonly OtlpAttribute[] {
  return entries.flatMap(([key, value]) => (value === undefined ? [] : [{ key, value: valueOf(value) }]));
}

function valueOf(value: MemberValue): OtlpValue {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "number") {
    return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  }
  return { arrayValue: { values: value.map((text) => ({ stringValue: text })) } };
}

/** Bytes of a trace id and of a span id. @see W3C Trace Context, 3.2.2 */
const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;

export const traceIdOf = (...parts: readonly (string | number)[]): string => hashId(parts, TRACE_ID_BYTES);
export const spanIdOf = (...parts: readonly (string | number)[]): string => hashId(parts, SPAN_ID_BYTES);

const LANE_BYTES = 4;
const FNV_OFFSET = 0x811c_9dc5;
const FNV_PRIME = 0x0100_0193;

/** Derives an id from texts: the same texts give the same id, which is never zero. Not secret and no signature. */
function hashId(parts: readonly (string | number)[], bytes: number): string {
  const text = JSON.stringify(parts);
  const lanes = Array.from({ length: bytes / LANE_BYTES }, (_, lane) => hash32(text, lane + 1));
  const id = lanes.map((lane) => lane.toString(16).padStart(LANE_BYTES * 2, "0")).join("");
  // Trace Context forbids an id of zeros.
  return /^0+$/.test(id) ? `${id.slice(1)}1` : id;
}

/** FNV-1a with a lane's number before the text, mixed at the end so that every bit depends on every sign. */
function hash32(text: string, lane: number): number {
  let hash = Math.imul(FNV_OFFSET ^ lane, FNV_PRIME);
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), FNV_PRIME);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
