import type { Entropy } from "./entropy.js";

/** A P-256 key pair. */
export interface KeyPair {
  /** 32-byte big-endian scalar. */
  readonly secretKey: Uint8Array;
  /** 65 bytes, uncompressed: 0x04, x, y. */
  readonly publicKey: Uint8Array;
}

/** Signature algorithms by their JOSE names, curve included. */
export type SignatureAlgorithm =
  | "ES256"
  | "ES384"
  | "ES512"
  | "ES256K"
  | "Ed25519"
  | "Ed448"
  | "RS1"
  | "RS256"
  | "RS384"
  | "RS512"
  | "PS256"
  | "PS384"
  | "PS512"
  | "ML-DSA-44"
  | "ML-DSA-65"
  | "ML-DSA-87";

/** Algorithms this library signs with, for software authenticators; the rest it only verifies. */
export type SigningAlgorithm = Extract<
  SignatureAlgorithm,
  "ES256" | "ES384" | "ES512" | "ES256K" | "Ed25519" | "RS256" | "ML-DSA-44" | "ML-DSA-65" | "ML-DSA-87"
>;

/** A signing key pair. */
export interface SigningKey {
  readonly algorithm: SigningAlgorithm;
  /**
   * Big-endian scalar of the curve's full width (32, 48 or 66 bytes); for Ed25519 and ML-DSA the 32-byte
   * seed; for RS256 the primes p and q, 128 bytes each.
   */
  readonly secretKey: Uint8Array;
  readonly publicKey: PublicKey;
}

/** A public key as its bare numbers, big endian; coordinates have their curve's full width. */
export type PublicKey =
  | {
      readonly kty: "EC";
      readonly crv: "P-256" | "P-384" | "P-521" | "secp256k1";
      readonly x: Uint8Array;
      readonly y: Uint8Array;
    }
  | { readonly kty: "OKP"; readonly crv: "Ed25519" | "Ed448"; readonly x: Uint8Array }
  | { readonly kty: "RSA"; readonly n: Uint8Array; readonly e: Uint8Array }
  /** ML-DSA; the length determines the parameter set. @see RFC 9964 §3 (key type AKP) */
  | { readonly kty: "AKP"; readonly pub: Uint8Array };

export type HashName = "sha1" | "sha256" | "sha384" | "sha512";

/**
 * Every primitive this library needs: bytes to bytes, synchronous (virtual time depends on it).
 *
 * Two implementations pass the same vectors: `nobleCrypto` (pure JavaScript) and `nodeCrypto` (OpenSSL through
 * node:crypto). `defaultCrypto` is the faster one; a caller that wants the other one passes it.
 */
export interface CryptoProvider {
  readonly name: "noble" | "node";

  hash(name: HashName, message: Uint8Array): Uint8Array;
  sha256(message: Uint8Array): Uint8Array;
  hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array;
  /** @see RFC 5869 */
  hkdfSha256(input: {
    readonly secret: Uint8Array;
    readonly salt: Uint8Array;
    readonly info: Uint8Array;
    readonly length: number;
  }): Uint8Array;

  /** Secret scalar from `entropy` (rejection sampling), so that a seed gives the same key in both providers. */
  generateKeyPair(entropy: Entropy): KeyPair;
  /** 65-byte public key of a 32-byte scalar. @throws {PointError} `POINT_INVALID` for 0 or beyond the order. */
  publicKeyOf(secretKey: Uint8Array): Uint8Array;
  /** ECDH: 32-byte x coordinate. @throws {PointError} `POINT_INVALID` off the curve or malformed. */
  sharedSecret(secretKey: Uint8Array, publicKey: Uint8Array): Uint8Array;
  /**
   * Secret key from `entropy` (rejection sampling on the curves), the same in both providers.
   *
   * Microseconds to milliseconds, but for RS256: its primes are searched for, 0.05 to 0.3 s.
   */
  generateSigningKey(algorithm: SigningAlgorithm, entropy: Entropy): SigningKey;
  /** @throws {PointError} `POINT_INVALID` when the secret key is none of this algorithm. */
  signingKeyOf(algorithm: SigningAlgorithm, secretKey: Uint8Array): SigningKey;
  /**
   * Deterministic, in both providers the same bytes: ECDSA as DER with the nonce of RFC 6979 and S left
   * as it falls (not moved to the lower half), Ed25519 as its 64 bytes, RS256 as PKCS#1 v1.5, ML-DSA in its
   * deterministic variant without context.
   *
   * @throws {PointError} `POINT_INVALID` when the secret key is none of this algorithm.
   */
  sign(algorithm: SigningAlgorithm, secretKey: Uint8Array, message: Uint8Array): Uint8Array;
  /** Short for {@link sign} with `ES256`. */
  signEs256(secretKey: Uint8Array, message: Uint8Array): Uint8Array;
  /**
   * False when the signature is wrong, also when it is not even well formed. ECDSA signatures are DER.
   *
   * @throws {PointError} `POINT_INVALID` when the key itself is no key, `KEY_MISMATCH` when it is of
   *   another kind than the algorithm.
   */
  verify(algorithm: SignatureAlgorithm, key: PublicKey, message: Uint8Array, signature: Uint8Array): boolean;
  /** 33-byte form. @throws {PointError} */
  compressPoint(publicKey: Uint8Array): Uint8Array;
  /** 65-byte form of a 33- or 65-byte point, proven to be on the curve. @throws {PointError} */
  uncompressPoint(publicKey: Uint8Array): Uint8Array;

  /** AES-256, one 16-byte block. */
  encryptBlock(key: Uint8Array, block: Uint8Array): Uint8Array;
  decryptBlock(key: Uint8Array, block: Uint8Array): Uint8Array;
  /** AES-128 or AES-256 by key length, no padding: input is a multiple of 16. @throws {RangeError} otherwise. */
  cbcEncrypt(key: Uint8Array, iv: Uint8Array, plaintext: Uint8Array): Uint8Array;
  cbcDecrypt(key: Uint8Array, iv: Uint8Array, ciphertext: Uint8Array): Uint8Array;
  /** AES-256-GCM, 12-byte nonce; output is ciphertext then 16-byte tag. */
  gcmSeal(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, associatedData: Uint8Array): Uint8Array;
  /** `undefined` on a wrong tag. */
  gcmOpen(
    key: Uint8Array,
    nonce: Uint8Array,
    ciphertext: Uint8Array,
    associatedData: Uint8Array,
  ): Uint8Array | undefined;
}
