import { ed25519 } from "@noble/curves/ed25519.js";
import { ALGORITHMS } from "./algorithms.js";
import { keyOf } from "./ec-curve.js";
import { NOBLE_CURVES, NOBLE_ECDSA } from "./noble-curves.js";
import type { CryptoProvider, SigningAlgorithm, SigningKey } from "./provider.js";
import { checkSecretKey, drawSecretKey } from "./secret-key.js";

type Signing = Pick<CryptoProvider, "generateSigningKey" | "signingKeyOf" | "sign" | "signEs256">;

/** The signing part of `nobleCrypto`. */
export const nobleSigning: Signing = {
  generateSigningKey: (algorithm, entropy) => signingKeyOf(algorithm, drawSecretKey(algorithm, entropy)),
  signingKeyOf,
  sign,
  signEs256: (secretKey, message) => sign("ES256", secretKey, message),
};

function signingKeyOf(algorithm: SigningAlgorithm, secretKey: Uint8Array): SigningKey {
  checkSecretKey(algorithm, secretKey);
  const { kty, crv } = ALGORITHMS[algorithm];
  const publicKey =
    kty === "EC"
      ? keyOf(crv, NOBLE_CURVES[crv].getPublicKey(secretKey, false))
      : { kty, crv, x: ed25519.getPublicKey(secretKey) };
  return { algorithm, secretKey: secretKey.slice(), publicKey };
}

function sign(algorithm: SigningAlgorithm, secretKey: Uint8Array, message: Uint8Array): Uint8Array {
  checkSecretKey(algorithm, secretKey);
  const { kty, crv } = ALGORITHMS[algorithm];
  if (kty === "OKP") return ed25519.sign(message, secretKey);
  return NOBLE_CURVES[crv].sign(message, secretKey, { ...NOBLE_ECDSA, format: "der" });
}
