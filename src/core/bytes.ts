const FIRST_CAPACITY_BYTES = 256;

/** Grows as needed; integers are big endian. */
export class ByteWriter {
  #bytes = new Uint8Array(FIRST_CAPACITY_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  uint(value: number, width: 1 | 2 | 4): void {
    const at = this.#reserve(width);
    if (width === 1) this.#view.setUint8(at, value);
    else if (width === 2) this.#view.setUint16(at, value);
    else this.#view.setUint32(at, value);
  }

  uint64(value: bigint): void {
    const at = this.#reserve(8);
    this.#view.setBigUint64(at, value);
  }

  bytes(part: Uint8Array): void {
    const at = this.#reserve(part.length);
    this.#bytes.set(part, at);
  }

  /** A copy of exactly what was written. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  /** May replace the buffer: take no reference to it before. */
  #reserve(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const bigger = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2));
      bigger.set(this.#bytes);
      this.#bytes = bigger;
      this.#view = new DataView(bigger.buffer);
    }
    return at;
  }
}

/** Reads and compares byte strings. Views share memory with their source; nothing here copies unless it says so. */

/**
 * A reader wanted more bytes than there are. The caller, who knows what was being read, catches and renames this error.
 */
export class OutOfBytesError extends Error {
  constructor(wanted: number, offset: number, left: number) {
    super(`${wanted} bytes wanted at offset ${offset}, ${left} left`);
    this.name = "OutOfBytesError";
  }
}

/** Walks a byte string from front to back; every read is bounded. Integers are big endian. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get offset(): number {
    return this.#offset;
  }

  get left(): number {
    return this.#bytes.length - this.#offset;
  }

  /** The next `length` bytes, as a view. @throws {OutOfBytesError} */
  take(length: number): Uint8Array {
    const start = this.#advance(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** Unsigned integer of 1, 2 or 4 bytes, big endian. @throws {OutOfBytesError} */
  uint(width: 1 | 2 | 4): number {
    const start = this.#advance(width);
    if (width === 1) return this.#view.getUint8(start);
    return width === 2 ? this.#view.getUint16(start) : this.#view.getUint32(start);
  }

  /** Unsigned integer of 8 bytes, big endian. @throws {OutOfBytesError} */
  uint64(): bigint {
    return this.#view.getBigUint64(this.#advance(8));
  }

  /** Everything not read yet, as a view; the reader is then at its end. */
  rest(): Uint8Array {
    return this.take(this.left);
  }

  #advance(length: number): number {
    if (length > this.left) throw new OutOfBytesError(length, this.#offset, this.left);
    const start = this.#offset;
    this.#offset += length;
    return start;
  }
}

/** One new byte string from several. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return concatAll(parts);
}

/** The same of a list of any length: as arguments, some 100,000 would overflow the stack. */
export function concatAll(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}

/** Bytewise order, a shorter string before its continuation. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Equality that takes the same time wherever the first difference is; lengths are not secret. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] as number);
  return difference === 0;
}

const HEX_DIGITS = "0123456789abcdef";

export function toHex(bytes: Uint8Array): string {
  let hex = "";
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    hex += (HEX_DIGITS[byte >> 4] as string) + (HEX_DIGITS[byte & 0xf] as string);
  }
  return hex;
}

/** @throws {RangeError} for an odd number of digits or a character that is not a hex digit. */
export function fromHex(hex: string): Uint8Array {
  if (hex.length % 2 !== 0 || /[^0-9a-f]/i.test(hex)) throw new RangeError("not a hex string");
  const bytes = new Uint8Array(hex.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = (hexDigit(hex.charCodeAt(2 * i)) << 4) | hexDigit(hex.charCodeAt(2 * i + 1));
  }
  return bytes;
}

const BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/**
 * Base64url without padding, the form WebAuthn's JSON uses.
 *
 * @param bytes of any number.
 * @returns base64url without padding.
 * @see RFC 4648 §5
 *
 * @example
 * toBase64url(Uint8Array.of(1, 2)); // "AQI"
 */
export function toBase64url(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const group = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += (BASE64URL[group >> 18] as string) + (BASE64URL[(group >> 12) & 0x3f] as string);
    if (left > 1) text += BASE64URL[(group >> 6) & 0x3f] as string;
    if (left > 2) text += BASE64URL[group & 0x3f] as string;
  }
  return text;
}

/**
 * Accepts padded input too, because real sites send it.
 *
 * @param text base64url without padding.
 * @returns the bytes; empty for an empty text.
 * @throws {RangeError} for other characters.
 *
 * @example
 * fromBase64url("AQI"); // Uint8Array [ 1, 2 ]
 */
export function fromBase64url(text: string): Uint8Array {
  const bare = withoutTrailing(text, "=");
  if (/[^A-Za-z0-9_-]/.test(bare) || bare.length % 4 === 1) throw new RangeError("not a base64url string");
  const bytes = new Uint8Array((bare.length * 3) >> 2);
  let bits = 0;
  for (let i = 0, at = 0; i < bare.length; i++) {
    bits = (bits << 6) | sextet(bare.charCodeAt(i));
    // Every character but the first of four completes a byte; a leftover of less than a byte is dropped.
    if (i % 4 !== 0) bytes[at++] = bits >> (6 - 2 * (i % 4));
  }
  return bytes;
}

/** Base64 with padding, as JOSE headers and PEM write it. @see RFC 4648 §4 */
export function toBase64(bytes: Uint8Array): string {
  const text = toBase64url(bytes).replaceAll("-", "+").replaceAll("_", "/");
  return text.padEnd(Math.ceil(text.length / 4) * 4, "=");
}

/** The inverse of {@link toBase64}; padding may be missing. @throws {RangeError} for other characters. */
export function fromBase64(text: string): Uint8Array {
  return fromBase64url(text.replaceAll("+", "-").replaceAll("/", "_"));
}

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The text without the `character` at its end, in time that grows with the length alone, as `/=+$/` does not. */
export function withoutTrailing(text: string, character: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === character) end -= 1;
  return text.slice(0, end);
}

/** The value of a hex digit by its character code: 0 to 9, then A and a to F and f. */
function hexDigit(code: number): number {
  return code <= 0x39 ? code - 0x30 : (code & 0xf) + 9;
}

/** The value of a base64url digit by its character code. */
function sextet(code: number): number {
  if (code >= 0x61) return code - 0x61 + 26;
  if (code === 0x5f) return 63;
  if (code >= 0x41) return code - 0x41;
  return code === 0x2d ? 62 : code - 0x30 + 52;
}
