import { ml_dsa44, ml_dsa65, ml_dsa87 } from "@noble/post-quantum/ml-dsa.js";
import type { AkpKey, MlDsaName } from "../algorithms.js";

const SETS = { "ML-DSA-44": ml_dsa44, "ML-DSA-65": ml_dsa65, "ML-DSA-87": ml_dsa87 } as const;

/** Bytes of the seed xi a key pair is made from. @see FIPS 204 §6.1 */
export const ML_DSA_SEED_BYTES = 32;

/** The public key of a seed. */
export function mlDsaPublicKey(set: MlDsaName, seed: Uint8Array): AkpKey {
  return { kty: "AKP", pub: SETS[set].keygen(seed).publicKey };
}

/**
 * The deterministic variant, without context: the same seed and message give the same bytes.
 *
 * Both providers come here: OpenSSL has ML-DSA only since 3.5, and its signatures are randomised.
 *
 * @see FIPS 204 §5.2 and §3.4 (hedged and deterministic signing)
 */
export function signMlDsa(set: MlDsaName, seed: Uint8Array, message: Uint8Array): Uint8Array {
  const { secretKey } = SETS[set].keygen(seed);
  return SETS[set].sign(message, secretKey, { extraEntropy: false });
}

/** False for a signature of another length, too. @see FIPS 204 §5.3 */
export function verifyMlDsa(
  set: MlDsaName,
  { pub }: AkpKey,
  { message, signature }: { readonly message: Uint8Array; readonly signature: Uint8Array },
): boolean {
  if (signature.length !== SETS[set].lengths.signature) return false;
  return SETS[set].verify(signature, message, pub);
}
