import type { CryptoProvider } from "../../core/crypto-provider.js";
import { EID_KEY_BYTES, LINK_SECRET_BYTES, PSK_BYTES, TUNNEL_ID_BYTES } from "./constants.js";

/**
 * Names what is derived from a secret. The last three are internal to a phone.
 *
 * @see CTAP 2.2 §11.5.1 (key derivation)
 */
export const KeyPurpose = {
  /** From the QR secret; or from a link secret, salted with the client's nonce. */
  EID_KEY: 1,
  /** From the QR secret. */
  TUNNEL_ID: 2,
  /** From the QR or link secret, salted with the whole decrypted advert. */
  PSK: 3,
  /** Link secret, from a per-contact secret salted with the link id. */
  LINK_SECRET: 4,
  /** From the phone's root secret. */
  IDENTITY_KEY_SEED: 5,
  /** From the phone's root secret, salted with the contact id. */
  PER_CONTACT_SECRET: 6,
} as const;

export type KeyPurpose = (typeof KeyPurpose)[keyof typeof KeyPurpose];

const BYTES_FOR: Readonly<Record<KeyPurpose, number>> = {
  [KeyPurpose.EID_KEY]: EID_KEY_BYTES,
  [KeyPurpose.TUNNEL_ID]: TUNNEL_ID_BYTES,
  [KeyPurpose.PSK]: PSK_BYTES,
  [KeyPurpose.LINK_SECRET]: LINK_SECRET_BYTES,
  [KeyPurpose.IDENTITY_KEY_SEED]: 32,
  [KeyPurpose.PER_CONTACT_SECRET]: 32,
};

const NO_SALT = new Uint8Array(0);

export interface Derivation {
  readonly purpose: KeyPurpose;
  readonly salt?: Uint8Array;
  /** Bytes wanted, when not what the purpose needs. Fewer are a prefix of more. */
  readonly length?: number;
}

/** Everything in a session that is not agreed on is derived here from the one secret both sides know. */
export function deriveKey(
  secret: Uint8Array,
  { purpose, salt = NO_SALT, length = BYTES_FOR[purpose] }: Derivation,
  crypto: CryptoProvider,
): Uint8Array {
  // The purpose as uint32, little endian.
  const info = Uint8Array.of(purpose, 0, 0, 0);
  return crypto.hkdfSha256({ secret, salt, info, length });
}
