import type { Entropy } from "../../core/entropy.js";
import { signatureAlgorithm, type CoseKey } from "../../ctap/messages/cose.js";
import type { CryptoProvider, SigningAlgorithm } from "../../core/crypto-provider.js";

const SIGNING: readonly string[] = [
  "ES256",
  "ES384",
  "ES512",
  "ES256K",
  "Ed25519",
  "RS256",
  "ML-DSA-44",
  "ML-DSA-65",
  "ML-DSA-87",
] satisfies SigningAlgorithm[];

export interface CredentialKey {
  /** COSE identifier. */
  readonly alg: number;
  readonly secretKey: Uint8Array;
}

/** The algorithm credentials of this COSE identifier are signed with; `undefined` when none of ours. */
export function signingAlgorithm(alg: number): SigningAlgorithm | undefined {
  const algorithm = signatureAlgorithm(alg);
  return algorithm !== undefined && SIGNING.includes(algorithm) ? (algorithm as SigningAlgorithm) : undefined;
}

/** @param alg one that {@link signingAlgorithm} knows. */
export function generateCredentialKey(crypto: CryptoProvider, entropy: Entropy, alg: number): CredentialKey {
  return { alg, secretKey: crypto.generateSigningKey(known(alg), entropy).secretKey };
}

export function publicKeyOf(crypto: CryptoProvider, { alg, secretKey }: CredentialKey): CoseKey {
  return { alg, key: crypto.signingKeyOf(known(alg), secretKey).publicKey };
}

export function signWith(
  crypto: CryptoProvider,
  { alg, secretKey }: CredentialKey,
  message: Uint8Array,
): Uint8Array {
  return crypto.sign(known(alg), secretKey, message);
}

function known(alg: number): SigningAlgorithm {
  const algorithm = signingAlgorithm(alg);
  if (algorithm === undefined) throw new RangeError(`no credentials of algorithm ${alg} are made here`);
  return algorithm;
}
