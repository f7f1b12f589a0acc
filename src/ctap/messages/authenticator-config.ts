import type { CborMap } from "../../cbor/value.js";
import { concat } from "../../core/bytes.js";
import { CtapCommand } from "../command.js";
import { optional, required, toFields } from "./fields.js";
import { encodeRequest, parseParameters } from "./message.js";
import { fromSignedMap, signed, signedMap, toSignedMap, type SignedMap } from "./signed-map.js";
import { bool, bytes, listOf, text, uint, uint64 } from "./wire.js";

/** @see CTAP 2.3 §6.11 */
export const ConfigSubcommand = {
  enableEnterpriseAttestation: 0x01,
  toggleAlwaysUv: 0x02,
  setMinPinLength: 0x03,
  /** CTAP 2.3. */
  enableLongTouchForReset: 0x04,
  vendorPrototype: 0xff,
} as const;

export interface ConfigRequest {
  readonly subCommand: number;
  readonly subCommandParams?: SignedMap;
  readonly pinUvAuthProtocol?: number;
  readonly pinUvAuthParam?: Uint8Array;
}

/** What setMinPINLength takes; what is absent stays as it is. @see CTAP 2.3 §6.11.4 */
export interface MinPinLengthParameters {
  /** Code points; never less than now. */
  readonly newMinPinLength?: number;
  /** Sites that may learn the length; replaces the list before. */
  readonly minPinLengthRpIds?: readonly string[];
  readonly forceChangePin?: boolean;
  /** Since CTAP 2.2. */
  readonly pinComplexityPolicy?: boolean;
}

/** What vendorPrototype takes; its further members are the vendor's own. */
export interface VendorPrototypeParameters {
  readonly vendorCommandId: number | bigint;
}

/** What stands before the subcommand byte in what is signed. @see CTAP 2.3 §6.11 (pinUvAuthParam) */
const MESSAGE_PREFIX_BYTES = 32;
const MESSAGE_PREFIX = concat(
  new Uint8Array(MESSAGE_PREFIX_BYTES).fill(0xff),
  Uint8Array.of(CtapCommand.authenticatorConfig),
);

const MIN_PIN_LENGTH = {
  newMinPinLength: optional(0x01, uint),
  minPinLengthRpIds: optional(0x02, listOf(text)),
  forceChangePin: optional(0x03, bool),
  pinComplexityPolicy: optional(0x04, bool),
};

const VENDOR_PROTOTYPE = { vendorCommandId: required(0x01, uint64) };

const REQUEST = {
  subCommand: required(0x01, uint),
  subCommandParams: optional(0x02, signedMap),
  pinUvAuthProtocol: optional(0x03, uint),
  pinUvAuthParam: optional(0x04, bytes),
};

/** What setMinPINLength takes, with the bytes to sign. */
export function minPinLengthParameters(values: MinPinLengthParameters): SignedMap {
  return toSignedMap(MIN_PIN_LENGTH, values);
}

/** @throws {MessageError} with the status to answer. */
export function readMinPinLengthParameters(request: ConfigRequest): MinPinLengthParameters {
  return fromSignedMap(MIN_PIN_LENGTH, request.subCommandParams);
}

/**
 * What vendorPrototype takes, with the bytes to sign.
 *
 * @param more the vendor's own members; key 1 is the command id.
 */
export function vendorPrototypeParameters(
  { vendorCommandId }: VendorPrototypeParameters,
  more: CborMap = new Map(),
): SignedMap {
  return signed(new Map([...more, ...toFields(VENDOR_PROTOTYPE, { vendorCommandId })]));
}

/** @throws {MessageError} with the status to answer. */
export function readVendorPrototypeParameters(request: ConfigRequest): VendorPrototypeParameters {
  return fromSignedMap(VENDOR_PROTOTYPE, request.subCommandParams);
}

/** What pinUvAuthParam is made over. @see CTAP 2.3 §6.11 */
export function configMessage(request: Pick<ConfigRequest, "subCommand" | "subCommandParams">): Uint8Array {
  return concat(
    MESSAGE_PREFIX,
    Uint8Array.of(request.subCommand),
    request.subCommandParams?.cbor ?? new Uint8Array(0),
  );
}

/** Command byte and canonical CBOR. There is no response body. */
export function encodeConfigRequest(request: ConfigRequest): Uint8Array {
  return encodeRequest(CtapCommand.authenticatorConfig, REQUEST, request);
}

/** The authenticator's reading of the parameters, without the command byte. @throws {MessageError} with the status to answer. */
export function parseConfigRequest(parameters: Uint8Array): ConfigRequest {
  return parseParameters(REQUEST, parameters);
}
