import { deflateRawSync, inflateRawSync } from "node:zlib";

/**
 * Raw DEFLATE, as large blobs are compressed.
 *
 * Another version of the compressor may choose other bytes for the same data; what they unpack to is the same.
 *
 * @see RFC 1951
 */
export function deflate(data: Uint8Array): Uint8Array {
  return new Uint8Array(deflateRawSync(data));
}

/**
 * The inverse of {@link deflate}, of data that is known to be `length` bytes long.
 *
 * Stops as soon as there is more: a few bytes may unpack to a thousand times as many.
 *
 * @returns `undefined` when it is not DEFLATE, or not of that length.
 */
export function inflate(compressed: Uint8Array, length: number): Uint8Array | undefined {
  try {
    // One byte is the least this limit can say.
    const data = inflateRawSync(compressed, { maxOutputLength: Math.max(length, 1) });
    return data.length === length ? new Uint8Array(data) : undefined;
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}
