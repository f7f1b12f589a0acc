import { createECDH, createPrivateKey, sign, verify, type KeyObject } from "node:crypto";
import { concat, fromBase64url, fromHex, toBase64url } from "../../core/bytes.js";
import { ALGORITHMS, type EcCurveName, PointError } from "../algorithms.js";
import { asBytes } from "../aes-input.js";
import { keyOf } from "../ec-curve.js";
import { mlDsaPublicKey } from "../noble/ml-dsa.js";
import { nobleSigning } from "../noble/signing.js";
import type { CryptoProvider, PublicKey, SigningAlgorithm, SigningKey } from "../../core/crypto-provider.js";
import { rsaPublicKey, rsaSecretOf } from "../rsa-primes.js";
import { checkSecretKey, drawSecretKey } from "../secret-key.js";

type Signing = Pick<CryptoProvider, "generateSigningKey" | "signingKeyOf" | "sign" | "signEs256">;

/** OpenSSL's names of the curves. */
const OPENSSL_CURVES: Readonly<Record<EcCurveName, string>> = {
  "P-256": "prime256v1",
  "P-384": "secp384r1",
  "P-521": "secp521r1",
  secp256k1: "secp256k1",
};

/** PKCS#8 of an Ed25519 key up to its seed. @see RFC 8410 §7 */
const ED25519_PKCS8 = fromHex("302e020100300506032b657004220420");

/**
 * The signing part of `nodeCrypto`.
 *
 * ECDSA signs through noble: OpenSSL draws its nonces at random, and a run has to repeat byte for byte.
 * ML-DSA comes from noble altogether.
 */
export const nodeSigning: Signing = {
  generateSigningKey: (algorithm, entropy) => signingKeyOf(algorithm, drawSecretKey(algorithm, entropy)),
  signingKeyOf,
  sign: (algorithm, secretKey, message) => {
    if (algorithm === "RS256") return signRs256(secretKey, message);
    if (algorithm !== "Ed25519") return nobleSigning.sign(algorithm, secretKey, message);
    checkSecretKey(algorithm, secretKey);
    return asBytes(sign(null, message, importSeed(secretKey)));
  },
  signEs256: nobleSigning.signEs256,
};

function signingKeyOf(algorithm: SigningAlgorithm, secretKey: Uint8Array): SigningKey {
  checkSecretKey(algorithm, secretKey);
  return { algorithm, secretKey: secretKey.slice(), publicKey: publicKeyOf(algorithm, secretKey) };
}

function publicKeyOf(algorithm: SigningAlgorithm, secretKey: Uint8Array): PublicKey {
  const parts = ALGORITHMS[algorithm];
  switch (parts.kty) {
    case "EC":
      return keyOf(parts.crv, ecPublicKey(parts.crv, secretKey));
    case "OKP": {
      const { x } = importSeed(secretKey).export({ format: "jwk" });
      return { kty: parts.kty, crv: parts.crv, x: fromBase64url(x as string) };
    }
    case "RSA":
      return rsaPublicKey(rsaSecretOf(secretKey));
    case "AKP":
      return mlDsaPublicKey(parts.set, secretKey);
  }
}

/** PKCS#1 v1.5 has no chance in it, so OpenSSL may sign. @throws {PointError} `POINT_INVALID` */
function signRs256(primes: Uint8Array, message: Uint8Array): Uint8Array {
  const { n, e, d, p, q, dP: dp, dQ: dq, qInv: qi } = rsaSecretOf(primes);
  const members = Object.entries({ n, e, d, p, q, dp, dq, qi }).map(([name, value]) => {
    const digits = value.toString(16);
    return [name, toBase64url(fromHex(digits.length % 2 === 0 ? digits : `0${digits}`))];
  });
  const jwk = Object.fromEntries(members) as Record<string, string>;
  try {
    const key = createPrivateKey({ key: { kty: "RSA", ...jwk }, format: "jwk" });
    const signature = sign("sha256", message, key);
    if (verify("sha256", message, key, signature)) return asBytes(signature);
  } catch (cause) {
    throw new PointError("POINT_INVALID", "OpenSSL refuses the RSA key", { cause });
  }
  throw new PointError("POINT_INVALID", "the RSA key is not made of primes");
}

function ecPublicKey(crv: EcCurveName, secretKey: Uint8Array): Uint8Array {
  const ecdh = createECDH(OPENSSL_CURVES[crv]);
  ecdh.setPrivateKey(secretKey);
  return asBytes(ecdh.getPublicKey());
}

function importSeed(seed: Uint8Array): KeyObject {
  const key = Buffer.from(concat(ED25519_PKCS8, seed));
  return createPrivateKey({ key, format: "der", type: "pkcs8" });
}
