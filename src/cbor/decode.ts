import { CBOR_BYTES_MAX, depthOf, type CborOptions } from "./limits.js";
import { CborError, type CborFault, type CborKey, type CborMap, type CborValue } from "./value.js";

const NOTHING = new Uint8Array(0);

/** Text up to this long is read character by character: cheaper than the way into the host's decoder and back. */
const SHORT_TEXT_BYTES_MAX = 48;

/** Text up to this long may be a word of the protocol, and is looked up among the words met before. */
const WORD_BYTES_MAX = 16;

/**
 * Words met before, each in the slot its bytes point to: messages say `type`, `public-key` and `usb` over and over, and
 * comparing with a string that exists is cheaper than making one. Only ever a matter of speed: a word is used after all
 * its characters were compared, and a slot holds the word stored last.
 */
const WORDS_MAX = 512;
const WORDS = new Array<string>(WORDS_MAX).fill("");
const WORD_BYTES = new Uint8Array(WORDS_MAX * WORD_BYTES_MAX);

/** A longer array grows as it is read: a count is a claim, and claims nest. */
const PREALLOCATED_ITEMS_MAX = 64;

/** The smallest argument that needs one, two, four, eight bytes after the initial one. */
const SMALLEST_OF_FORM = [24, 0x100, 0x1_0000, 0x1_0000_0000] as const;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/*
 * What is being read, and how far reading got. Module variables rather than an object: this is the hottest
 * loop of the library, and decoding is synchronous and invokes no callback, so two runs never overlap.
 */
let source: Uint8Array = NOTHING;
/** Of `source`: asking a view for it each time costs a tenth of a whole decoding. */
let memory: ArrayBufferLike = NOTHING.buffer;
let base = 0;
let at = 0;
let end = 0;
let depthLeft = 0;
/** Where the item being read began; what errors point at. */
let start = 0;

export interface DecodedPrefix {
  readonly value: CborValue;
  /** What follows the value, as a view. */
  readonly rest: Uint8Array;
}

/**
 * Decodes exactly one CTAP2 canonical value.
 *
 * Strict on purpose: a harness that tolerates what real platforms reject hides the bug it was
 * bought to find. Byte strings are views into `bytes`.
 *
 * @throws {CborError} with the fault and the offset of the item that broke the rule.
 * @see CTAP 2.2 §8 (message encoding)
 */
export function decodeCbor(bytes: Uint8Array, options?: CborOptions): CborValue {
  begin(bytes, options);
  try {
    const value = readItem();
    start = at;
    if (at < end) throw fault("TRAILING_BYTES", `${end - at} bytes after the value`);
    return value;
  } finally {
    releaseInput();
  }
}

/**
 * Decodes one CTAP2 canonical value and hands back what follows it, as authenticator data needs.
 *
 * @throws {CborError} as {@link decodeCbor} does, except that bytes may follow.
 */
export function decodeCborPrefix(bytes: Uint8Array, options?: CborOptions): DecodedPrefix {
  begin(bytes, options);
  try {
    const value = readItem();
    return { value, rest: view(end - at) };
  } finally {
    releaseInput();
  }
}

function begin(bytes: Uint8Array, options: CborOptions | undefined): void {
  depthLeft = depthOf(options);
  at = start = 0;
  end = bytes.length;
  if (end > CBOR_BYTES_MAX) throw fault("TOO_LARGE", `more than ${CBOR_BYTES_MAX} bytes`);
  source = bytes;
  memory = bytes.buffer;
  base = bytes.byteOffset;
}

/** Drops the reference to the last input, so that no message is kept in memory. */
function releaseInput(): void {
  source = NOTHING;
  memory = NOTHING.buffer;
}

function readItem(): CborValue {
  start = at;
  if (at >= end) throw fault("TRUNCATED", "the bytes end where an item was expected");
  const initial = source[at++] as number;
  let argument = initial & 0x1f;
  if (argument > 23) {
    if (argument === 24 && initial < 0xe0 && at < end && (source[at] as number) > 23) {
      argument = source[at++] as number;
    } else if (argument === 27 && initial < 0x40) {
      return readInteger64(initial);
    } else {
      argument = readArgument(initial);
    }
  }
  switch (initial >> 5) {
    case 0:
      return argument;
    case 1:
      return -1 - argument;
    case 2:
      if (argument > end - at) throw truncated(argument);
      return view(argument);
    case 3:
      if (argument > end - at) throw truncated(argument);
      return readText(argument);
    case 4:
      return readArray(argument);
    case 5:
      return readMap(argument);
    case 6:
      throw fault("UNSUPPORTED_TYPE", "tags are not part of CTAP2");
    default:
      return readSimple(initial);
  }
}

/** The number behind a head whose low five bits are 24 or more. Lengths beyond 2^53 lose digits, never their size. */
function readArgument(initial: number): number {
  const form = initial & 0x1f;
  if (form === 31) {
    if (initial === 0xff) throw fault("RESERVED_HEAD", "a break with nothing to end");
    if (initial >= 0x40 && initial >> 5 !== 6) throw fault("INDEFINITE_LENGTH", "the length is indefinite");
  }
  if (form > 27) throw fault("RESERVED_HEAD", `0x${initial.toString(16)} is reserved`);
  const width = 1 << (form - 24);
  if (width > end - at) throw truncated(width);
  let argument = 0;
  for (let i = 0; i < width; i++) argument = argument * 256 + (source[at++] as number);
  // The bytes behind major type 7 are a simple value or a float, where width is meaning and not waste.
  if (initial < 0xe0 && argument < (SMALLEST_OF_FORM[form - 24] as number)) throw notShortest();
  return argument;
}

/** Integers alone may use 64 bits in earnest: number while that is exact, bigint beyond. */
function readInteger64(initial: number): number | bigint {
  if (end - at < 8) throw truncated(8);
  const bytes = new DataView(memory, base + at, 8);
  const high = bytes.getUint32(0);
  const low = bytes.getUint32(4);
  if (high === 0) throw notShortest();
  at += 8;
  const negative = initial >= 0x20;
  const number = high * 2 ** 32 + low;
  if (Number.isSafeInteger(negative ? -1 - number : number)) return negative ? -1 - number : number;
  const integer = bytes.getBigUint64(0);
  return negative ? -1n - integer : integer;
}

function readSimple(initial: number): boolean {
  if (initial === 0xf4) return false;
  if (initial === 0xf5) return true;
  throw fault("UNSUPPORTED_TYPE", "neither an integer, a string, an array, a map nor a boolean");
}

/** The next `length` bytes, as a plain Uint8Array even where the source is a Buffer. */
function view(length: number): Uint8Array {
  const bytes = new Uint8Array(memory, base + at, length);
  at += length;
  return bytes;
}

function readText(length: number): string {
  if (length <= SHORT_TEXT_BYTES_MAX) {
    const text = length <= WORD_BYTES_MAX ? readWord(length) : readAscii(length);
    if (text !== undefined) return text;
  }
  try {
    return utf8.decode(view(length));
  } catch {
    throw fault("BAD_UTF8", "the text is not UTF-8");
  }
}

function readWord(length: number): string | undefined {
  if (length === 0) return "";
  // Copies of the module's variables: reading those anew for every character is what would take the time.
  const bytes = source;
  const begun = at;
  const first = bytes[begun] as number;
  const last = bytes[begun + length - 1] as number;
  const slot = (first * 33 + last * 17 + length * 59) & (WORDS_MAX - 1);
  const slotStart = slot * WORD_BYTES_MAX;
  const word = WORDS[slot] as string;
  if (word.length === length) {
    let same = 0;
    while (same < length && WORD_BYTES[slotStart + same] === bytes[begun + same]) same++;
    if (same === length) {
      at = begun + length;
      return word;
    }
  }
  const text = readAscii(length);
  if (text !== undefined) {
    WORDS[slot] = text;
    WORD_BYTES.set(bytes.subarray(begun, begun + length), slotStart);
  }
  return text;
}

/** Four characters a step: a string is made once, not once per character. `undefined`, and nothing read, for other characters. */
function readAscii(length: number): string | undefined {
  const bytes = source;
  const until = at + length;
  let text = "";
  let i = at;
  for (; i + 4 <= until; i += 4) {
    const a = bytes[i] as number;
    const b = bytes[i + 1] as number;
    const c = bytes[i + 2] as number;
    const d = bytes[i + 3] as number;
    if ((a | b | c | d) > 0x7f) return undefined;
    text += String.fromCharCode(a, b, c, d);
  }
  for (; i < until; i++) {
    const code = bytes[i] as number;
    if (code > 0x7f) return undefined;
    text += String.fromCharCode(code);
  }
  at = until;
  return text;
}

function readArray(count: number): readonly CborValue[] {
  // Every item takes a byte at least: a wild count is refused before anything is set aside for it.
  if (count > end - at) throw truncated(count);
  if (depthLeft === 0) throw fault("TOO_DEEP", "too many levels of nesting");
  depthLeft--;
  const items = count <= PREALLOCATED_ITEMS_MAX ? new Array<CborValue>(count) : [];
  for (let i = 0; i < count; i++) items[i] = readItem();
  depthLeft++;
  return items;
}

function readMap(count: number): CborMap {
  if (2 * count > end - at) throw truncated(2 * count);
  if (depthLeft === 0) throw fault("TOO_DEEP", "too many levels of nesting");
  depthLeft--;
  const map = new Map<CborKey, CborValue>();
  let previousKey = -1;
  for (let i = 0; i < count; i++) {
    const keyStart = at;
    const key = readKey();
    // A first byte that rises settles the order, and nearly always does.
    if (previousKey >= 0 && (source[keyStart] as number) <= (source[previousKey] as number)) {
      checkKeyOrder({ previousKey, keyStart });
    }
    map.set(key, readItem());
    previousKey = keyStart;
  }
  depthLeft++;
  return map;
}

function readKey(): CborKey {
  const major = (source[at] as number) >> 5;
  if (major === 4 || major === 5) {
    start = at;
    throw fault("UNSUPPORTED_KEY", "an array or a map as the key of a map");
  }
  return readItem() as CborKey;
}

/**
 * Canonical order is the bytewise order of the encoded keys: the head, being shortest, puts major type
 * before length before content. `at` is at the end of the later key.
 */
function checkKeyOrder({ previousKey, keyStart }: { previousKey: number; keyStart: number }): void {
  const length = at - keyStart;
  for (let i = 0; i < length; i++) {
    const difference = (source[keyStart + i] as number) - (source[previousKey + i] as number);
    if (difference > 0) return;
    if (difference < 0) {
      start = keyStart;
      throw fault("KEYS_OUT_OF_ORDER", "the key sorts before the one in front of it");
    }
  }
  start = keyStart;
  throw fault("DUPLICATE_KEY", "the key is in the map twice");
}

function truncated(wanted: number): CborError {
  return fault("TRUNCATED", `${wanted} bytes wanted, ${end - at} left`);
}

function notShortest(): CborError {
  return fault("NOT_SHORTEST", "a shorter head says the same");
}

function fault(name: CborFault, message: string): CborError {
  return new CborError(name, message, start);
}
