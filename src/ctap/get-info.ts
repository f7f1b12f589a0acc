import type { CredentialParameters } from "./common.js";

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
  readonly firmwareVersion?: number;
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

/** Response body, without the status byte: CTAP2 canonical CBOR. */
export function encodeInfo(info: AuthenticatorInfo): Uint8Array {
  throw new TypeError(`not built yet: ${info.versions.join(",")}`);
}

/** Reads a response body, members it does not know left out. */
export function parseInfo(body: Uint8Array): AuthenticatorInfo {
  throw new TypeError(`not built yet: ${body.length}`);
}
