import { decodeCbor, decodeCborPrefix } from "../../cbor/decode.js";
import { encodeCbor } from "../../cbor/encode.js";
import { decodeLenient } from "../../cbor/lenient.js";
import type { CborOptions } from "../../cbor/limits.js";
import { CborError, type CborFault, type CborValue } from "../../cbor/value.js";
import { concat } from "../../core/bytes.js";
import { type Fields, fromFields, toFields, type Values } from "./fields.js";
import { MessageError, type MessageFault } from "./message-error.js";
import { readMap } from "./wire.js";

/** Receives each encoding rule that a device broke, when the message could be decoded all the same. */
export type FaultListener = (fault: CborFault, offset: number) => void;

/**
 * Receives what is wrong with an answer that could be read all the same: an encoding rule it broke, and where; or, with
 * offset 0, the path of a `member` that is not as specified and that the answer is read without.
 */
export type AnswerListener = (fault: CborFault | MessageFault, offset: number, member?: string) => void;

/** The client's reading of a response body, without the status byte. */
export type ResponseParser<T> = (body: Uint8Array, onFault?: AnswerListener) => T;

/** A request: command byte, then canonical CBOR. */
export function encodeRequest<F extends Fields>(
  command: number,
  fields: F,
  values: Values<F>,
  options?: CborOptions,
): Uint8Array {
  return concat(Uint8Array.of(command), encodeCbor(toFields(fields, values), options));
}

/**
 * Parses a request's parameters as an authenticator does: strictly, as the specification requires.
 *
 * @throws {MessageError} with the status to answer.
 */
export function parseParameters<F extends Fields>(
  fields: F,
  parameters: Uint8Array,
  options?: CborOptions,
): Values<F> {
  const value = named("parameters", () => decodeCbor(parameters, options));
  return fromFields(fields, readMap(value, "parameters"));
}

/** A response body, without the status byte. */
export function encodeBody<F extends Fields>(fields: F, values: Values<F>): Uint8Array {
  return encodeCbor(toFields(fields, values));
}

/**
 * The client's reading of a response body: lenient, because real keys send unsorted maps and worse.
 * No body at all reads as an empty map. A member that cannot be read and need not be there is left out.
 *
 * @throws {MessageError} when it cannot be read even so, or lacks what it must have.
 */
export function parseBody<F extends Fields>(
  fields: F,
  body: Uint8Array,
  onFault: AnswerListener = () => {},
): Values<F> {
  if (body.length === 0) return fromFields(fields, new Map());
  const { value, faults } = named("response", () => decodeLenient(body));
  for (const { fault, offset } of faults) onFault(fault, offset);
  return fromFields(fields, readMap(value, "response"), "", (member, fault) => onFault(fault, 0, member));
}

function named<T extends CborValue | { readonly value: CborValue }>(what: string, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof CborError)) throw error;
    throw new MessageError("MESSAGE_MALFORMED", `${what}: ${error.message}`, { cause: error });
  }
}

/**
 * The first value in `bytes` and what follows it: strictly if possible, leniently if not, so that a
 * key which sorts its maps wrongly can still be read. Each rule it broke goes to `onFault`.
 *
 * @throws {CborError} when it cannot be read even so.
 */
export function decodeTolerantPrefix(
  bytes: Uint8Array,
  onFault: FaultListener = () => {},
): { readonly value: CborValue; readonly rest: Uint8Array } {
  try {
    return decodeCborPrefix(bytes);
  } catch (error) {
    if (!(error instanceof CborError)) throw error;
  }
  const { value, faults } = decodeLenient(bytes);
  const trailing = faults.find(({ fault }) => fault === "TRAILING_BYTES");
  for (const { fault, offset } of faults) if (fault !== "TRAILING_BYTES") onFault(fault, offset);
  return { value, rest: bytes.subarray(trailing?.offset ?? bytes.length) };
}
