import { p256, p384, p521 } from "@noble/curves/nist.js";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { PointError } from "../algorithms.js";
import { checkPointForm } from "../ec-curve.js";
import type { CryptoProvider } from "../../core/crypto-provider.js";
import { checkScalar, drawScalar } from "../secret-key.js";

type P256 = Pick<
  CryptoProvider,
  "generateKeyPair" | "publicKeyOf" | "sharedSecret" | "compressPoint" | "uncompressPoint"
>;

/** The key agreement half of `nobleCrypto`. */
export const nobleP256: P256 = {
  generateKeyPair: (entropy) => {
    const secretKey = drawScalar("P-256", entropy);
    return { secretKey, publicKey: p256.getPublicKey(secretKey, false) };
  },
  publicKeyOf: (secretKey) => {
    checkScalar("P-256", secretKey);
    return p256.getPublicKey(secretKey, false);
  },
  sharedSecret: (secretKey, publicKey) => {
    checkScalar("P-256", secretKey);
    checkPointForm(publicKey, "uncompressed");
    return orPointError(() => p256.getSharedSecret(secretKey, publicKey, true).slice(1));
  },
  compressPoint: (publicKey) => {
    checkPointForm(publicKey, "either");
    return orPointError(() => p256.Point.fromBytes(publicKey).toBytes(true));
  },
  uncompressPoint: (publicKey) => {
    checkPointForm(publicKey, "either");
    return orPointError(() => p256.Point.fromBytes(publicKey).toBytes(false));
  },
};

function orPointError(work: () => Uint8Array): Uint8Array {
  try {
    return work();
  } catch (cause) {
    throw new PointError("POINT_INVALID", "not a point of P-256", { cause });
  }
}

/** noble's curves by their JOSE names; each comes with the hash its COSE algorithm pairs it with. */
export const NOBLE_CURVES = { "P-256": p256, "P-384": p384, "P-521": p521, secp256k1 } as const;

/** Plain ECDSA over the hashed message: WebAuthn has no low-S rule, and noble would apply one by default. */
export const NOBLE_ECDSA = { lowS: false, prehash: true } as const;
