import type { CborMap } from "../cbor/value.js";
import type { PublicKey, SignatureAlgorithm } from "../crypto/provider.js";

/** COSE algorithm identifiers WebAuthn meets. @see IANA COSE Algorithms */
export const CoseAlgorithm = {
  ES256: -7,
  EdDSA: -8,
  ESP256: -9,
  Ed25519: -19,
  ECDH_ES_HKDF_256: -25,
  ES384: -35,
  ES512: -36,
  PS256: -37,
  PS384: -38,
  PS512: -39,
  ES256K: -47,
  ML_DSA_44: -48,
  ML_DSA_65: -49,
  ML_DSA_87: -50,
  ESP384: -51,
  ESP512: -52,
  Ed448: -53,
  RS256: -257,
  RS384: -258,
  RS512: -259,
  RS1: -65535,
} as const;

/** A COSE public key; `alg` is the label it carries, which for key agreement is only a label. */
export type CoseKey =
  | { readonly alg: number; readonly key: PublicKey }
  /** ML-DSA: known by name, not yet a {@link PublicKey}. */
  | { readonly alg: number; readonly key: { readonly kty: "AKP"; readonly pub: Uint8Array } };

/** As a CBOR map, for embedding in a message. */
export function toCoseMap(key: CoseKey): CborMap {
  throw new TypeError(`not built yet: ${key.alg}`);
}

/** @throws {CoseKeyError} `COSE_MALFORMED`, `COSE_UNSUPPORTED`. */
export function fromCoseMap(map: CborMap): CoseKey {
  throw new TypeError(`not built yet: ${map.size}`);
}

/** Canonical CBOR of {@link toCoseMap}. */
export function encodeCoseKey(key: CoseKey): Uint8Array {
  throw new TypeError(`not built yet: ${key.alg}`);
}

/** The crypto provider's name of a COSE algorithm; `undefined` for one it cannot do. */
export function signatureAlgorithm(alg: number): SignatureAlgorithm | undefined {
  throw new TypeError(`not built yet: ${alg}`);
}

/** False = wrong; throws = malformed or unsupported. */
export function verifySignature(key: CoseKey, message: Uint8Array, signature: Uint8Array): boolean {
  throw new TypeError(`not built yet: ${key.alg} ${message.length} ${signature.length}`);
}
