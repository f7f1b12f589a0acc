import { constants, createPublicKey, verify, type KeyObject } from "node:crypto";
import { toBase64url } from "../../core/bytes.js";
import { matchKey, type Suite, PointError } from "../algorithms.js";
import { EC_CURVES, pointOf } from "../ec-curve.js";
import { fromEcdsaDer } from "../ecdsa-der.js";
import { verifyMlDsa } from "../noble/ml-dsa.js";
import { checkOkpKey } from "../okp-key.js";
import type { CryptoProvider, PublicKey } from "../../core/crypto-provider.js";
import { rsaNumbers } from "../rsa.js";

/** The verifying part of `nodeCrypto`. What OpenSSL is lenient about was checked before it is asked. */
export const nodeVerify: Pick<CryptoProvider, "verify"> = {
  verify: (algorithm, key, message, signature) => {
    const suite = matchKey(algorithm, key);
    if (suite.kty === "AKP") return verifyMlDsa(suite.set, suite.key, { message, signature });
    const keyObject = importKey(suite);
    switch (suite.kty) {
      case "EC": {
        const compact = fromEcdsaDer(signature, EC_CURVES[suite.key.crv].width);
        if (compact === undefined) return false;
        return verify(suite.hash, message, { key: keyObject, dsaEncoding: "ieee-p1363" }, compact);
      }
      case "OKP":
        return verify(null, message, keyObject, signature);
      case "RSA":
        return verifyRsa(suite, keyObject, { message, signature });
    }
  },
};

function verifyRsa(
  { key, padding, hash }: Extract<Suite, { kty: "RSA" }>,
  keyObject: KeyObject,
  { message, signature }: { readonly message: Uint8Array; readonly signature: Uint8Array },
): boolean {
  if (signature.length !== rsaNumbers(key).width) return false;
  const settings =
    padding === "pss"
      ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
      : { padding: constants.RSA_PKCS1_PADDING };
  return verify(hash, message, { key: keyObject, ...settings }, signature);
}

/** @throws {PointError} `POINT_INVALID` when OpenSSL or our own stricter checks refuse the key. */
function importKey(suite: Exclude<Suite, { kty: "AKP" }>): KeyObject {
  if (suite.kty === "EC") pointOf(suite.key);
  else if (suite.kty === "OKP") checkOkpKey(suite.key);
  else rsaNumbers(suite.key);
  try {
    return createPublicKey({ key: jwkOf(suite.key), format: "jwk" });
  } catch (cause) {
    throw new PointError("POINT_INVALID", `OpenSSL refuses the ${suite.kty} key`, { cause });
  }
}

function jwkOf(key: Exclude<PublicKey, { kty: "AKP" }>): Record<string, string> {
  switch (key.kty) {
    case "EC":
      return { kty: key.kty, crv: key.crv, x: toBase64url(key.x), y: toBase64url(key.y) };
    case "OKP":
      return { kty: key.kty, crv: key.crv, x: toBase64url(key.x) };
    case "RSA":
      return { kty: key.kty, n: toBase64url(key.n), e: toBase64url(key.e) };
  }
}
