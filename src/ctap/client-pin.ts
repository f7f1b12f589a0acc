import type { CoseKey } from "./cose.js";

/** @see CTAP 2.3 §6.5.5 */
export const ClientPinSubcommand = {
  getPinRetries: 0x01,
  getKeyAgreement: 0x02,
  setPin: 0x03,
  changePin: 0x04,
  /** CTAP 2.0; later superseded by the two with permissions. */
  getPinToken: 0x05,
  getPinUvAuthTokenUsingUvWithPermissions: 0x06,
  getUvRetries: 0x07,
  getPinUvAuthTokenUsingPinWithPermissions: 0x09,
} as const;

/** What a pinUvAuthToken may be used for; one bit each. @see CTAP 2.3 §6.5.5.7 */
export const Permission = {
  makeCredential: 0x01,
  getAssertion: 0x02,
  credentialManagement: 0x04,
  bioEnrollment: 0x08,
  largeBlobWrite: 0x10,
  authenticatorConfig: 0x20,
  persistentCredentialManagementReadOnly: 0x40,
} as const;

export interface ClientPinRequest {
  readonly pinUvAuthProtocol?: number;
  readonly subCommand: number;
  readonly keyAgreement?: CoseKey;
  readonly pinUvAuthParam?: Uint8Array;
  readonly newPinEnc?: Uint8Array;
  readonly pinHashEnc?: Uint8Array;
  readonly permissions?: number;
  readonly rpId?: string;
}

export interface ClientPinResponse {
  readonly keyAgreement?: CoseKey;
  /** Encrypted with the shared secret. */
  readonly pinUvAuthToken?: Uint8Array;
  readonly pinRetries?: number;
  readonly powerCycleState?: boolean;
  readonly uvRetries?: number;
}

export function encodeClientPinRequest(request: ClientPinRequest): Uint8Array {
  throw new TypeError(`not built yet: ${request.subCommand}`);
}

/** @throws {MessageError} with the status to answer. */
export function parseClientPinRequest(parameters: Uint8Array): ClientPinRequest {
  throw new TypeError(`not built yet: ${parameters.length}`);
}

export function encodeClientPinResponse(response: ClientPinResponse): Uint8Array {
  throw new TypeError(`not built yet: ${Object.keys(response).length}`);
}

export function parseClientPinResponse(body: Uint8Array): ClientPinResponse {
  throw new TypeError(`not built yet: ${body.length}`);
}
