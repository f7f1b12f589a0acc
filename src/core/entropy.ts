import { randomBytes, sha256 } from "./host-crypto.js";

/** The only source of randomness in this library. */
export interface Entropy {
  bytes(length: number): Uint8Array;
  /** An independent stream. Draws in one actor then never shift what another actor draws. */
  fork(label: string): Entropy;
}

export const systemEntropy: Entropy = {
  bytes: randomBytes,
  fork: () => systemEntropy,
};

const BLOCK_BYTES = 32;

/** A repeatable stream: equal seeds give equal bytes. For simulation only, never for real keys. */
export function seededEntropy(seed: string): Entropy {
  let block = 0;
  return {
    bytes(length) {
      const out = new Uint8Array(length);
      for (let filled = 0; filled < length; filled += BLOCK_BYTES) {
        const chunk = sha256(`${seed}#${block++}`);
        out.set(chunk.subarray(0, Math.min(BLOCK_BYTES, length - filled)), filled);
      }
      return out;
    },
    // Escaped, so that a fork called `a/b` is not the fork `b` of the fork `a`.
    fork: (label) => seededEntropy(`${seed}/${label.replaceAll(/[%/]/g, encodeURIComponent)}`),
  };
}

/** A number in [0, 1) with 32 bits of resolution. */
export function drawFraction(entropy: Entropy): number {
  const [a = 0, b = 0, c = 0, d = 0] = entropy.bytes(4);
  return (((a << 24) | (b << 16) | (c << 8) | d) >>> 0) / 2 ** 32;
}
