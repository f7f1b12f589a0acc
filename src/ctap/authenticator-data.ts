import type { CborValue } from "../cbor/value.js";
import type { CoseKey } from "./cose.js";

/** @see WebAuthn Level 3 §6.1 (authenticator data) */
export interface AuthenticatorData {
  /** SHA-256 of the rp id, 32 bytes. */
  readonly rpIdHash: Uint8Array;
  readonly userPresent: boolean;
  readonly userVerified: boolean;
  readonly backupEligible: boolean;
  readonly backedUp: boolean;
  readonly signCount: number;
  readonly attested?: AttestedCredential;
  readonly extensions?: ReadonlyMap<string, CborValue>;
}

export interface AttestedCredential {
  readonly aaguid: Uint8Array;
  readonly credentialId: Uint8Array;
  readonly publicKey: CoseKey;
  /** The key's bytes as received. */
  readonly publicKeyCose: Uint8Array;
}

export function parseAuthenticatorData(bytes: Uint8Array): AuthenticatorData {
  throw new TypeError(`not built yet: ${bytes.length}`);
}

export function encodeAuthenticatorData(data: AuthenticatorData): Uint8Array {
  throw new TypeError(`not built yet: ${data.signCount}`);
}
