/** Containers within containers that a CTAP2 message may have, the message map included. @see CTAP 2.2 §8 */
export const DEPTH_MAX = 4;

/** Most that `depthMax` can be raised to: deep enough for any certificate wrapping, far from the end of the stack. */
export const DEPTH_MAX_CEILING = 64;

/** Largest encoding read or written, 1 MiB: the biggest large-blob array is a fraction of it. Ours, not CTAP's. */
export const CBOR_BYTES_MAX = 2 ** 20;

/**
 * Most items that the scanner and the lenient reader take: they keep each, which costs a hundred times its byte. Enough for
 * 10,000 credentials in one message. Ours, not CTAP's.
 */
export const CBOR_ITEMS_MAX = 2 ** 17;

export interface CborOptions {
  /** Levels of nesting allowed: {@link DEPTH_MAX} when absent; attestation objects may need more. */
  readonly depthMax?: number | undefined;
}

/** @throws {RangeError} for a depth outside 1 to {@link DEPTH_MAX_CEILING}. */
export function depthOf(options: CborOptions | undefined): number {
  const depth = options?.depthMax;
  if (depth === undefined) return DEPTH_MAX;
  if (!Number.isInteger(depth) || depth < 1 || depth > DEPTH_MAX_CEILING) {
    throw new RangeError(`depthMax is an integer from 1 to ${DEPTH_MAX_CEILING}, not ${depth}`);
  }
  return depth;
}
