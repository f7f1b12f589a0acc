import { ECDH, createECDH } from "node:crypto";
import { asBytes } from "../aes-input.js";
import { checkScalar, drawScalar } from "../secret-key.js";
import { PointError } from "../algorithms.js";
import { checkPointForm } from "../ec-curve.js";
import type { CryptoProvider } from "../../core/crypto-provider.js";

type P256 = Pick<
  CryptoProvider,
  "generateKeyPair" | "publicKeyOf" | "sharedSecret" | "compressPoint" | "uncompressPoint"
>;

const CURVE = "prime256v1";

/** The key agreement half of `nodeCrypto`. An ECDH object holds a secret, so none outlives its call. */
export const nodeP256: P256 = {
  generateKeyPair: (entropy) => {
    const secretKey = drawScalar("P-256", entropy);
    return { secretKey, publicKey: asBytes(ecdhWith(secretKey).getPublicKey()) };
  },
  publicKeyOf: (secretKey) => {
    checkScalar("P-256", secretKey);
    return asBytes(ecdhWith(secretKey).getPublicKey());
  },
  sharedSecret: (secretKey, publicKey) => {
    checkScalar("P-256", secretKey);
    checkPointForm(publicKey, "uncompressed");
    const ecdh = ecdhWith(secretKey);
    return orPointError(() => ecdh.computeSecret(publicKey));
  },
  compressPoint: (publicKey) => {
    checkPointForm(publicKey, "either");
    return orPointError(() => convert(publicKey, "compressed"));
  },
  uncompressPoint: (publicKey) => {
    checkPointForm(publicKey, "either");
    return orPointError(() => convert(publicKey, "uncompressed"));
  },
};

function ecdhWith(secretKey: Uint8Array): ECDH {
  const ecdh = createECDH(CURVE);
  ecdh.setPrivateKey(secretKey);
  return ecdh;
}

function convert(point: Uint8Array, form: "compressed" | "uncompressed"): Buffer {
  return ECDH.convertKey(point, CURVE, undefined, undefined, form) as Buffer;
}

function orPointError(work: () => Buffer): Uint8Array {
  try {
    return asBytes(work());
  } catch (cause) {
    throw new PointError("POINT_INVALID", "not a point of P-256", { cause });
  }
}
