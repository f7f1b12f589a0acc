import type { RsaKey } from "./algorithms.js";
import { toInteger } from "./ec-curve.js";
import { PointError } from "./point-error.js";

/** Below this nothing is left to verify; OpenSSL refuses shorter keys too. */
const MODULUS_BITS_MIN = 512;
/** OPENSSL_RSA_MAX_MODULUS_BITS */
const MODULUS_BITS_MAX = 16_384;
/** OPENSSL_RSA_MAX_PUBEXP_BITS, here for moduli of every size. */
const EXPONENT_BITS_MAX = 64;

/** A public key both providers can use. */
export interface RsaNumbers {
  readonly n: bigint;
  readonly e: bigint;
  /** Bytes of the modulus and so of every signature. */
  readonly width: number;
}

/** @throws {PointError} `POINT_INVALID` for an even or out-of-range modulus or exponent. */
export function rsaNumbers(key: RsaKey): RsaNumbers {
  const n = toInteger(key.n);
  const e = toInteger(key.e);
  const bits = n.toString(2).length;
  if (bits < MODULUS_BITS_MIN || bits > MODULUS_BITS_MAX || n % 2n === 0n) {
    throw new PointError("POINT_INVALID", `no RSA modulus: ${bits} bits, last one ${n % 2n}`);
  }
  if (e < 3n || e % 2n === 0n || e >> BigInt(EXPONENT_BITS_MAX) !== 0n) {
    throw new PointError("POINT_INVALID", "no RSA exponent: it is odd, at least 3, at most 64 bits");
  }
  return { n, e, width: Math.ceil(bits / 8) };
}
