import { concat } from "../../core/bytes.js";
import type { CtapCommand } from "../command.js";
import { mapWith, optional, required } from "./fields.js";
import { encodeBody, encodeRequest, parseBody, parseParameters, type AnswerListener } from "./message.js";
import { fromSignedMap, signedMap, toSignedMap, type SignedMap } from "./signed-map.js";
import { bool, bytes, listOf, text, uint } from "./wire.js";

/** @see CTAP 2.3 §6.7 */
export const BioEnrollmentSubcommand = {
  enrollBegin: 0x01,
  enrollCaptureNextSample: 0x02,
  cancelCurrentEnrollment: 0x03,
  enumerateEnrollments: 0x04,
  setFriendlyName: 0x05,
  removeEnrollment: 0x06,
  getFingerprintSensorInfo: 0x07,
} as const;

/** The only kind of biometry the command knows. */
export const FINGERPRINT_MODALITY = 0x01;

/** What the sensor thought of a sample. @see CTAP 2.3 §6.7.4 (lastEnrollSampleStatus) */
export const SampleStatus = {
  GOOD: 0x00,
  TOO_HIGH: 0x01,
  TOO_LOW: 0x02,
  TOO_LEFT: 0x03,
  TOO_RIGHT: 0x04,
  TOO_FAST: 0x05,
  TOO_SLOW: 0x06,
  POOR_QUALITY: 0x07,
  TOO_SKEWED: 0x08,
  TOO_SHORT: 0x09,
  /** Does not go together with the samples before. */
  MERGE_FAILURE: 0x0a,
  /** This finger is enrolled already. */
  EXISTS: 0x0b,
  NO_USER_ACTIVITY: 0x0d,
  /** The finger was never lifted. */
  NO_PRESENCE_TRANSITION: 0x0e,
} as const;

export type SampleStatusName = keyof typeof SampleStatus;

const NAMES = new Map<number, SampleStatusName>(
  (Object.entries(SampleStatus) as [SampleStatusName, number][]).map(([name, byte]) => [byte, name]),
);

/** Symbol for a known status, `0x..` for the rest. Never throws. */
export function nameOfSampleStatus(status: number): SampleStatusName | `0x${string}` {
  return NAMES.get(status) ?? `0x${status.toString(16).padStart(2, "0")}`;
}

/** The command of CTAP 2.1, or that of its drafts. */
export type BioEnrollmentCommand = typeof CtapCommand.bioEnrollment | typeof CtapCommand.bioEnrollmentPreview;

export interface BioEnrollmentParameters {
  readonly templateId?: Uint8Array;
  readonly templateFriendlyName?: string;
  /** For one sample. */
  readonly timeoutMilliseconds?: number;
}

export interface BioEnrollmentRequest {
  readonly modality?: number;
  readonly subCommand?: number;
  readonly subCommandParams?: SignedMap;
  readonly pinUvAuthProtocol?: number;
  readonly pinUvAuthParam?: Uint8Array;
  /** Alone in its request. */
  readonly getModality?: boolean;
}

export interface TemplateInfo {
  readonly templateId: Uint8Array;
  readonly friendlyName?: string;
}

export interface BioEnrollmentResponse {
  readonly modality?: number;
  /** 1 to be touched, 2 to be swiped over. */
  readonly fingerprintKind?: number;
  readonly maxCaptureSamplesRequiredForEnroll?: number;
  readonly templateId?: Uint8Array;
  /** A {@link SampleStatus}. */
  readonly lastEnrollSampleStatus?: number;
  readonly remainingSamples?: number;
  readonly templateInfos?: readonly TemplateInfo[];
  /** Bytes. */
  readonly maxTemplateFriendlyName?: number;
}

const PARAMETERS = {
  templateId: optional(0x01, bytes),
  templateFriendlyName: optional(0x02, text),
  timeoutMilliseconds: optional(0x03, uint),
};

const REQUEST = {
  modality: optional(0x01, uint),
  subCommand: optional(0x02, uint),
  subCommandParams: optional(0x03, signedMap),
  pinUvAuthProtocol: optional(0x04, uint),
  pinUvAuthParam: optional(0x05, bytes),
  getModality: optional(0x06, bool),
};

const TEMPLATE_INFO = mapWith({
  templateId: required(0x01, bytes),
  friendlyName: optional(0x02, text),
});

const RESPONSE = {
  modality: optional(0x01, uint),
  fingerprintKind: optional(0x02, uint),
  maxCaptureSamplesRequiredForEnroll: optional(0x03, uint),
  templateId: optional(0x04, bytes),
  lastEnrollSampleStatus: optional(0x05, uint),
  remainingSamples: optional(0x06, uint),
  templateInfos: optional(0x07, listOf(TEMPLATE_INFO)),
  maxTemplateFriendlyName: optional(0x08, uint),
};

/** What a subcommand takes, with the bytes to sign. */
export function bioEnrollmentParameters(values: BioEnrollmentParameters): SignedMap {
  return toSignedMap(PARAMETERS, values);
}

/** The authenticator's reading of what a subcommand takes. @throws {MessageError} with the status to answer. */
export function readBioEnrollmentParameters(request: BioEnrollmentRequest): BioEnrollmentParameters {
  return fromSignedMap(PARAMETERS, request.subCommandParams);
}

/** What pinUvAuthParam is made over. @see CTAP 2.3 §6.7.4 */
export function bioEnrollmentMessage(
  request: Pick<BioEnrollmentRequest, "subCommand" | "subCommandParams">,
): Uint8Array {
  return concat(
    Uint8Array.of(FINGERPRINT_MODALITY, request.subCommand ?? 0),
    request.subCommandParams?.cbor ?? new Uint8Array(0),
  );
}

/** Command byte and canonical CBOR. */
export function encodeBioEnrollmentRequest(
  request: BioEnrollmentRequest,
  command: BioEnrollmentCommand,
): Uint8Array {
  return encodeRequest(command, REQUEST, request);
}

/** The authenticator's reading of the parameters, without the command byte. @throws {MessageError} with the status to answer. */
export function parseBioEnrollmentRequest(parameters: Uint8Array): BioEnrollmentRequest {
  return parseParameters(REQUEST, parameters);
}

/** Response body, without the status byte. */
export function encodeBioEnrollmentResponse(response: BioEnrollmentResponse): Uint8Array {
  return encodeBody(RESPONSE, response);
}

/** @throws {MessageError} when it cannot be read. */
export function parseBioEnrollmentResponse(
  body: Uint8Array,
  onFault?: AnswerListener,
): BioEnrollmentResponse {
  return parseBody(RESPONSE, body, onFault);
}
