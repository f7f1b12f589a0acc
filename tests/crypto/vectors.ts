import { readFileSync } from "node:fs";
import { concat, fromHex } from "../../src/core/bytes.js";
import { nobleCrypto } from "../../src/crypto/noble/provider.js";
import { nodeCrypto } from "../../src/crypto/node/provider.js";
import type { PublicKey, SignatureAlgorithm, SigningAlgorithm } from "../../src/core/crypto-provider.js";

/** Whom every test in this room is run for. */
export const PROVIDERS = [nobleCrypto, nodeCrypto] as const;

export type EcCurveName = Extract<PublicKey, { kty: "EC" }>["crv"];

/** Hex strings, as in `tests/vectors/crypto.json`. */
export interface CryptoVectors {
  readonly hash: { hash: "sha1" | "sha256" | "sha384" | "sha512"; message: string; digest: string };
  readonly "hmac-sha256": { key: string; message: string; mac: string };
  readonly "hkdf-sha256": { secret: string; salt: string; info: string; length: number; okm: string };
  readonly "aes-256-block": { key: string; plaintext: string; ciphertext: string };
  readonly "aes-cbc": { key: string; iv: string; plaintext: string; ciphertext: string };
  readonly "aes-256-gcm-seal": GcmVector;
  readonly "aes-256-gcm-open": GcmVector;
  readonly "p-256-ecdh": {
    expect: "agrees" | "peer-invalid" | "own-invalid" | "own-mismatch" | "secret-differs";
    secretKey: string;
    publicKey: string;
    peerPublicKey: string;
    sharedSecret: string;
  };
  readonly "ecdsa-verify": EcdsaVector;
  readonly "ecdsa-verify-secp256k1": EcdsaVector;
  readonly "ec-public-key": { crv: EcCurveName; x: string; y: string; valid: boolean; reason: string };
  readonly "ecdsa-sign": {
    algorithm: Exclude<SigningAlgorithm, "Ed25519">;
    secretKey: string;
    message: string;
    r: string;
    s: string;
    x?: string;
    y?: string;
  };
  readonly ed25519: { secretKey: string; x: string; message: string; signature: string };
  readonly ed448: { x: string; message: string; signature: string };
  readonly "rsa-verify": {
    algorithm: SignatureAlgorithm;
    n: string;
    e: string;
    message: string;
    signature: string;
    verified: boolean;
    reason: string;
  };
  readonly "rsa-key": { n: string; e: string; d: string; p: string; q: string };
}

interface GcmVector {
  readonly key: string;
  readonly nonce: string;
  readonly associatedData: string;
  readonly ciphertext: string;
  readonly tag: string;
  /** Absent where the tag is wrong. */
  readonly plaintext?: string;
}

interface EcdsaVector {
  readonly algorithm: SignatureAlgorithm;
  readonly crv: EcCurveName;
  readonly x: string;
  readonly y: string;
  readonly message: string;
  readonly r: string;
  readonly s: string;
  readonly verified: boolean;
  readonly reason: string;
}

interface Group<Case> {
  readonly source: string;
  readonly cases: readonly Case[];
}

const { groups } = readVectors("crypto") as {
  groups: { [Name in keyof CryptoVectors]: Group<CryptoVectors[Name]> };
};

/** The cases of one group, numbered for test titles. */
export function casesOf<Name extends keyof CryptoVectors>(
  name: Name,
): (CryptoVectors[Name] & { readonly nr: number })[] {
  return groups[name].cases.map((one, index) => ({ nr: index + 1, ...one }));
}

/** What a file in `tests/vectors` holds; the caller knows its shape. */
export function readVectors(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), "utf8"));
}

/** DER of an ECDSA signature, written apart from the reader under test. @see X.690 §8.3 */
export function derOf(r: Uint8Array, s: Uint8Array): Uint8Array {
  const body = concat(derInteger(r), derInteger(s));
  const head = body.length < 0x80 ? [0x30, body.length] : [0x30, 0x81, body.length];
  return concat(Uint8Array.from(head), body);
}

export function derInteger(number: Uint8Array): Uint8Array {
  const text = BigInt(`0x00${Buffer.from(number).toString("hex")}`).toString(16);
  const even = text.length % 2 === 0 ? text : `0${text}`;
  const digits = /^[89a-f]/.test(even) ? `00${even}` : even;
  return concat(Uint8Array.of(0x02, digits.length / 2), fromHex(digits));
}
