import { fromInteger, toInteger } from "./ec-curve.js";
import { PointError } from "./point-error.js";
import { powMod } from "./pow-mod.js";
import { rsaSecretOf } from "./rsa-primes.js";
import { encodePkcs1 } from "./rsa-verify.js";

/** Of 2048 bits. */
const SIGNATURE_BYTES = 256;

/**
 * RS256 without OpenSSL, because noble has none; some 10 ms, and the time tells the key: for simulation only.
 *
 * @throws {PointError} `POINT_INVALID` when the bytes are no two primes of a 2048-bit key.
 * @see RFC 8017 §5.2.1 (with the Chinese remainder theorem), §8.2.1
 */
export function signRs256(primes: Uint8Array, message: Uint8Array): Uint8Array {
  const { n, e, p, q, dP, dQ, qInv } = rsaSecretOf(primes);
  const encoded = toInteger(encodePkcs1("sha256", message, SIGNATURE_BYTES) as Uint8Array);
  const atP = powMod(encoded, dP, p);
  const atQ = powMod(encoded, dQ, q);
  const h = ((((atP - atQ) * qInv) % p) + p) % p;
  const signature = atQ + h * q;
  if (powMod(signature, e, n) !== encoded) {
    throw new PointError("POINT_INVALID", "the RSA key is not made of primes");
  }
  return fromInteger(signature, SIGNATURE_BYTES);
}
