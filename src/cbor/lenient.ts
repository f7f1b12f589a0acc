import { Decoder } from "cbor-x";
import { concat } from "../core/bytes.js";
import { decodeCbor } from "./decode.js";
import { encodeCbor } from "./encode.js";
import type { CborOptions } from "./limits.js";
import { scanCbor, type CborFinding, type CborItem } from "./scan.js";
import { CborError, type CborKey, type CborValue } from "./value.js";

export interface LenientDecoding {
  readonly value: CborValue;
  /** Every rule broken, in order of offset; empty for canonical input. */
  readonly faults: readonly CborFinding[];
}

/**
 * Decodes what the strict decoder refuses, and says why it would have.
 *
 * So that a run on a key that breaks the rules can go on, with each broken rule a conformance finding.
 * Of duplicate keys the last wins. Tags are read past: the value is what they are tags of. Null, undefined
 * and other simple values, which CTAP2 cannot say, read as absent: gone from an array, gone with their key
 * from a map. So do map entries whose key is an array or a map. Bytes after the value are left alone.
 * Floats read as numbers, wrong UTF-8 with replacement characters.
 *
 * @throws {CborError} for what nobody can read: `CBOR_TRUNCATED`, `CBOR_RESERVED_HEAD`, chunks that are not strings
 *   (`CBOR_INDEFINITE_LENGTH`), nesting beyond 64 levels, more than 1 MiB, and a lone value of no CTAP2 type.
 */
export function decodeLenient(bytes: Uint8Array, options?: CborOptions): LenientDecoding {
  try {
    return { value: decodeCbor(bytes, options), faults: [] };
  } catch (error) {
    if (!(error instanceof CborError)) throw error;
  }
  const scan = scanCbor(bytes, options);
  if (scan.broken) throw scan.broken;
  const value = normalize(cborx.decode(tame(bytes, scan.items)));
  if (value === undefined) throw new CborError("UNSUPPORTED_TYPE", "a value CTAP2 cannot say", 0);
  return { value, faults: scan.faults };
}

const cborx = new Decoder({ mapsAsObjects: false, useRecords: false });

const FIRST_KNOWN_SIMPLE = 20n;
const UNDEFINED = Uint8Array.of(0xf7);
const BREAK = Uint8Array.of(0xff);
/** What turns the first byte of a byte string into that of a text of equal length. */
const TEXT_BIT = 0x20;

/**
 * The same value, without what cbor-x acts on or gives up at: tags (it would run their extensions), strings
 * in chunks, simple values without a meaning. Everything else stays as it was sent.
 */
function tame(bytes: Uint8Array, items: readonly CborItem[]): Uint8Array {
  const parts: Uint8Array[] = [];
  let chunked: { readonly kind: CborItem["kind"]; readonly chunks: Uint8Array[] } | undefined;
  for (const { kind, role, argument, offset, contentStart, contentEnd } of items) {
    if (role === "chunk") {
      chunked?.chunks.push(bytes.subarray(contentStart, contentEnd));
    } else if (kind === "break") {
      parts.push(chunked === undefined ? BREAK : joined(chunked));
      chunked = undefined;
    } else if ((kind === "bytes" || kind === "text") && argument === undefined) {
      chunked = { kind, chunks: [] };
    } else if (kind === "simple" && !isKnownSimple(argument)) {
      parts.push(UNDEFINED);
    } else if (kind !== "tag") {
      parts.push(bytes.subarray(offset, contentEnd));
    }
  }
  return concat(...parts);
}

function isKnownSimple(argument: bigint | undefined): boolean {
  return argument !== undefined && argument >= FIRST_KNOWN_SIMPLE && argument < 24n;
}

function joined({
  kind,
  chunks,
}: {
  readonly kind: CborItem["kind"];
  readonly chunks: readonly Uint8Array[];
}) {
  const encoded = encodeCbor(concat(...chunks));
  if (kind === "text") encoded[0] = (encoded[0] as number) | TEXT_BIT;
  return encoded;
}

/** What cbor-x made of it, as a CborValue; `undefined` for what is none. */
function normalize(value: unknown): CborValue | undefined {
  switch (typeof value) {
    case "number":
    case "string":
    case "boolean":
      return value;
    case "bigint":
      return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    case "object":
      if (value instanceof Uint8Array) return new Uint8Array(value.buffer, value.byteOffset, value.length);
      if (Array.isArray(value)) return value.map(normalize).filter((item) => item !== undefined);
      return value instanceof Map ? normalizeMap(value) : undefined;
    default:
      return undefined;
  }
}

function normalizeMap(source: ReadonlyMap<unknown, unknown>): CborValue {
  const map = new Map<CborKey, CborValue>();
  const byteKeys = new Map<string, Uint8Array>();
  for (const [sourceKey, sourceValue] of source) {
    const key = normalize(sourceKey);
    const value = normalize(sourceValue);
    if (key === undefined || value === undefined || !isKey(key)) continue;
    map.set(key instanceof Uint8Array ? sameBytes(byteKeys, key) : key, value);
  }
  return map;
}

function isKey(value: CborValue): value is CborKey {
  return typeof value !== "object" || value instanceof Uint8Array;
}

/** The key object already standing for these bytes, so that of duplicates the last wins here too. */
function sameBytes(known: Map<string, Uint8Array>, key: Uint8Array): Uint8Array {
  const name = key.join();
  const first = known.get(name) ?? key;
  known.set(name, first);
  return first;
}
