import type { CborValue } from "../../cbor/value.js";
import type { CborOptions } from "../../cbor/limits.js";
import { CtapCommand } from "../command.js";
import { credentialDescriptor, userEntity, type CredentialDescriptor, type UserEntity } from "./common.js";
import { depthWith } from "./prf.js";
import { mapWith, optional, required } from "./fields.js";
import { encodeBody, encodeRequest, parseBody, parseParameters, type AnswerListener } from "./message.js";
import { anything, bool, bytes, bytesOf, listOf, text, textMapOf, uint } from "./wire.js";

/** authenticatorGetAssertion parameters. @see CTAP 2.3 §6.2 */
export interface GetAssertionRequest {
  readonly rpId: string;
  /** 32 bytes. */
  readonly clientDataHash: Uint8Array;
  readonly allowList?: readonly CredentialDescriptor[];
  readonly extensions?: ReadonlyMap<string, CborValue>;
  readonly options?: { readonly up?: boolean; readonly uv?: boolean; readonly rk?: boolean };
  readonly pinUvAuthParam?: Uint8Array;
  readonly pinUvAuthProtocol?: number;
}

/** Also the response of authenticatorGetNextAssertion. */
export interface GetAssertionResponse {
  /** CTAP 2.0 keys may leave it out when the allow list has exactly one entry. */
  readonly credential?: CredentialDescriptor;
  /** As received: the signature covers these bytes. */
  readonly authData: Uint8Array;
  readonly signature: Uint8Array;
  readonly user?: UserEntity;
  readonly numberOfCredentials?: number;
  readonly userSelected?: boolean;
  readonly largeBlobKey?: Uint8Array;
  readonly unsignedExtensionOutputs?: ReadonlyMap<string, CborValue>;
}

const CLIENT_DATA_HASH_BYTES = 32;

const REQUEST = {
  rpId: required(0x01, text),
  clientDataHash: required(0x02, bytesOf(CLIENT_DATA_HASH_BYTES)),
  allowList: optional(0x03, listOf(credentialDescriptor)),
  extensions: optional(0x04, textMapOf(anything)),
  options: optional(
    0x05,
    mapWith({ up: optional("up", bool), uv: optional("uv", bool), rk: optional("rk", bool) }),
  ),
  pinUvAuthParam: optional(0x06, bytes),
  pinUvAuthProtocol: optional(0x07, uint),
};

const RESPONSE = {
  credential: optional(0x01, credentialDescriptor),
  authData: required(0x02, bytes),
  signature: required(0x03, bytes),
  user: optional(0x04, userEntity),
  numberOfCredentials: optional(0x05, uint),
  userSelected: optional(0x06, bool),
  largeBlobKey: optional(0x07, bytes),
  unsignedExtensionOutputs: optional(0x08, textMapOf(anything)),
};

/** Command byte and canonical CBOR. Descriptors go out without their transports. */
export function encodeGetAssertionRequest(request: GetAssertionRequest): Uint8Array {
  return encodeRequest(CtapCommand.getAssertion, REQUEST, request, {
    depthMax: depthWith(request.extensions),
  });
}

/**
 * The authenticator's reading of the parameters, without the command byte.
 *
 * @param options authenticators with the extension `prf` read one level deeper than CTAP2 allows.
 * @throws {MessageError} with the status to answer.
 */
export function parseGetAssertionRequest(parameters: Uint8Array, options?: CborOptions): GetAssertionRequest {
  return parseParameters(REQUEST, parameters, options);
}

/** Response body, without the status byte. */
export function encodeGetAssertionResponse(response: GetAssertionResponse): Uint8Array {
  return encodeBody(RESPONSE, response);
}

/** @throws {MessageError} when it cannot be read or lacks what it must have. */
export function parseGetAssertionResponse(body: Uint8Array, onFault?: AnswerListener): GetAssertionResponse {
  return parseBody(RESPONSE, body, onFault);
}
