/** Structures that several commands carry. @see CTAP 2.2 §6.1, WebAuthn Level 3 §5.4 */

export interface RpEntity {
  readonly id: string;
  readonly name?: string;
}

export interface UserEntity {
  /** User handle, 1 to 64 bytes. */
  readonly id: Uint8Array;
  readonly name?: string;
  readonly displayName?: string;
}

export interface CredentialDescriptor {
  readonly id: Uint8Array;
  /** "public-key", or something newer that must be skipped. */
  readonly type: string;
  /** Only kept for the page; never sent to a key, because strict ones refuse it. */
  readonly transports?: readonly string[];
}

export interface CredentialParameters {
  readonly type: string;
  /** COSE algorithm identifier. */
  readonly alg: number;
}
