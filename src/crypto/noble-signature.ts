import { ed25519 } from "@noble/curves/ed25519.js";
import { ed448 } from "@noble/curves/ed448.js";
import { p256, p384, p521 } from "@noble/curves/nist.js";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { ALGORITHMS, matchKey, type EcKey, type OkpKey } from "./algorithms.js";
import { EC_CURVES, checkScalar, drawScalar, keyOf, pointOf } from "./ec-curve.js";
import { fromEcdsaDer } from "./ecdsa-der.js";
import { checkOkpKey } from "./okp-key.js";
import { PointError } from "./point-error.js";
import type { CryptoProvider, SigningAlgorithm, SigningKey } from "./provider.js";
import { rsaNumbers } from "./rsa-key.js";
import { verifyRsa } from "./rsa-verify.js";

type Signatures = Pick<
  CryptoProvider,
  "generateSigningKey" | "signingKeyOf" | "sign" | "signEs256" | "verify"
>;

/** Every curve comes with its own hash, the one its COSE algorithm pairs it with. */
const CURVES = { "P-256": p256, "P-384": p384, "P-521": p521, secp256k1 } as const;

/** Plain ECDSA: WebAuthn has no low-S rule, and noble would apply one by default. */
const ECDSA = { lowS: false, prehash: true } as const;

const SEED_BYTES = 32;

/** The signature half of `nobleCrypto`. */
export const nobleSignature: Signatures = {
  generateSigningKey: (algorithm, entropy) => {
    const { kty, crv } = ALGORITHMS[algorithm];
    return keyFrom(algorithm, kty === "EC" ? drawScalar(crv, entropy) : entropy.bytes(SEED_BYTES));
  },
  signingKeyOf: keyFrom,
  sign: signWith,
  signEs256: (secretKey, message) => signWith("ES256", secretKey, message),
  verify: (algorithm, key, message, signature) => {
    const suite = matchKey(algorithm, key);
    switch (suite.kty) {
      case "EC":
        return verifyEcdsa(suite.key, message, signature);
      case "OKP":
        return verifyEdwards(suite.key, message, signature);
      case "RSA":
        return verifyRsa(rsaNumbers(suite.key), { ...suite, message, signature });
    }
  },
};

function keyFrom(algorithm: SigningAlgorithm, secretKey: Uint8Array): SigningKey {
  const { kty, crv } = ALGORITHMS[algorithm];
  if (kty === "EC") {
    checkScalar(crv, secretKey);
    const publicKey = keyOf(crv, CURVES[crv].getPublicKey(secretKey, false));
    return { algorithm, secretKey: secretKey.slice(), publicKey };
  }
  checkSeed(secretKey);
  const publicKey = { kty, crv, x: ed25519.getPublicKey(secretKey) };
  return { algorithm, secretKey: secretKey.slice(), publicKey };
}

function signWith(algorithm: SigningAlgorithm, secretKey: Uint8Array, message: Uint8Array): Uint8Array {
  const { kty, crv } = ALGORITHMS[algorithm];
  if (kty === "EC") {
    checkScalar(crv, secretKey);
    return CURVES[crv].sign(message, secretKey, { ...ECDSA, format: "der" });
  }
  checkSeed(secretKey);
  return ed25519.sign(message, secretKey);
}

function verifyEcdsa(key: EcKey, message: Uint8Array, der: Uint8Array): boolean {
  const curve = CURVES[key.crv];
  const point = pointOf(key);
  try {
    curve.Point.fromBytes(point);
  } catch (cause) {
    throw new PointError("POINT_INVALID", `not a point of ${key.crv}`, { cause });
  }
  const signature = fromEcdsaDer(der, EC_CURVES[key.crv].width);
  return signature !== undefined && curve.verify(signature, message, point, ECDSA);
}

function verifyEdwards(key: OkpKey, message: Uint8Array, signature: Uint8Array): boolean {
  checkOkpKey(key);
  const curve = key.crv === "Ed25519" ? ed25519 : ed448;
  if (signature.length !== curve.lengths.signature) return false;
  return curve.verify(signature, message, key.x, { zip215: false });
}

/** @throws {PointError} `POINT_INVALID` */
export function checkSeed(seed: Uint8Array): void {
  if (seed.length !== SEED_BYTES) {
    throw new PointError("POINT_INVALID", `an Ed25519 seed has ${SEED_BYTES} bytes`);
  }
}
