import { createECDH, createPrivateKey, sign, type KeyObject } from "node:crypto";
import { concat, fromBase64url, fromHex } from "../core/bytes.js";
import { ALGORITHMS, type EcCurveName } from "./algorithms.js";
import { asBytes } from "./as-bytes.js";
import { keyOf } from "./ec-curve.js";
import { nobleSigning } from "./noble-signing.js";
import type { CryptoProvider, SigningAlgorithm, SigningKey } from "./provider.js";
import { checkSecretKey, drawSecretKey } from "./secret-key.js";

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
 */
export const nodeSigning: Signing = {
  generateSigningKey: (algorithm, entropy) => signingKeyOf(algorithm, drawSecretKey(algorithm, entropy)),
  signingKeyOf,
  sign: (algorithm, secretKey, message) => {
    if (algorithm !== "Ed25519") return nobleSigning.sign(algorithm, secretKey, message);
    checkSecretKey(algorithm, secretKey);
    return asBytes(sign(null, message, importSeed(secretKey)));
  },
  signEs256: nobleSigning.signEs256,
};

function signingKeyOf(algorithm: SigningAlgorithm, secretKey: Uint8Array): SigningKey {
  checkSecretKey(algorithm, secretKey);
  const { kty, crv } = ALGORITHMS[algorithm];
  const publicKey =
    kty === "EC"
      ? keyOf(crv, ecPublicKey(crv, secretKey))
      : { kty, crv, x: fromBase64url(importSeed(secretKey).export({ format: "jwk" }).x as string) };
  return { algorithm, secretKey: secretKey.slice(), publicKey };
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
