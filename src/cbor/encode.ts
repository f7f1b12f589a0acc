import { compareBytes } from "../core/bytes.js";
import { CBOR_BYTES_MAX, depthOf, type CborOptions } from "./limits.js";
import { CborError, type CborFault, type CborKey, type CborMap, type CborValue } from "./value.js";

const FIRST_CAPACITY_BYTES = 8192;
/** A bigger scratch buffer is given back after use. */
const KEPT_CAPACITY_BYTES = 65_536;
const HEAD_BYTES_MAX = 9;
/** Text up to this long is written character by character: cheaper than the way into the host's encoder and back. */
const SHORT_TEXT_MAX = 64;

const MAJOR = { UNSIGNED: 0x00, NEGATIVE: 0x20, BYTES: 0x40, TEXT: 0x60, ARRAY: 0x80, MAP: 0xa0 } as const;
type Major = (typeof MAJOR)[keyof typeof MAJOR];

const FALSE = 0xf4;
const TRUE = 0xf5;

const UINT64_MAX = 2n ** 64n - 1n;

/** With the `u` flag a surrogate matches only where its other half is missing. */
const LONE_SURROGATE = /\p{Surrogate}/u;

const NO_KEY = new Uint8Array(0);

const utf8 = new TextEncoder();

/*
 * What is being written. Module variables rather than an object: encoding is synchronous, so one scratch
 * buffer serves every call, and each result is a copy of its own.
 */
let scratch: Uint8Array = new Uint8Array(FIRST_CAPACITY_BYTES);
let at = 0;
let depthLeft = 0;
/** Where the entries of every map now being written begin, outermost map first. */
const entryStarts: number[] = [];
let entryCount = 0;

/**
 * Encodes a value the one way CTAP2 allows: shortest heads, definite lengths, sorted keys.
 *
 * A bigint is an integer like any other: 5n and 5 give the same byte. Nothing is adjusted on the way:
 * what CTAP2 cannot say exactly is refused.
 *
 * @throws {CborError} `CBOR_UNSUPPORTED_TYPE` for fractions, NaN, -0, null, undefined and foreign objects;
 *   `CBOR_TOO_LARGE` for integers beyond 64 bits, numbers beyond 2^53 - 1 (pass a bigint) and encodings beyond
 *   1 MiB; `CBOR_DUPLICATE_KEY` for keys that encode alike; `CBOR_BAD_UTF8` for half a surrogate pair;
 *   `CBOR_UNSUPPORTED_KEY`, `CBOR_TOO_DEEP`. The offset is where the item would have begun.
 * @see CTAP 2.2 §8 (message encoding)
 */
export function encodeCbor(value: CborValue, options?: CborOptions): Uint8Array {
  depthLeft = depthOf(options);
  at = 0;
  entryCount = 0;
  writeItem(value);
  const encoded = scratch.slice(0, at);
  if (scratch.length > KEPT_CAPACITY_BYTES) scratch = new Uint8Array(FIRST_CAPACITY_BYTES);
  return encoded;
}

function writeItem(value: CborValue): void {
  if (typeof value === "number") writeNumber(value);
  else if (typeof value === "string") writeText(value);
  else if (typeof value === "boolean") writeByte(value ? TRUE : FALSE);
  else if (value instanceof Uint8Array) writeBytes(value);
  else if (value instanceof Map) writeMap(value as CborMap);
  else if (Array.isArray(value)) writeArray(value as readonly CborValue[]);
  else if (typeof value === "bigint") writeBigint(value);
  else writeFromAnotherRealm(value);
}

/** Test runners with a page-like world hand over objects whose classes are not ours: go by their tag. */
function writeFromAnotherRealm(value: unknown): void {
  const tag = Object.prototype.toString.call(value);
  if (tag === "[object Uint8Array]") writeBytes(value as Uint8Array);
  else if (tag === "[object Map]") writeMap(value as CborMap);
  else throw fault("UNSUPPORTED_TYPE", `${tag.slice(8, -1)} has no CTAP2 encoding`);
}

function writeNumber(value: number): void {
  if (value >= 0 && value < 24 && (value | 0) === value && !Object.is(value, -0)) return writeByte(value);
  if (!Number.isInteger(value) || Object.is(value, -0)) {
    throw fault("UNSUPPORTED_TYPE", "a number that is not an integer has no CTAP2 encoding");
  }
  if (!Number.isSafeInteger(value))
    throw fault("TOO_LARGE", "a number beyond 2^53 - 1 is not exact: use a bigint");
  if (value >= 0) writeHead(MAJOR.UNSIGNED, value);
  else writeHead(MAJOR.NEGATIVE, -1 - value);
}

function writeBigint(value: bigint): void {
  const magnitude = value < 0n ? -1n - value : value;
  if (magnitude > UINT64_MAX) throw fault("TOO_LARGE", "an integer of more than 64 bits");
  if (magnitude <= 0xffff_ffffn)
    return writeHead(value < 0n ? MAJOR.NEGATIVE : MAJOR.UNSIGNED, Number(magnitude));
  reserve(HEAD_BYTES_MAX);
  scratch[at] = (value < 0n ? MAJOR.NEGATIVE : MAJOR.UNSIGNED) | 27;
  new DataView(scratch.buffer).setBigUint64(at + 1, magnitude);
  at += 9;
}

function writeByte(byte: number): void {
  reserve(1);
  scratch[at++] = byte;
}

/** `argument` is a whole number from 0 to 2^53 - 1. */
function writeHead(major: Major, argument: number): void {
  reserve(HEAD_BYTES_MAX);
  if (argument < 24) {
    scratch[at++] = major | argument;
  } else if (argument < 0x100) {
    scratch[at++] = major | 24;
    scratch[at++] = argument;
  } else if (argument < 0x1_0000) {
    scratch[at++] = major | 25;
    scratch[at++] = argument >> 8;
    scratch[at++] = argument & 0xff;
  } else {
    writeWideHead(major, argument);
  }
}

function writeWideHead(major: Major, argument: number): void {
  const wide = argument > 0xffff_ffff;
  scratch[at++] = major | (wide ? 27 : 26);
  if (wide) writeUint32(Math.floor(argument / 2 ** 32));
  writeUint32(argument);
}

/** The low 32 bits of a whole number; room is there. */
function writeUint32(value: number): void {
  scratch[at++] = value >>> 24;
  scratch[at++] = value >>> 16;
  scratch[at++] = value >>> 8;
  scratch[at++] = value;
}

function writeBytes(value: Uint8Array): void {
  writeHead(MAJOR.BYTES, value.length);
  reserve(value.length);
  scratch.set(value, at);
  at += value.length;
}

function writeText(text: string): void {
  if (text.length > SHORT_TEXT_MAX || !wroteShortAscii(text)) writeLongText(text);
}

/** False, and nothing written, when a character is not ASCII. */
function wroteShortAscii(text: string): boolean {
  const { length } = text;
  const begun = at;
  reserve(length + 2);
  if (length < 24) {
    scratch[at++] = MAJOR.TEXT | length;
  } else {
    scratch[at++] = MAJOR.TEXT | 24;
    scratch[at++] = length;
  }
  // Copies of the module's variables: reading those anew for every character is what would take the time.
  const target = scratch;
  const offset = at;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) {
      at = begun;
      return false;
    }
    target[offset + i] = code;
  }
  at = offset + length;
  return true;
}

function writeLongText(text: string): void {
  if (LONE_SURROGATE.test(text)) throw fault("BAD_UTF8", "the text holds half a surrogate pair");
  const bytes = utf8.encode(text);
  writeHead(MAJOR.TEXT, bytes.length);
  reserve(bytes.length);
  scratch.set(bytes, at);
  at += bytes.length;
}

function writeArray(items: readonly CborValue[]): void {
  descend();
  writeHead(MAJOR.ARRAY, items.length);
  for (const item of items) writeItem(item);
  depthLeft++;
}

/**
 * Writes the entries in the order they come and puts the bytes in order afterwards, if they need it:
 * most maps are built in order already, and comparing first bytes proves it almost for nothing.
 */
function writeMap(map: CborMap): void {
  descend();
  writeHead(MAJOR.MAP, map.size);
  const firstEntry = entryCount;
  let previous = -1;
  let sorted = true;
  for (const [key, value] of map) {
    const begun = at;
    writeKey(key);
    if (sorted && previous >= 0 && (scratch[begun] as number) <= (scratch[previous] as number)) {
      sorted = isKeyAfter({ previous, begun });
    }
    entryStarts[entryCount++] = previous = begun;
    writeItem(value);
  }
  if (!sorted) sortEntries(firstEntry);
  entryCount = firstEntry;
  depthLeft++;
}

function writeKey(key: CborKey): void {
  if (typeof key === "object" && Object.prototype.toString.call(key) !== "[object Uint8Array]") {
    throw fault("UNSUPPORTED_KEY", "a map key that is neither an integer, text, bytes nor a boolean");
  }
  writeItem(key);
}

/** Canonical order is the bytewise order of the encoded keys. The later key is the last thing written. */
function isKeyAfter({ previous, begun }: { previous: number; begun: number }): boolean {
  for (let i = 0; begun + i < at; i++) {
    const difference = (scratch[begun + i] as number) - (scratch[previous + i] as number);
    if (difference !== 0) return difference > 0;
  }
  return false;
}

/** No encoded key is the beginning of another, so whole entries sort as their keys do. */
function sortEntries(firstEntry: number): void {
  const starts = entryStarts.slice(firstEntry, entryCount);
  const entries = starts.map((start, i) => ({ start, bytes: scratch.slice(start, starts[i + 1] ?? at) }));
  entries.sort((a, b) => compareBytes(a.bytes, b.bytes));
  at = starts[0] as number;
  let previousKey: Uint8Array = NO_KEY;
  for (const { start, bytes } of entries) {
    const key = keyOf(bytes);
    if (compareBytes(key, previousKey) === 0) {
      throw new CborError("DUPLICATE_KEY", "two keys of a map encode alike", start);
    }
    scratch.set(bytes, at);
    at += bytes.length;
    previousKey = key;
  }
}

/** The encoded key an entry opens with. */
function keyOf(entry: Uint8Array): Uint8Array {
  const initial = entry[0] as number;
  const form = initial & 0x1f;
  const headBytes = form < 24 || initial >= FALSE ? 1 : 1 + (1 << (form - 24));
  if (initial < MAJOR.BYTES || initial >= FALSE) return entry.subarray(0, headBytes);
  let length = form < 24 ? form : 0;
  for (let i = 1; i < headBytes; i++) length = length * 256 + (entry[i] as number);
  return entry.subarray(0, headBytes + length);
}

function descend(): void {
  if (depthLeft === 0) throw fault("TOO_DEEP", "too many levels of nesting");
  depthLeft--;
}

/** Makes room for `count` more bytes. May replace the scratch buffer: take no reference to it before. */
function reserve(count: number): void {
  if (at + count <= scratch.length) return;
  if (at + count > CBOR_BYTES_MAX) throw fault("TOO_LARGE", `more than ${CBOR_BYTES_MAX} bytes`);
  const bigger = new Uint8Array(Math.min(CBOR_BYTES_MAX, Math.max(at + count, scratch.length * 2)));
  bigger.set(scratch);
  scratch = bigger;
}

function fault(name: CborFault, message: string): CborError {
  return new CborError(name, message, at);
}
