import { PADDING_BYTES } from "./constants.js";
import { HybridError } from "./hybrid-error.js";

/** Hides a message's length: zeros, then their number, up to a multiple of 32 bytes. */
export function padMessage(message: Uint8Array): Uint8Array {
  const padded = new Uint8Array((Math.floor(message.length / PADDING_BYTES) + 1) * PADDING_BYTES);
  padded.set(message);
  padded[padded.length - 1] = padded.length - message.length - 1;
  return padded;
}

/**
 * The inverse of {@link padMessage}, for padding of any length and filler: no receiver checks either, and
 * libwebauthn relies on it.
 *
 * @throws {HybridError} `PADDING_INVALID` when the bytes are fewer than the padding they announce.
 */
export function unpadMessage(padded: Uint8Array): Uint8Array {
  const zeros = padded.at(-1);
  if (zeros === undefined || zeros + 1 > padded.length) {
    throw new HybridError("PADDING_INVALID", `${padded.length} bytes with more padding than that`);
  }
  return padded.subarray(0, padded.length - zeros - 1);
}

/** How revision 2.0 padded its first message; the older form is from before Chrome 99. */
export type MapPadding = "512" | "256";

const MAP_PADDING = {
  "512": { multiple: 512, countBytes: 2 },
  "256": { multiple: 256, countBytes: 1 },
} as const;

/** Zeros behind an encoded map, then their number, little endian. */
export function padMap(map: Uint8Array, form: MapPadding): Uint8Array {
  const { multiple, countBytes } = MAP_PADDING[form];
  const padded = new Uint8Array(Math.ceil((map.length + countBytes) / multiple) * multiple);
  padded.set(map);
  const zeros = padded.length - map.length - countBytes;
  padded[padded.length - countBytes] = zeros & 0xff;
  if (countBytes === 2) padded[padded.length - 1] = zeros >> 8;
  return padded;
}

/** The inverse of {@link padMap}. @throws {HybridError} `PADDING_INVALID` */
export function unpadMap(padded: Uint8Array, form: MapPadding): Uint8Array {
  const { countBytes } = MAP_PADDING[form];
  const mapBytes = padded.length - countBytes;
  const low = padded[mapBytes] ?? 0;
  const zeros = countBytes === 2 ? low | ((padded[mapBytes + 1] ?? 0) << 8) : low;
  if (mapBytes < zeros) {
    throw new HybridError("PADDING_INVALID", `${padded.length} bytes with more padding than that`);
  }
  return padded.subarray(0, mapBytes - zeros);
}
