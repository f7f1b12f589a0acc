import type { CborValue } from "../../cbor/value.js";
import { CtapCommand } from "../command.js";
import {
  credentialDescriptor,
  credentialParameters,
  rpEntity,
  userEntity,
  type CredentialDescriptor,
  type CredentialParameters,
  type RpEntity,
  type UserEntity,
} from "./common.js";
import { mapWith, optional, required } from "./fields.js";
import { encodeBody, encodeRequest, parseBody, parseParameters, type AnswerListener } from "./message.js";
import { anything, bool, bytes, bytesOf, listOf, mapOrList, text, textMapOf, uint } from "./wire.js";

/** authenticatorMakeCredential parameters. @see CTAP 2.3 §6.1 */
export interface MakeCredentialRequest {
  /** 32 bytes. */
  readonly clientDataHash: Uint8Array;
  readonly rp: RpEntity;
  readonly user: UserEntity;
  readonly pubKeyCredParams: readonly CredentialParameters[];
  readonly excludeList?: readonly CredentialDescriptor[];
  readonly extensions?: ReadonlyMap<string, CborValue>;
  readonly options?: { readonly rk?: boolean; readonly up?: boolean; readonly uv?: boolean };
  readonly pinUvAuthParam?: Uint8Array;
  readonly pinUvAuthProtocol?: number;
  readonly enterpriseAttestation?: number;
  readonly attestationFormatsPreference?: readonly string[];
}

export interface MakeCredentialResponse {
  readonly fmt: string;
  /** As received: signatures cover these bytes. */
  readonly authData: Uint8Array;
  /** A map; an array for "compound". */
  readonly attStmt: CborValue;
  readonly epAtt?: boolean;
  readonly largeBlobKey?: Uint8Array;
  readonly unsignedExtensionOutputs?: ReadonlyMap<string, CborValue>;
}

const CLIENT_DATA_HASH_BYTES = 32;

const REQUEST = {
  clientDataHash: required(0x01, bytesOf(CLIENT_DATA_HASH_BYTES)),
  rp: required(0x02, rpEntity),
  user: required(0x03, userEntity),
  pubKeyCredParams: required(0x04, listOf(credentialParameters)),
  excludeList: optional(0x05, listOf(credentialDescriptor)),
  extensions: optional(0x06, textMapOf(anything)),
  options: optional(
    0x07,
    mapWith({ rk: optional("rk", bool), up: optional("up", bool), uv: optional("uv", bool) }),
  ),
  pinUvAuthParam: optional(0x08, bytes),
  pinUvAuthProtocol: optional(0x09, uint),
  enterpriseAttestation: optional(0x0a, uint),
  attestationFormatsPreference: optional(0x0b, listOf(text)),
};

const RESPONSE = {
  fmt: required(0x01, text),
  authData: required(0x02, bytes),
  attStmt: required(0x03, mapOrList, { inAnswers: ({ fmt }) => (fmt === "none" ? new Map() : undefined) }),
  epAtt: optional(0x04, bool),
  largeBlobKey: optional(0x05, bytes),
  unsignedExtensionOutputs: optional(0x06, textMapOf(anything)),
};

/** Command byte and canonical CBOR. Descriptors go out without their transports. */
export function encodeMakeCredentialRequest(request: MakeCredentialRequest): Uint8Array {
  return encodeRequest(CtapCommand.makeCredential, REQUEST, request);
}

/** The authenticator's reading of the parameters, without the command byte. @throws {MessageError} with the status to answer. */
export function parseMakeCredentialRequest(parameters: Uint8Array): MakeCredentialRequest {
  return parseParameters(REQUEST, parameters);
}

/** Response body, without the status byte. */
export function encodeMakeCredentialResponse(response: MakeCredentialResponse): Uint8Array {
  return encodeBody(RESPONSE, response);
}

/** @throws {MessageError} when it cannot be read or lacks what it must have. */
export function parseMakeCredentialResponse(
  body: Uint8Array,
  onFault?: AnswerListener,
): MakeCredentialResponse {
  return parseBody(RESPONSE, body, onFault);
}
