import type { Entropy } from "../core/entropy.js";
import { defaultCrypto } from "../crypto/default.js";
import type { CryptoProvider, KeyPair } from "../crypto/provider.js";
import type { CoseKey } from "./cose.js";

/**
 * PIN/UV auth protocol one or two, both roles. Keys, PINs and tokens stay in here and in their owners.
 *
 * @see CTAP 2.3 §6.5.6 and §6.5.7
 */
export interface PinProtocol {
  readonly version: 1 | 2;
  /** Platform: a fresh key pair and the secret shared with the authenticator's key. @throws {PointError} */
  encapsulate(
    entropy: Entropy,
    peer: CoseKey,
  ): { readonly keyAgreement: CoseKey; readonly sharedSecret: Uint8Array };
  /** Authenticator: the same secret from its own key pair. @throws {PointError} */
  decapsulate(own: KeyPair, peer: CoseKey): Uint8Array;
  /** Plaintext is a multiple of 16 bytes; protocol two draws its IV from `entropy`. */
  encrypt(sharedSecret: Uint8Array, plaintext: Uint8Array, entropy: Entropy): Uint8Array;
  /** `undefined` when the length cannot be a ciphertext. */
  decrypt(sharedSecret: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined;
  /** pinUvAuthParam over `message`; key is the shared secret or a pinUvAuthToken. */
  authenticate(key: Uint8Array, message: Uint8Array): Uint8Array;
  verify(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}

export function pinProtocol(version: 1 | 2, crypto: CryptoProvider = defaultCrypto): PinProtocol {
  throw new TypeError(`not built yet: ${version} ${crypto.name}`);
}
