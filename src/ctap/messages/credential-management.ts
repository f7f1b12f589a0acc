import { encodeCbor } from "../../cbor/encode.js";
import { DEPTH_MAX_CEILING } from "../../cbor/limits.js";
import { concat } from "../../core/bytes.js";
import { CtapCommand } from "../command.js";
import {
  credentialDescriptor,
  rpEntity,
  userEntity,
  type CredentialDescriptor,
  type RpEntity,
  type UserEntity,
} from "./common.js";
import { coseKey, toCoseMap, type CoseKey } from "./cose.js";
import { optional, required } from "./fields.js";
import { encodeBody, encodeRequest, parseBody, parseParameters, type AnswerListener } from "./message.js";
import { fromSignedMap, signedMap, toSignedMap, type SignedMap } from "./signed-map.js";
import { bool, bytes, readUnlessUnreadable, uint, wholeMap } from "./wire.js";

/** @see CTAP 2.3 §6.8 */
export const CredentialManagementSubcommand = {
  getCredsMetadata: 0x01,
  enumerateRpsBegin: 0x02,
  enumerateRpsGetNextRp: 0x03,
  enumerateCredentialsBegin: 0x04,
  enumerateCredentialsGetNextCredential: 0x05,
  deleteCredential: 0x06,
  /** Not in the preview of CTAP 2.1's drafts. */
  updateUserInformation: 0x07,
} as const;

/** The command of CTAP 2.1, or that of its drafts. */
export type CredentialManagementCommand =
  typeof CtapCommand.credentialManagement | typeof CtapCommand.credentialManagementPreview;

export interface CredentialManagementParameters {
  readonly rpIdHash?: Uint8Array;
  readonly credentialId?: CredentialDescriptor;
  readonly user?: UserEntity;
}

export interface CredentialManagementRequest {
  readonly subCommand: number;
  readonly subCommandParams?: SignedMap;
  readonly pinUvAuthProtocol?: number;
  readonly pinUvAuthParam?: Uint8Array;
}

export interface CredentialManagementResponse {
  readonly existingResidentCredentialsCount?: number;
  /** An estimate: what is left for credentials of ordinary size. */
  readonly maxPossibleRemainingResidentCredentialsCount?: number;
  /** The id may be shortened: {@link rpIdHash} says which site it is. */
  readonly rp?: RpEntity;
  readonly rpIdHash?: Uint8Array;
  readonly totalRps?: number;
  readonly user?: UserEntity;
  readonly credentialId?: CredentialDescriptor;
  /** Absent in an answer whose key is of a kind that this library does not know. */
  readonly publicKey?: CoseKey;
  /** The key in canonical CBOR, of whatever kind; for reading only. */
  readonly publicKeyCose?: Uint8Array;
  readonly totalCredentials?: number;
  readonly credProtect?: number;
  readonly largeBlobKey?: Uint8Array;
  readonly thirdPartyPayment?: boolean;
}

const PARAMETERS = {
  rpIdHash: optional(0x01, bytes),
  credentialId: optional(0x02, credentialDescriptor),
  user: optional(0x03, userEntity),
};

const REQUEST = {
  subCommand: required(0x01, uint),
  subCommandParams: optional(0x02, signedMap),
  pinUvAuthProtocol: optional(0x03, uint),
  pinUvAuthParam: optional(0x04, bytes),
};

const RESPONSE = {
  existingResidentCredentialsCount: optional(0x01, uint),
  maxPossibleRemainingResidentCredentialsCount: optional(0x02, uint),
  rp: optional(0x03, rpEntity),
  rpIdHash: optional(0x04, bytes),
  totalRps: optional(0x05, uint),
  user: optional(0x06, userEntity),
  credentialId: optional(0x07, credentialDescriptor),
  publicKey: optional(0x08, wholeMap),
  totalCredentials: optional(0x09, uint),
  credProtect: optional(0x0a, uint),
  largeBlobKey: optional(0x0b, bytes),
  thirdPartyPayment: optional(0x0c, bool),
};

/** What a subcommand takes, with the bytes to sign. */
export function credentialManagementParameters(values: CredentialManagementParameters): SignedMap {
  return toSignedMap(PARAMETERS, values);
}

/** The authenticator's reading of what a subcommand takes. @throws {MessageError} with the status to answer. */
export function readCredentialManagementParameters(
  request: CredentialManagementRequest,
): CredentialManagementParameters {
  return fromSignedMap(PARAMETERS, request.subCommandParams);
}

/** What pinUvAuthParam is made over. @see CTAP 2.3 §6.8.2 */
export function credentialManagementMessage(
  request: Pick<CredentialManagementRequest, "subCommand" | "subCommandParams">,
): Uint8Array {
  return concat(Uint8Array.of(request.subCommand), request.subCommandParams?.cbor ?? new Uint8Array(0));
}

/** Command byte and canonical CBOR. */
export function encodeCredentialManagementRequest(
  request: CredentialManagementRequest,
  command: CredentialManagementCommand = CtapCommand.credentialManagement,
): Uint8Array {
  return encodeRequest(command, REQUEST, request);
}

/** The authenticator's reading of the parameters, without the command byte. @throws {MessageError} with the status to answer. */
export function parseCredentialManagementRequest(parameters: Uint8Array): CredentialManagementRequest {
  return parseParameters(REQUEST, parameters);
}

/** Response body, without the status byte. */
export function encodeCredentialManagementResponse(response: CredentialManagementResponse): Uint8Array {
  const { publicKey, publicKeyCose: _, ...rest } = response;
  return encodeBody(RESPONSE, { ...rest, ...(publicKey && { publicKey: toCoseMap(publicKey) }) });
}

/** Reads a response; a credential's key that is of no known kind stays as bytes. @throws {MessageError} when it cannot be read. */
export function parseCredentialManagementResponse(
  body: Uint8Array,
  onFault?: AnswerListener,
): CredentialManagementResponse {
  const { publicKey: map, ...rest } = parseBody(RESPONSE, body, onFault);
  if (map === undefined) return rest;
  const [publicKey] = readUnlessUnreadable(
    "publicKey",
    (member, fault) => onFault?.(fault, 0, member),
    (path) => coseKey.read(map, path),
  );
  const publicKeyCose = encodeCbor(map, { depthMax: DEPTH_MAX_CEILING });
  return { ...rest, ...(publicKey && { publicKey }), publicKeyCose };
}
