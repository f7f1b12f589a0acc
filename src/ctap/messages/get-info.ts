import { credentialParameters, type CredentialParameters } from "./common.js";
import { optional, required } from "./fields.js";
import { encodeBody, parseBody, type AnswerListener } from "./message.js";
import { bool, bytes, bytesOf, listOf, recordOf, text, uint, uint64, wholeListOf } from "./wire.js";

/** What an authenticator says of itself. Absent members mean what the specification's defaults say. @see CTAP 2.3 §6.4 */
export interface AuthenticatorInfo {
  readonly versions: readonly string[];
  readonly extensions?: readonly string[];
  /** 16 bytes. */
  readonly aaguid: Uint8Array;
  readonly options?: Readonly<Record<string, boolean>>;
  /** Bytes, command byte included; 1024 when absent. */
  readonly maxMsgSize?: number;
  readonly pinUvAuthProtocols?: readonly number[];
  readonly maxCredentialCountInList?: number;
  readonly maxCredentialIdLength?: number;
  readonly transports?: readonly string[];
  readonly algorithms?: readonly CredentialParameters[];
  readonly maxSerializedLargeBlobArray?: number;
  readonly forcePinChange?: boolean;
  /** Code points. */
  readonly minPinLength?: number;
  /** Any 64 bits; beyond 2^53 a bigint. */
  readonly firmwareVersion?: number | bigint;
  readonly maxCredBlobLength?: number;
  readonly maxRpIdsForSetMinPinLength?: number;
  readonly preferredPlatformUvAttempts?: number;
  readonly uvModality?: number;
  readonly certifications?: Readonly<Record<string, number>>;
  readonly remainingDiscoverableCredentials?: number;
  readonly vendorPrototypeConfigCommands?: readonly (number | bigint)[];
  readonly attestationFormats?: readonly string[];
  readonly uvCountSinceLastPinEntry?: number;
  readonly longTouchForReset?: boolean;
  readonly encIdentifier?: Uint8Array;
  readonly transportsForReset?: readonly string[];
  readonly pinComplexityPolicy?: boolean;
  readonly pinComplexityPolicyUrl?: Uint8Array;
  /** Code points. */
  readonly maxPinLength?: number;
  readonly encCredStoreState?: Uint8Array;
  readonly authenticatorConfigCommands?: readonly number[];
}

/** Member keys of the response; the order is the order errors are found in. @see CTAP 2.3 §6.4 */
const INFO = {
  versions: required(0x01, listOf(text)),
  extensions: optional(0x02, listOf(text)),
  aaguid: required(0x03, bytesOf(16)),
  options: optional(0x04, recordOf(bool)),
  maxMsgSize: optional(0x05, uint),
  pinUvAuthProtocols: optional(0x06, listOf(uint)),
  maxCredentialCountInList: optional(0x07, uint),
  maxCredentialIdLength: optional(0x08, uint),
  transports: optional(0x09, listOf(text)),
  algorithms: optional(0x0a, wholeListOf(credentialParameters)),
  maxSerializedLargeBlobArray: optional(0x0b, uint),
  forcePinChange: optional(0x0c, bool),
  minPinLength: optional(0x0d, uint),
  firmwareVersion: optional(0x0e, uint64),
  maxCredBlobLength: optional(0x0f, uint),
  maxRpIdsForSetMinPinLength: optional(0x10, uint),
  preferredPlatformUvAttempts: optional(0x11, uint),
  uvModality: optional(0x12, uint),
  certifications: optional(0x13, recordOf(uint)),
  remainingDiscoverableCredentials: optional(0x14, uint),
  vendorPrototypeConfigCommands: optional(0x15, listOf(uint64)),
  attestationFormats: optional(0x16, listOf(text)),
  uvCountSinceLastPinEntry: optional(0x17, uint),
  longTouchForReset: optional(0x18, bool),
  encIdentifier: optional(0x19, bytes),
  transportsForReset: optional(0x1a, listOf(text)),
  pinComplexityPolicy: optional(0x1b, bool),
  pinComplexityPolicyUrl: optional(0x1c, bytes),
  maxPinLength: optional(0x1d, uint),
  encCredStoreState: optional(0x1e, bytes),
  authenticatorConfigCommands: optional(0x1f, listOf(uint)),
};

/** Names of the members, in the order of their keys. */
export const INFO_MEMBERS = Object.keys(INFO) as readonly (keyof AuthenticatorInfo)[];

/** Response body, without the status byte: CTAP2 canonical CBOR. */
export function encodeInfo(info: AuthenticatorInfo): Uint8Array {
  return encodeBody(INFO, info);
}

/**
 * Reads a response body, members it does not know or that cannot be read left out.
 *
 * @throws {MessageError} when it cannot be read or lacks `versions` or `aaguid`.
 */
export function parseInfo(body: Uint8Array, onFault?: AnswerListener): AuthenticatorInfo {
  return parseBody(INFO, body, onFault);
}
