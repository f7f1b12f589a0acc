import type { Entropy } from "../../src/core/entropy.js";

/** Hands out these draws in this order; a draw of another length, or one too many, is an error. */
export function scriptedEntropy(...draws: readonly Uint8Array[]): Entropy {
  const left = [...draws];
  const entropy: Entropy = {
    bytes(length) {
      if (length === 0) return new Uint8Array(0);
      const next = left.shift();
      if (next?.length !== length) throw new Error(`a draw of ${length} bytes is not in the script`);
      return next;
    },
    fork: () => entropy,
  };
  return entropy;
}
