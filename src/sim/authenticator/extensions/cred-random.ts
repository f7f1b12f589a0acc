import { utf8 } from "../../../core/bytes.js";
import type { CommandContext } from "../context.js";

const CRED_RANDOM_BYTES = 32;

/** Which of a credential's two secrets. */
export interface CredRandomOf {
  /** The credential's private key. */
  readonly secretKey: Uint8Array;
  readonly userVerified: boolean;
}

/**
 * One of the two secrets behind hmac-secret and prf; never equal for verified and unverified users.
 *
 * Derived from the credential's own key, so that nothing more has to be stored.
 *
 * @see CTAP 2.3 §12.7 (CredRandomWithUV, CredRandomWithoutUV)
 */
export function credRandom(
  { crypto }: Pick<CommandContext, "crypto">,
  { secretKey, userVerified }: CredRandomOf,
): Uint8Array {
  return crypto.hkdfSha256({
    secret: secretKey,
    salt: new Uint8Array(CRED_RANDOM_BYTES),
    info: utf8(userVerified ? "CredRandomWithUV" : "CredRandomWithoutUV"),
    length: CRED_RANDOM_BYTES,
  });
}
