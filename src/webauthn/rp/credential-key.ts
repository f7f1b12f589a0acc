import type { CborValue } from "../../cbor/value.js";
import { defaultCrypto } from "../../crypto/default.js";
import { PointError } from "../../crypto/algorithms.js";
import type { AttestedCredential } from "../../ctap/messages/authenticator-data.js";
import { signatureAlgorithm, type CoseKey } from "../../ctap/messages/cose.js";
import { decodeTolerantPrefix } from "../../ctap/messages/message.js";
import { VerificationError } from "./verification-error.js";

/** Labels of the members that a credential key has, by key type: all of them, and no others. @see RFC 9053 §7, RFC 8230 §4 */
const LABELS: Readonly<Record<CoseKey["key"]["kty"], readonly number[]>> = {
  EC: [1, 3, -1, -2, -3],
  OKP: [1, 3, -1, -2],
  RSA: [1, 3, -1, -2],
  AKP: [1, 3, -1],
};

/** What makes two readers see two keys in the same bytes; the second one is a tag, null or a float. */
const AMBIGUOUS: readonly string[] = ["DUPLICATE_KEY", "UNSUPPORTED_TYPE"];

/**
 * Demands a key that can verify signatures of its algorithm: of the algorithm's type and curve, a point on that curve
 * and not of small order, an RSA modulus and exponent that are some.
 *
 * A key that is none would be stored, and every login with it refused.
 *
 * @throws {VerificationError} `RP_CREDENTIAL_KEY`, `RP_CREDENTIAL_KEY_MEMBERS`.
 * @see WebAuthn Level 3 §5.8.5, §6.5.1.1; RFC 9053 §2, RFC 8037 §2, RFC 8230 §4, RFC 9881 §4
 */
export function demandCredentialKey({ publicKey, publicKeyCose }: AttestedCredential): void {
  demandMembers(publicKey, publicKeyCose);
  const algorithm = signatureAlgorithm(publicKey.alg);
  if (algorithm === undefined) return;
  try {
    // No signature holds for no bytes: what matters is that the provider judges the key first.
    defaultCrypto.verify(algorithm, publicKey.key, new Uint8Array(), new Uint8Array());
  } catch (error) {
    if (!(error instanceof PointError)) throw error;
    throw new VerificationError("RP_CREDENTIAL_KEY", `COSE algorithm ${publicKey.alg}: ${error.message}`, {
      cause: error,
    });
  }
}

/** @see WebAuthn Level 3 §6.5.1.1: alg, what the key type requires, and nothing else */
function demandMembers({ key }: CoseKey, bytes: Uint8Array): void {
  const faults: string[] = [];
  const { value } = decodeTolerantPrefix(bytes, (fault) => faults.push(fault));
  const ambiguous = faults.find((fault) => AMBIGUOUS.includes(fault));
  if (ambiguous !== undefined) {
    throw new VerificationError("RP_CREDENTIAL_KEY_MEMBERS", `the credential key's CBOR has ${ambiguous}`);
  }
  const labels = value instanceof Map ? [...(value as ReadonlyMap<unknown, CborValue>).keys()] : [];
  const surplus = labels.filter((label) => !LABELS[key.kty].some((known) => known === label));
  if (surplus.length === 0) return;
  throw new VerificationError(
    "RP_CREDENTIAL_KEY_MEMBERS",
    `the credential key has members beyond those of its type: ${surplus.map(String).join(", ")}`,
  );
}
