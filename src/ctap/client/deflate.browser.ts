import { deflateSync, Inflate } from "fflate";

/** Takes the place of deflate.ts where there is no node:zlib. */

/** Raw DEFLATE, as large blobs are compressed. @see RFC 1951 */
export function deflate(data: Uint8Array): Uint8Array {
  return deflateSync(data);
}

/** Bytes handed over at a time: what these unpack to, a thousand times as much at most, is held before it is counted. */
const STEP_BYTES = 1_024;

/**
 * The inverse of {@link deflate}, of data that is known to be `length` bytes long. Stops as soon as there is more.
 *
 * @returns `undefined` when it is not DEFLATE, or not of that length.
 */
export function inflate(compressed: Uint8Array, length: number): Uint8Array | undefined {
  const out = new Uint8Array(length);
  const read = { filled: 0, isOver: false };
  const stream = new Inflate((chunk, final) => {
    if (read.filled + chunk.length > length) throw new RangeError("more than announced");
    out.set(chunk, read.filled);
    read.filled += chunk.length;
    read.isOver = final;
  });
  try {
    for (let at = 0; at < compressed.length; at += STEP_BYTES) {
      stream.push(compressed.subarray(at, at + STEP_BYTES), at + STEP_BYTES >= compressed.length);
    }
  } catch {
    // fflate's errors and the one above: either way these bytes are not such data.
    return undefined;
  }
  return read.isOver && read.filled === length ? out : undefined;
}
