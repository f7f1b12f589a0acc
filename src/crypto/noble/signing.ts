import { ed25519 } from "@noble/curves/ed25519.js";
import { ALGORITHMS } from "../algorithms.js";
import { keyOf } from "../ec-curve.js";
import { mlDsaPublicKey, signMlDsa } from "./ml-dsa.js";
import { NOBLE_CURVES, NOBLE_ECDSA } from "./p256.js";
import type { CryptoProvider, PublicKey, SigningAlgorithm, SigningKey } from "../../core/crypto-provider.js";
import { rsaPublicKey, rsaSecretOf } from "../rsa-primes.js";
import { signRs256 } from "../rsa.js";
import { checkSecretKey, drawSecretKey } from "../secret-key.js";

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
  return { algorithm, secretKey: secretKey.slice(), publicKey: publicKeyOf(algorithm, secretKey) };
}

function publicKeyOf(algorithm: SigningAlgorithm, secretKey: Uint8Array): PublicKey {
  const parts = ALGORITHMS[algorithm];
  switch (parts.kty) {
    case "EC":
      return keyOf(parts.crv, NOBLE_CURVES[parts.crv].getPublicKey(secretKey, false));
    case "OKP":
      return { kty: parts.kty, crv: parts.crv, x: ed25519.getPublicKey(secretKey) };
    case "RSA":
      return rsaPublicKey(rsaSecretOf(secretKey));
    case "AKP":
      return mlDsaPublicKey(parts.set, secretKey);
  }
}

function sign(algorithm: SigningAlgorithm, secretKey: Uint8Array, message: Uint8Array): Uint8Array {
  checkSecretKey(algorithm, secretKey);
  const parts = ALGORITHMS[algorithm];
  switch (parts.kty) {
    case "EC":
      return NOBLE_CURVES[parts.crv].sign(message, secretKey, { ...NOBLE_ECDSA, format: "der" });
    case "OKP":
      return ed25519.sign(message, secretKey);
    case "RSA":
      return signRs256(secretKey, message);
    case "AKP":
      return signMlDsa(parts.set, secretKey, message);
  }
}
