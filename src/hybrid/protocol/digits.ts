import { HybridError } from "./hybrid-error.js";

const CHUNK_BYTES = 7;
/** Digits of a chunk, by its bytes: enough for its largest value. Source: Chromium, v2_handshake.cc */
const WIDTHS = [0, 3, 5, 8, 10, 13, 15, 17] as const;
const CHUNK_DIGITS = WIDTHS[CHUNK_BYTES];

/** Bytes as decimal digits, which a QR code packs tightly: 7 bytes, little endian, to every 17 digits. */
export function toDigits(bytes: Uint8Array): string {
  let digits = "";
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    const chunk = bytes.subarray(at, at + CHUNK_BYTES);
    // 7 bytes reach beyond 2^53.
    const value = chunk.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    digits += value.toString().padStart(WIDTHS[chunk.length] as number, "0");
  }
  return digits;
}

/**
 * The inverse of {@link toDigits}.
 *
 * @throws {HybridError} `DIGITS_INVALID` for anything but ASCII digits, for a length no bytes have, and for a
 *   chunk whose value is too large for its bytes.
 */
export function fromDigits(digits: string): Uint8Array {
  if (!/^[0-9]*$/.test(digits)) throw new HybridError("DIGITS_INVALID", "something other than a digit");
  const whole = Math.floor(digits.length / CHUNK_DIGITS);
  const lastBytes = (WIDTHS as readonly number[]).indexOf(digits.length % CHUNK_DIGITS);
  if (lastBytes < 0) {
    throw new HybridError("DIGITS_INVALID", `${digits.length} digits stand for no number of bytes`);
  }
  const bytes = new Uint8Array(whole * CHUNK_BYTES + lastBytes);
  for (let chunk = 0; chunk * CHUNK_BYTES < bytes.length; chunk++) {
    const text = digits.slice(chunk * CHUNK_DIGITS, (chunk + 1) * CHUNK_DIGITS);
    writeChunk(BigInt(text), bytes.subarray(chunk * CHUNK_BYTES, (chunk + 1) * CHUNK_BYTES));
  }
  return bytes;
}

function writeChunk(value: bigint, chunk: Uint8Array): void {
  let left = value;
  for (let i = 0; i < chunk.length; i++, left >>= 8n) chunk[i] = Number(left & 0xffn);
  if (left !== 0n) throw new HybridError("DIGITS_INVALID", "a group of digits is too large for its bytes");
}
