import { ed25519 } from "@noble/curves/ed25519.js";
import { ed448 } from "@noble/curves/ed448.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { concat, equalBytes } from "../../core/bytes.js";
import { matchKey, type EcKey, type OkpKey, PointError } from "../algorithms.js";
import { EC_CURVES, pointOf, toInteger } from "../ec-curve.js";
import { fromEcdsaDer } from "../ecdsa-der.js";
import { verifyMlDsa } from "./ml-dsa.js";
import { NOBLE_CURVES, NOBLE_ECDSA } from "./p256.js";
import { checkOkpKey } from "../okp-key.js";
import type { CryptoProvider } from "../../core/crypto-provider.js";
import { rsaNumbers, verifyRsa } from "../rsa.js";

/** The verifying part of `nobleCrypto`. */
export const nobleVerify: Pick<CryptoProvider, "verify"> = {
  verify: (algorithm, key, message, signature) => {
    const suite = matchKey(algorithm, key);
    switch (suite.kty) {
      case "EC":
        return verifyEcdsa(suite.key, message, signature);
      case "OKP":
        return verifyEdwards(suite.key, message, signature);
      case "RSA":
        return verifyRsa(rsaNumbers(suite.key), { ...suite, message, signature });
      case "AKP":
        return verifyMlDsa(suite.set, suite.key, { message, signature });
    }
  },
};

function verifyEcdsa(key: EcKey, message: Uint8Array, der: Uint8Array): boolean {
  const curve = NOBLE_CURVES[key.crv];
  const point = pointOf(key);
  try {
    curve.Point.fromBytes(point);
  } catch (cause) {
    throw new PointError("POINT_INVALID", `not a point of ${key.crv}`, { cause });
  }
  const signature = fromEcdsaDer(der, EC_CURVES[key.crv].width);
  return signature !== undefined && curve.verify(signature, message, point, NOBLE_ECDSA);
}

function verifyEdwards(key: OkpKey, message: Uint8Array, signature: Uint8Array): boolean {
  checkOkpKey(key);
  const { lengths } = key.crv === "Ed25519" ? ed25519 : ed448;
  if (signature.length !== lengths.signature) return false;
  if (key.crv === "Ed448") return ed448.verify(signature, message, key.x, { zip215: false });
  return verifyEd25519(key.x, message, signature);
}

/**
 * Ed25519 by the equation without the cofactor, and R compared as bytes.
 *
 * noble's own check multiplies by the cofactor, OpenSSL's does not. RFC 8032 allows both, but they differ
 * on keys with a part of small order, and the two providers must not.
 *
 * @see RFC 8032 §5.1.7, step 3
 */
function verifyEd25519(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const { Point } = ed25519;
  const r = signature.subarray(0, 32);
  const s = toInteger(signature.slice(32).reverse());
  if (s >= Point.Fn.ORDER) return false;
  const k = toInteger(sha512(concat(r, key, message)).reverse()) % Point.Fn.ORDER;
  const expected = Point.BASE.multiplyUnsafe(s).subtract(Point.fromBytes(key, false).multiplyUnsafe(k));
  return equalBytes(expected.toBytes(), r);
}
