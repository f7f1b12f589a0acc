import { mapWith, optional, required } from "./fields.js";
import { CtapStatus } from "../status.js";
import { bytes, int, listOf, text, type Wire } from "./wire.js";

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

export const rpEntity: Wire<RpEntity> = mapWith({
  id: required("id", text),
  name: optional("name", text),
});

export const userEntity: Wire<UserEntity> = mapWith({
  id: required("id", bytes),
  name: optional("name", text),
  displayName: optional("displayName", text),
});

const descriptorFields = mapWith({
  id: required("id", bytes),
  type: required("type", text, { inAnswers: () => "public-key" }),
  transports: optional("transports", listOf(text)),
});

export const credentialDescriptor: Wire<CredentialDescriptor> = {
  read: (...args) => descriptorFields.read(...args),
  write: ({ id, type }) => descriptorFields.write({ id, type }),
};

/** An element without `alg` or `type` is bad CBOR, not a missing parameter: so the conformance test tool. */
export const credentialParameters: Wire<CredentialParameters> = mapWith({
  alg: required("alg", int, { status: CtapStatus.INVALID_CBOR }),
  type: required("type", text, { status: CtapStatus.INVALID_CBOR, inAnswers: () => "public-key" }),
});
