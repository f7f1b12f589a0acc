import { Decoder } from "cbor-x";
import { concat } from "../core/bytes.js";
import { decodeCbor } from "./decode.js";
import { encodeCbor } from "./encode.js";
import type { CborOptions } from "./limits.js";
import { scanCbor, type CborFinding, type CborItem, type CborKind } from "./scan.js";
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
const FIRST_UNKNOWN_SIMPLE = 24n;

/** A code point without a character. Goes in front of a text that begins with it too, so that one is always ours. */
const GUARD = "\ufffe";

const lossyUtf8 = new TextDecoder("utf-8", { ignoreBOM: true });

const UNDEFINED = Uint8Array.of(0xf7);

const MAJOR_OF_KIND: Readonly<Partial<Record<CborKind, number>>> = {
  unsigned: 0x00,
  negative: 0x20,
  bytes: 0x40,
  text: 0x60,
  array: 0x80,
  map: 0xa0,
};

/**
 * The same value, without what cbor-x acts on or gives up at: tags (it would run their extensions), strings in
 * chunks, simple values without a meaning, and heads longer than they need be (its native part loses its
 * place after some). Order, duplicates, indefinite arrays and maps and floats stay as they were sent.
 */
function tame(bytes: Uint8Array, items: readonly CborItem[]): Uint8Array {
  const parts: Uint8Array[] = [];
  let chunked: { readonly kind: "bytes" | "text"; readonly chunks: Uint8Array[] } | undefined;
  for (const item of items) {
    const { kind, role, argument } = item;
    if (role === "chunk") {
      chunked?.chunks.push(bytes.subarray(item.contentStart, item.contentEnd));
    } else if (kind === "break" && chunked !== undefined) {
      parts.push(tameString(chunked.kind, concat(...chunked.chunks)));
      chunked = undefined;
    } else if ((kind === "bytes" || kind === "text") && argument === undefined) {
      chunked = { kind, chunks: [] };
    } else if (kind !== "tag") {
      parts.push(...tameItem(item, bytes));
    }
  }
  return concat(...parts);
}

function tameItem(
  { kind, argument, offset, contentStart, contentEnd }: CborItem,
  bytes: Uint8Array,
): Uint8Array[] {
  if (argument === undefined || kind === "float") return [bytes.subarray(offset, contentEnd)];
  if (kind === "bytes" || kind === "text")
    return [tameString(kind, bytes.subarray(contentStart, contentEnd))];
  if (kind !== "simple") return [shortestHead(kind, argument)];
  const known = argument >= FIRST_KNOWN_SIMPLE && argument < FIRST_UNKNOWN_SIMPLE;
  return [known ? bytes.subarray(offset, contentEnd) : UNDEFINED];
}

/**
 * cbor-x with its native part and without disagree on wrong UTF-8 and on byte order marks, and a run must not
 * depend on what was installed: wrong bytes are replaced here, and a mark in front gets a guard before it.
 */
function tameString(kind: "bytes" | "text", content: Uint8Array): Uint8Array {
  if (kind === "bytes") return concat(shortestHead(kind, BigInt(content.length)), content);
  const text = lossyUtf8.decode(content);
  return encodeCbor(/^[\ufeff\ufffe]/.test(text) ? GUARD + text : text);
}

/** A head is that of the unsigned integer with another major type. */
function shortestHead(kind: CborKind, argument: bigint): Uint8Array {
  const head = encodeCbor(argument);
  head[0] = (head[0] as number) | (MAJOR_OF_KIND[kind] ?? 0);
  return head;
}

/** What cbor-x made of it, as a CborValue; `undefined` for what is none. */
function normalize(value: unknown): CborValue | undefined {
  switch (typeof value) {
    case "number":
    case "boolean":
      return value;
    case "string":
      return value.startsWith(GUARD) ? value.slice(GUARD.length) : value;
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
