import { ByteWriter, concat } from "../../core/bytes.js";
import type { CryptoProvider } from "../../core/crypto-provider.js";
import { CtapCommand } from "../command.js";
import { optional, required } from "./fields.js";
import { encodeBody, encodeRequest, parseBody, parseParameters, type AnswerListener } from "./message.js";
import { CtapStatus } from "../status.js";
import { bytes, uint } from "./wire.js";

/** authenticatorLargeBlobs parameters: either `get` or `set`, never both. @see CTAP 2.3 §6.10 */
export interface LargeBlobsRequest {
  /** How many bytes to read. */
  readonly get?: number;
  /** A fragment to write. */
  readonly set?: Uint8Array;
  /** Where in the serialized array, in bytes. */
  readonly offset: number;
  /** Of the whole array, in bytes; with the first fragment only. */
  readonly length?: number;
  readonly pinUvAuthParam?: Uint8Array;
  readonly pinUvAuthProtocol?: number;
}

export interface LargeBlobsResponse {
  /** The fragment that was asked for; absent after a write. */
  readonly config?: Uint8Array;
}

/** What of a message is not fragment. @see CTAP 2.3 §6.10.2 (maxFragmentLength) */
const MESSAGE_OVERHEAD_BYTES = 64;

/** Fields of the authenticated message; see {@link largeBlobWriteMessage}. */
const PREFIX_BYTES = 32;
const PREFIX_BYTE = 0xff;

const REQUEST = {
  offset: required(0x03, uint, { status: CtapStatus.INVALID_PARAMETER }),
  get: optional(0x01, uint),
  set: optional(0x02, bytes),
  length: optional(0x04, uint),
  pinUvAuthParam: optional(0x05, bytes),
  pinUvAuthProtocol: optional(0x06, uint),
};

const RESPONSE = {
  config: optional(0x01, bytes),
};

/** Most bytes one message reads or writes, by the longest message the device takes. */
export function maxFragmentLength(maxMsgSize: number): number {
  return maxMsgSize - MESSAGE_OVERHEAD_BYTES;
}

/**
 * What pinUvAuthParam covers when a fragment is written.
 *
 * @see CTAP 2.3 §6.10.2
 */
export function largeBlobWriteMessage(
  crypto: CryptoProvider,
  { offset, set }: { readonly offset: number; readonly set: Uint8Array },
): Uint8Array {
  const head = new ByteWriter();
  head.bytes(new Uint8Array(PREFIX_BYTES).fill(PREFIX_BYTE));
  head.bytes(Uint8Array.of(CtapCommand.largeBlobs, 0x00));
  head.bytes(littleEndian(offset, 4));
  return concat(head.finish(), crypto.sha256(set));
}

/** Command byte and canonical CBOR. */
export function encodeLargeBlobsRequest(request: LargeBlobsRequest): Uint8Array {
  return encodeRequest(CtapCommand.largeBlobs, REQUEST, request);
}

/** The authenticator's reading of the parameters, without the command byte. @throws {MessageError} with the status to answer. */
export function parseLargeBlobsRequest(parameters: Uint8Array): LargeBlobsRequest {
  return parseParameters(REQUEST, parameters);
}

/** Response body, without the status byte. */
export function encodeLargeBlobsResponse(response: LargeBlobsResponse): Uint8Array {
  return encodeBody(RESPONSE, response);
}

/** @throws {MessageError} when it cannot be read. */
export function parseLargeBlobsResponse(body: Uint8Array, onFault?: AnswerListener): LargeBlobsResponse {
  return parseBody(RESPONSE, body, onFault);
}

/** The one corner of CTAP where integers are written little end first. */
export function littleEndian(value: number, width: 4 | 8): Uint8Array {
  const out = new DataView(new ArrayBuffer(width));
  if (width === 4) out.setUint32(0, value, true);
  else out.setBigUint64(0, BigInt(value), true);
  return new Uint8Array(out.buffer);
}
