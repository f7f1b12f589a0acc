import { ByteReader, concat, OutOfBytesError, utf8 } from "../../core/bytes.js";
import { MessageError } from "../messages/message-error.js";

/** Second byte of the APDU. @see FIDO U2F Raw Message Formats §3 */
export const U2fInstruction = { register: 0x01, authenticate: 0x02, version: 0x03 } as const;

const NAMES = new Map<number, keyof typeof U2fInstruction>(
  (Object.entries(U2fInstruction) as [keyof typeof U2fInstruction, number][]).map(([name, ins]) => [
    ins,
    name,
  ]),
);

/** Symbol for a known instruction, `0x..` for the rest. Never throws. */
export function nameOfU2fInstruction(ins: number): keyof typeof U2fInstruction | `0x${string}` {
  return NAMES.get(ins) ?? `0x${ins.toString(16).padStart(2, "0")}`;
}

/** P1 of authenticate. @see FIDO U2F Raw Message Formats §5.1 */
export const U2fControl = {
  /** Sign once the user touched the key. */
  enforcePresence: 0x03,
  /** Sign nothing: only say whether the key handle is of this key. */
  checkOnly: 0x07,
  /** Sign, touch or no touch. */
  dontEnforcePresence: 0x08,
} as const;

/** What the version instruction answers. */
export const U2F_VERSION = utf8("U2F_V2");

/** One byte says how long it is. */
export const KEY_HANDLE_BYTES_MAX = 255;

/** Opens every registration. */
const REGISTRATION_RESERVED = 0x05;
const HASH_BYTES = 32;
const POINT_BYTES = 65;

/** Bit 0 of the presence byte. */
const PRESENT = 0x01;

/**
 * Application parameter of no site: what a client asks a key to register when all it wants is a touch.
 *
 * Fixed, so that a ledger of a key's registrations can distinguish it from a site's application. Source: Chromium,
 * device/fido/fido_constants.cc.
 */
export const BOGUS_APPLICATION: Uint8Array = new Uint8Array(HASH_BYTES).fill(0x41);
export const BOGUS_CHALLENGE: Uint8Array = new Uint8Array(HASH_BYTES).fill(0x42);

export interface U2fRegistrationRequest {
  /** 32 bytes; CTAP2's clientDataHash. */
  readonly challenge: Uint8Array;
  /** SHA-256 of the app id or rp id. */
  readonly application: Uint8Array;
}

export interface U2fRegistration {
  /** 65 bytes, uncompressed P-256 point. */
  readonly publicKey: Uint8Array;
  readonly keyHandle: Uint8Array;
  /** DER. */
  readonly certificate: Uint8Array;
  /** DER, by the certificate's key over {@link u2fRegistrationMessage}. */
  readonly signature: Uint8Array;
}

export interface U2fAuthenticationRequest extends U2fRegistrationRequest {
  readonly keyHandle: Uint8Array;
}

export interface U2fAuthentication {
  /** Bit 0: the user touched the key. */
  readonly presence: number;
  readonly counter: number;
  /** DER, by the credential's key over {@link u2fAuthenticationMessage}. */
  readonly signature: Uint8Array;
}

export function encodeU2fRegistrationRequest({ challenge, application }: U2fRegistrationRequest): Uint8Array {
  return concat(challenge, application);
}

/** @throws {MessageError} `MESSAGE_MALFORMED` for any other length than 64 bytes. */
export function parseU2fRegistrationRequest(data: Uint8Array): U2fRegistrationRequest {
  return reading("register request", data, (reader) => ({
    challenge: reader.take(HASH_BYTES),
    application: reader.take(HASH_BYTES),
  }));
}

export function encodeU2fRegistration(registration: U2fRegistration): Uint8Array {
  const { publicKey, keyHandle, certificate, signature } = registration;
  return concat(
    Uint8Array.of(REGISTRATION_RESERVED),
    publicKey,
    Uint8Array.of(keyHandle.length),
    keyHandle,
    certificate,
    signature,
  );
}

/** @throws {MessageError} `MESSAGE_MALFORMED` */
export function parseU2fRegistration(data: Uint8Array): U2fRegistration {
  return reading("register answer", data, (reader) => {
    if (reader.uint(1) !== REGISTRATION_RESERVED)
      throw malformed("register answer", "it does not begin with 05");
    const publicKey = reader.take(POINT_BYTES);
    const keyHandle = reader.take(reader.uint(1));
    const certificate = takeDerSequence(reader);
    return { publicKey, keyHandle, certificate, signature: takeDerSequence(reader) };
  });
}

/** @throws {RangeError} for a key handle of more than 255 bytes. */
export function encodeU2fAuthenticationRequest(request: U2fAuthenticationRequest): Uint8Array {
  const { challenge, application, keyHandle } = request;
  if (keyHandle.length > KEY_HANDLE_BYTES_MAX) {
    throw new RangeError(`a key handle has at most ${KEY_HANDLE_BYTES_MAX} bytes, not ${keyHandle.length}`);
  }
  return concat(challenge, application, Uint8Array.of(keyHandle.length), keyHandle);
}

/** @throws {MessageError} `MESSAGE_MALFORMED` unless the lengths add up. */
export function parseU2fAuthenticationRequest(data: Uint8Array): U2fAuthenticationRequest {
  return reading("authenticate request", data, (reader) => ({
    challenge: reader.take(HASH_BYTES),
    application: reader.take(HASH_BYTES),
    keyHandle: reader.take(reader.uint(1)),
  }));
}

export function encodeU2fAuthentication({ presence, counter, signature }: U2fAuthentication): Uint8Array {
  return concat(presenceAndCounter({ presence, counter }), signature);
}

/** @throws {MessageError} `MESSAGE_MALFORMED` */
export function parseU2fAuthentication(data: Uint8Array): U2fAuthentication {
  return reading("authenticate answer", data, (reader) => ({
    presence: reader.uint(1),
    counter: reader.uint(4),
    signature: takeDerSequence(reader),
  }));
}

/** What a registration is signed over. @see FIDO U2F Raw Message Formats §4.3 */
export function u2fRegistrationMessage(
  { challenge, application }: U2fRegistrationRequest,
  { keyHandle, publicKey }: Pick<U2fRegistration, "keyHandle" | "publicKey">,
): Uint8Array {
  return concat(Uint8Array.of(0), application, challenge, keyHandle, publicKey);
}

/**
 * What an authentication is signed over: to a site of today, authenticator data and client data hash.
 *
 * @see FIDO U2F Raw Message Formats §5.4
 */
export function u2fAuthenticationMessage(
  { challenge, application }: U2fRegistrationRequest,
  said: Pick<U2fAuthentication, "presence" | "counter">,
): Uint8Array {
  return concat(application, presenceAndCounter(said), challenge);
}

export function isU2fPresent({ presence }: Pick<U2fAuthentication, "presence">): boolean {
  return (presence & PRESENT) !== 0;
}

function presenceAndCounter({
  presence,
  counter,
}: Pick<U2fAuthentication, "presence" | "counter">): Uint8Array {
  return Uint8Array.of(presence, counter >>> 24, counter >>> 16, counter >>> 8, counter);
}

/** Reads to the last byte, and not beyond. */
function reading<T>(what: string, data: Uint8Array, read: (reader: ByteReader) => T): T {
  const reader = new ByteReader(data);
  try {
    const value = read(reader);
    if (reader.left > 0) throw malformed(what, `${reader.left} bytes too many`);
    return value;
  } catch (error) {
    if (!(error instanceof OutOfBytesError)) throw error;
    throw malformed(what, error.message, error);
  }
}

/** Certificate and signature follow each other without a length of their own: DER brings it along. */
function takeDerSequence(reader: ByteReader): Uint8Array {
  const head = reader.take(2);
  if (head[0] !== 0x30) throw malformed("answer", "no DER sequence where one is due");
  const short = head[1] as number;
  if (short < 0x80) return concat(head, reader.take(short));
  const width = short & 0x7f;
  if (width !== 1 && width !== 2) throw malformed("answer", "a DER length of unlikely size");
  const length = reader.take(width);
  return concat(head, length, reader.take(new ByteReader(length).uint(width)));
}

function malformed(what: string, problem: string, cause?: unknown): MessageError {
  return new MessageError("MESSAGE_MALFORMED", `U2F ${what}: ${problem}`, { cause });
}
