import { decodeLenient } from "../cbor/lenient.js";
import type { CborMap, CborValue } from "../cbor/value.js";
import { toHex } from "../core/bytes.js";
import { CtapCommand, nameOfCommand } from "../ctap/command.js";
import { CtapStatus, nameOfStatus, type CtapStatusName } from "../ctap/status.js";
import { nameOfHidError } from "../transports/hid/hid-error.js";
import { CheckFailure, demand } from "./verdict.js";

/** A keepalive, in milliseconds since the request was sent. */
export interface SeenKeepalive {
  readonly status: number;
  readonly atMs: number;
}

/** How one CTAP2 request was answered. */
export interface Answer {
  readonly request: Uint8Array;
  /** Status byte and body; absent when none came. */
  readonly bytes?: Uint8Array | undefined;
  /** Code of a CTAPHID_ERROR that came instead. */
  readonly hidError?: number | undefined;
  readonly keepalives: readonly SeenKeepalive[];
  readonly tookMs: number;
  /** The device asked for the user although the check lets nobody touch it; the request was then cancelled. */
  readonly cancelledTouch: boolean;
}

/** The status byte; `undefined` when no CTAP2 answer came. */
export function statusOf({ bytes }: Answer): number | undefined {
  return bytes?.[0];
}

export function isOk(answer: Answer): boolean {
  return statusOf(answer) === CtapStatus.OK;
}

export function bodyOf({ bytes }: Answer): Uint8Array {
  return bytes?.subarray(1) ?? new Uint8Array(0);
}

/** Says in words how a request was answered. */
export function describeAnswer(answer: Answer): string {
  const { hidError, cancelledTouch } = answer;
  const status = statusOf(answer);
  if (cancelledTouch) return "a request for the user's touch";
  if (hidError !== undefined) return `CTAPHID_ERROR ${nameOfHidError(hidError)}`;
  if (status !== undefined) return nameOfStatus(status);
  return answer.bytes === undefined ? "no answer" : "an answer without a status byte";
}

/** Commands whose messages may hold secrets: encrypted PINs and tokens, keys of large blobs, names of accounts. */
const WITHHELD: readonly number[] = [
  CtapCommand.clientPin,
  CtapCommand.credentialManagement,
  CtapCommand.credentialManagementPreview,
  CtapCommand.largeBlobs,
];

/** Members of answers that hold the key of a large blob. */
const LARGE_BLOB_KEY: ReadonlyMap<number, number> = new Map([
  [CtapCommand.makeCredential, 5],
  [CtapCommand.getAssertion, 7],
  [CtapCommand.getNextAssertion, 7],
]);

/** Bytes as a report shows them: in hex, or their number where they may hold secrets. */
export function disclose(command: number, bytes: Uint8Array, kind: "request" | "answer"): string {
  const hidden = WITHHELD.includes(command) || (kind === "answer" && holdsKey(command, bytes));
  if (!hidden) return toHex(bytes);
  return `${toHex(bytes.subarray(0, 1))} and ${Math.max(0, bytes.length - 1)} bytes that are not shown`;
}

function holdsKey(command: number, bytes: Uint8Array): boolean {
  const key = LARGE_BLOB_KEY.get(command);
  if (key === undefined || bytes.length < 2) return false;
  try {
    const { value } = decodeLenient(bytes.subarray(1));
    return value instanceof Map && value.has(key);
  } catch {
    return true;
  }
}

/** Builds the failure of a check that judges one answer. */
export function wrongAnswer(answer: Answer, expected: string, seen = describeAnswer(answer)): CheckFailure {
  const command = answer.request[0] ?? 0;
  return new CheckFailure({
    expected: `${expected} to ${nameOfCommand(command)}`,
    seen,
    request: disclose(command, answer.request, "request"),
    ...(answer.bytes && { answer: disclose(command, answer.bytes, "answer") }),
  });
}

/** @throws {CheckFailure} unless the answer has one of the statuses. */
export function expectStatus(answer: Answer, ...names: readonly CtapStatusName[]): void {
  const status = statusOf(answer);
  const allowed = names.some((name) => CtapStatus[name] === status) && !answer.cancelledTouch;
  if (!allowed) throw wrongAnswer(answer, names.join(" or "));
}

/** @throws {CheckFailure} for OK, for silence and for a request for the user. */
export function expectRefusal(answer: Answer): void {
  const status = statusOf(answer);
  if (answer.cancelledTouch || status === undefined || status === CtapStatus.OK) {
    throw wrongAnswer(answer, "a refusal");
  }
}

/** @returns the body's map, empty for no body. @throws {CheckFailure} unless the status is OK and the body a map. */
export function expectMap(answer: Answer): CborMap {
  expectStatus(answer, "OK");
  const body = bodyOf(answer);
  if (body.length === 0) return new Map();
  const value = readLenient(body);
  if (value instanceof Map) return value as CborMap;
  throw wrongAnswer(answer, "a CBOR map", "a body that is none");
}

/** The value of CBOR that may break the encoding's rules; `undefined` for what cannot be read at all. */
export function readLenient(bytes: Uint8Array): CborValue | undefined {
  try {
    return decodeLenient(bytes).value;
  } catch {
    return undefined;
  }
}

/** @throws {CheckFailure} unless the member is bytes. */
export function bytesIn(map: CborMap, key: number, name: string): Uint8Array {
  const value = map.get(key);
  demand(value instanceof Uint8Array, `${name} as bytes`, value === undefined ? "none" : "another type");
  return value;
}
