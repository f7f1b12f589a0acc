import type { Entropy } from "../core/entropy.js";
import { ALGORITHMS, type EcCurveName, PointError } from "./algorithms.js";
import { EC_CURVES, toInteger } from "./ec-curve.js";
import { ML_DSA_SEED_BYTES } from "./noble/ml-dsa.js";
import type { SigningAlgorithm } from "../core/crypto-provider.js";
import { drawRsaPrimes, rsaSecretOf } from "./rsa-primes.js";

/** @see RFC 8032 §5.1.5 */
const SEED_BYTES = 32;

/** The secret key of `algorithm` that `entropy` gives; both providers draw it here. */
export function drawSecretKey(algorithm: SigningAlgorithm, entropy: Entropy): Uint8Array {
  const parts = ALGORITHMS[algorithm];
  switch (parts.kty) {
    case "EC":
      return drawScalar(parts.crv, entropy);
    case "OKP":
      return Uint8Array.from(entropy.bytes(SEED_BYTES));
    case "RSA":
      return drawRsaPrimes(entropy);
    case "AKP":
      return Uint8Array.from(entropy.bytes(ML_DSA_SEED_BYTES));
  }
}

/** @throws {PointError} `POINT_INVALID` when the bytes are no secret key of `algorithm`. */
export function checkSecretKey(algorithm: SigningAlgorithm, secretKey: Uint8Array): void {
  const parts = ALGORITHMS[algorithm];
  if (parts.kty === "EC") return checkScalar(parts.crv, secretKey);
  if (parts.kty === "RSA") return void rsaSecretOf(secretKey);
  const wanted = parts.kty === "OKP" ? SEED_BYTES : ML_DSA_SEED_BYTES;
  if (secretKey.length !== wanted) {
    throw new PointError("POINT_INVALID", `a seed of ${algorithm} has ${wanted} bytes`);
  }
}

/** A secret scalar, uniform in 1 .. order - 1, by rejection. @see FIPS 186-5 §A.2.2 */
export function drawScalar(crv: EcCurveName, entropy: Entropy): Uint8Array {
  const { width, topMask } = EC_CURVES[crv];
  for (;;) {
    const candidate = Uint8Array.from(entropy.bytes(width));
    candidate[0] = (candidate[0] as number) & topMask;
    if (isScalar(crv, candidate)) return candidate;
  }
}

/** @throws {PointError} `POINT_INVALID` for another width, zero, or the order and beyond. */
export function checkScalar(crv: EcCurveName, secretKey: Uint8Array): void {
  if (!isScalar(crv, secretKey)) {
    throw new PointError("POINT_INVALID", `the secret key is no scalar of ${crv}`);
  }
}

function isScalar(crv: EcCurveName, bytes: Uint8Array): boolean {
  const { width, order } = EC_CURVES[crv];
  if (bytes.length !== width) return false;
  const value = toInteger(bytes);
  return value > 0n && value < order;
}
