import { p256 } from "@noble/curves/nist.js";
import { checkScalar, drawScalar } from "./secret-key.js";
import { checkPointForm } from "./point-form.js";
import { PointError } from "./point-error.js";
import type { CryptoProvider } from "./provider.js";

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
