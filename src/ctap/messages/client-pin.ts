import { CtapCommand } from "../command.js";
import { coseKey, keyAgreementKey, type CoseKey } from "./cose.js";
import { optional, required } from "./fields.js";
import { encodeBody, encodeRequest, parseBody, parseParameters, type AnswerListener } from "./message.js";
import { bool, bytes, text, uint } from "./wire.js";

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

const EMPTY_MAP_BYTES = 1;

const REQUEST = {
  subCommand: required(0x02, uint),
  pinUvAuthProtocol: optional(0x01, uint),
  keyAgreement: optional(0x03, coseKey),
  pinUvAuthParam: optional(0x04, bytes),
  newPinEnc: optional(0x05, bytes),
  pinHashEnc: optional(0x06, bytes),
  permissions: optional(0x09, uint),
  rpId: optional(0x0a, text),
};

const RESPONSE = {
  keyAgreement: optional(0x01, keyAgreementKey),
  pinUvAuthToken: optional(0x02, bytes),
  pinRetries: optional(0x03, uint),
  powerCycleState: optional(0x04, bool),
  uvRetries: optional(0x05, uint),
};

/** Command byte and canonical CBOR. */
export function encodeClientPinRequest(request: ClientPinRequest): Uint8Array {
  return encodeRequest(CtapCommand.clientPin, REQUEST, request);
}

/** The authenticator's reading of the parameters, without the command byte. @throws {MessageError} with the status to answer. */
export function parseClientPinRequest(parameters: Uint8Array): ClientPinRequest {
  return parseParameters(REQUEST, parameters);
}

/** Response body, without the status byte; nothing at all when it says nothing. */
export function encodeClientPinResponse(response: ClientPinResponse): Uint8Array {
  const body = encodeBody(RESPONSE, response);
  return body.length > EMPTY_MAP_BYTES ? body : new Uint8Array(0);
}

/** @throws {MessageError} when it cannot be read. */
export function parseClientPinResponse(body: Uint8Array, onFault?: AnswerListener): ClientPinResponse {
  return parseBody(RESPONSE, body, onFault);
}
