import { HarnessError } from "../core/errors.js";
import type { HashName, PublicKey, SignatureAlgorithm } from "../core/crypto-provider.js";

/** A public key that is none: off its curve, out of range, malformed, or of another kind than asked for. */
export class PointError extends HarnessError<"POINT_INVALID" | "KEY_MISMATCH"> {}

export type EcCurveName = Extract<PublicKey, { kty: "EC" }>["crv"];
export type OkpCurveName = Extract<PublicKey, { kty: "OKP" }>["crv"];
export type EcKey = Extract<PublicKey, { kty: "EC" }>;
export type OkpKey = Extract<PublicKey, { kty: "OKP" }>;
export type RsaKey = Extract<PublicKey, { kty: "RSA" }>;
export type AkpKey = Extract<PublicKey, { kty: "AKP" }>;
export type MlDsaName = Extract<SignatureAlgorithm, `ML-DSA-${number}`>;

/** What a signature algorithm is made of. */
export type AlgorithmParts =
  | { readonly kty: "EC"; readonly crv: EcCurveName; readonly hash: HashName }
  | { readonly kty: "OKP"; readonly crv: OkpCurveName }
  | { readonly kty: "RSA"; readonly padding: "pkcs1" | "pss"; readonly hash: HashName }
  /** Each parameter set has public keys of its own length. @see FIPS 204 §4, table 2 */
  | { readonly kty: "AKP"; readonly set: MlDsaName; readonly publicKeyBytes: number };

/**
 * Each algorithm's one curve and one hash, as WebAuthn pairs them.
 *
 * @see WebAuthn Level 3 §5.8.5 (cryptographic algorithm identifier)
 */
export const ALGORITHMS = {
  ES256: { kty: "EC", crv: "P-256", hash: "sha256" },
  ES384: { kty: "EC", crv: "P-384", hash: "sha384" },
  ES512: { kty: "EC", crv: "P-521", hash: "sha512" },
  ES256K: { kty: "EC", crv: "secp256k1", hash: "sha256" },
  Ed25519: { kty: "OKP", crv: "Ed25519" },
  Ed448: { kty: "OKP", crv: "Ed448" },
  RS1: { kty: "RSA", padding: "pkcs1", hash: "sha1" },
  RS256: { kty: "RSA", padding: "pkcs1", hash: "sha256" },
  RS384: { kty: "RSA", padding: "pkcs1", hash: "sha384" },
  RS512: { kty: "RSA", padding: "pkcs1", hash: "sha512" },
  PS256: { kty: "RSA", padding: "pss", hash: "sha256" },
  PS384: { kty: "RSA", padding: "pss", hash: "sha384" },
  PS512: { kty: "RSA", padding: "pss", hash: "sha512" },
  "ML-DSA-44": { kty: "AKP", set: "ML-DSA-44", publicKeyBytes: 1312 },
  "ML-DSA-65": { kty: "AKP", set: "ML-DSA-65", publicKeyBytes: 1952 },
  "ML-DSA-87": { kty: "AKP", set: "ML-DSA-87", publicKeyBytes: 2592 },
} as const satisfies Readonly<Record<SignatureAlgorithm, AlgorithmParts>>;

/** An algorithm joined with a key that fits it. */
export type Suite =
  | { readonly kty: "EC"; readonly key: EcKey; readonly hash: HashName }
  | { readonly kty: "OKP"; readonly key: OkpKey }
  | {
      readonly kty: "RSA";
      readonly key: RsaKey;
      readonly padding: "pkcs1" | "pss";
      readonly hash: HashName;
    }
  | { readonly kty: "AKP"; readonly key: AkpKey; readonly set: MlDsaName };

/** @throws {PointError} `KEY_MISMATCH` when the key is of another kind or on another curve. */
export function matchKey(algorithm: SignatureAlgorithm, key: PublicKey): Suite {
  const deps: AlgorithmParts = ALGORITHMS[algorithm];
  if (deps.kty === "EC" && key.kty === "EC" && deps.crv === key.crv) {
    return { kty: "EC", key, hash: deps.hash };
  }
  if (deps.kty === "OKP" && key.kty === "OKP" && deps.crv === key.crv) return { kty: "OKP", key };
  if (deps.kty === "RSA" && key.kty === "RSA") {
    return { kty: "RSA", key, padding: deps.padding, hash: deps.hash };
  }
  if (deps.kty === "AKP" && key.kty === "AKP" && deps.publicKeyBytes === key.pub.length) {
    return { kty: "AKP", key, set: deps.set };
  }
  throw new PointError("KEY_MISMATCH", `${algorithm} cannot use a key of kind ${kindOf(key)}`);
}

function kindOf(key: PublicKey): string {
  switch (key.kty) {
    case "EC":
    case "OKP":
      return `${key.kty} ${key.crv}`;
    case "RSA":
      return "RSA";
    case "AKP":
      return `AKP with ${key.pub.length} bytes`;
  }
}
