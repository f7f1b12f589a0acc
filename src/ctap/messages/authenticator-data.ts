import { encodeCbor } from "../../cbor/encode.js";
import { CborError, type CborMap, type CborValue } from "../../cbor/value.js";
import { ByteReader, OutOfBytesError, concat, ByteWriter } from "../../core/bytes.js";
import { HarnessError } from "../../core/errors.js";
import { coseAlgorithmOf, CoseKeyError, fromCoseMap, type CoseKey } from "./cose.js";
import { MessageError } from "./message-error.js";
import { type FaultListener, decodeTolerantPrefix } from "./message.js";
import { anything, readMap, textMapOf, type UnreadableListener } from "./wire.js";

/** @see WebAuthn Level 3 §6.1 (authenticator data) */
export interface AuthenticatorData {
  /** SHA-256 of the rp id, 32 bytes. */
  readonly rpIdHash: Uint8Array;
  readonly userPresent: boolean;
  readonly userVerified: boolean;
  readonly backupEligible: boolean;
  readonly backedUp: boolean;
  readonly signCount: number;
  readonly attested?: AttestedCredential;
  readonly extensions?: ReadonlyMap<string, CborValue>;
  /** The extensions' bytes as received; when writing, they go before `extensions`. */
  readonly extensionsCbor?: Uint8Array;
}

export interface AttestedCredential {
  readonly aaguid: Uint8Array;
  readonly credentialId: Uint8Array;
  readonly publicKey: CoseKey;
  /** The key's bytes as received; what is written, too. */
  readonly publicKeyCose: Uint8Array;
}

/** A credential whose key is of a type, curve or algorithm that this library does not know. */
export interface UnknownKeyCredential extends Omit<AttestedCredential, "publicKey"> {
  readonly publicKey?: undefined;
  /** COSE algorithm that the key states. */
  readonly alg: number;
}

/** Authenticator data as a client passes them on. */
export interface PassedAuthenticatorData extends Omit<AuthenticatorData, "attested"> {
  readonly attested?: AttestedCredential | UnknownKeyCredential;
}

/**
 * Authenticator data that is none.
 *
 * `AUTH_DATA_TRUNCATED` ends inside a field; `AUTH_DATA_TRAILING_BYTES` goes on after the last one a flag
 * announces; `AUTH_DATA_BACKUP_STATE` claims to be backed up but not to be eligible for it;
 * `AUTH_DATA_KEY` and `AUTH_DATA_EXTENSIONS` carry something that is no key, or no map of extensions.
 */
export class AuthenticatorDataError extends HarnessError<
  | "AUTH_DATA_TRUNCATED"
  | "AUTH_DATA_TRAILING_BYTES"
  | "AUTH_DATA_BACKUP_STATE"
  | "AUTH_DATA_KEY"
  | "AUTH_DATA_EXTENSIONS"
> {}

const FLAG = { UP: 0x01, UV: 0x04, BE: 0x08, BS: 0x10, AT: 0x40, ED: 0x80 } as const;

const RP_ID_HASH_BYTES = 32;
const AAGUID_BYTES = 16;

const EXTENSIONS = textMapOf(anything);

/**
 * Splits authenticator data into its fields. Byte strings are views into `bytes`.
 *
 * A key or an extension map that breaks the encoding's rules but can be read is read; `onFault` hears
 * which rule, and where, counted from the start of `bytes`.
 *
 * @param onUnreadable given by clients, who only pass the bytes on: extensions that cannot be read are left out, as is a
 *   key of an unknown kind, and the listener hears of it. Sites give none, and refuse them.
 * @throws {AuthenticatorDataError} with the first thing that is wrong.
 * @see WebAuthn Level 3 §6.1 (authenticator data)
 */
export function parseAuthenticatorData(bytes: Uint8Array, onFault?: FaultListener): AuthenticatorData;
export function parseAuthenticatorData(
  bytes: Uint8Array,
  onFault: FaultListener | undefined,
  onUnreadable: UnreadableListener,
): PassedAuthenticatorData;
export function parseAuthenticatorData(
  bytes: Uint8Array,
  onFault?: FaultListener,
  onUnreadable?: UnreadableListener,
): PassedAuthenticatorData {
  const reader = new ByteReader(bytes);
  const source = { bytes, reader, onFault, onUnreadable };
  try {
    const rpIdHash = reader.take(RP_ID_HASH_BYTES);
    const flags = reader.uint(1);
    const signCount = reader.uint(4);
    if ((flags & FLAG.BS) !== 0 && (flags & FLAG.BE) === 0) {
      throw new AuthenticatorDataError("AUTH_DATA_BACKUP_STATE", "backed up, but not eligible for backup");
    }
    const attested = (flags & FLAG.AT) !== 0 ? readAttested(source) : undefined;
    const extensions = (flags & FLAG.ED) !== 0 ? readExtensions(source) : undefined;
    if (reader.left > 0) {
      throw new AuthenticatorDataError("AUTH_DATA_TRAILING_BYTES", `${reader.left} bytes no flag announces`);
    }
    return {
      rpIdHash,
      userPresent: (flags & FLAG.UP) !== 0,
      userVerified: (flags & FLAG.UV) !== 0,
      backupEligible: (flags & FLAG.BE) !== 0,
      backedUp: (flags & FLAG.BS) !== 0,
      signCount,
      ...(attested && { attested }),
      ...extensions,
    };
  } catch (error) {
    if (!(error instanceof OutOfBytesError)) throw error;
    throw new AuthenticatorDataError("AUTH_DATA_TRUNCATED", `authenticator data: ${error.message}`, {
      cause: error,
    });
  }
}

/**
 * Encodes authenticator data, the inverse of {@link parseAuthenticatorData}. Writes the flags as given, impossible ones
 * included.
 */
export function encodeAuthenticatorData(data: AuthenticatorData): Uint8Array {
  const { attested } = data;
  const extensions = data.extensionsCbor ?? (data.extensions && encodeCbor(data.extensions));
  const out = new ByteWriter();
  out.bytes(data.rpIdHash);
  out.uint(
    (data.userPresent ? FLAG.UP : 0) |
      (data.userVerified ? FLAG.UV : 0) |
      (data.backupEligible ? FLAG.BE : 0) |
      (data.backedUp ? FLAG.BS : 0) |
      (attested ? FLAG.AT : 0) |
      (extensions ? FLAG.ED : 0),
    1,
  );
  out.uint(data.signCount, 4);
  if (attested) {
    out.bytes(attested.aaguid);
    out.uint(attested.credentialId.length, 2);
    out.bytes(concat(attested.credentialId, attested.publicKeyCose));
  }
  if (extensions) out.bytes(extensions);
  return out.finish();
}

/** Where reading stands. */
interface Source {
  readonly bytes: Uint8Array;
  readonly reader: ByteReader;
  readonly onFault: FaultListener | undefined;
  readonly onUnreadable: UnreadableListener | undefined;
}

function readAttested(source: Source): AttestedCredential | UnknownKeyCredential {
  const { reader, onUnreadable } = source;
  const aaguid = reader.take(AAGUID_BYTES);
  const credentialId = reader.take(reader.uint(2));
  try {
    const { value, raw } = readCbor(source);
    return { aaguid, credentialId, publicKeyCose: raw, ...readKey(readMap(value, "key"), onUnreadable) };
  } catch (error) {
    throw renamed("AUTH_DATA_KEY", error);
  }
}

/** A client passes a key of an unknown kind on, and a page gets no copy of it. @see WebAuthn Level 3 §5.2.1.1 */
function readKey(
  map: CborMap,
  onUnreadable: UnreadableListener | undefined,
): Pick<AttestedCredential, "publicKey"> | Pick<UnknownKeyCredential, "alg"> {
  try {
    return { publicKey: fromCoseMap(map) };
  } catch (error) {
    const isUnknown = error instanceof CoseKeyError && error.code === "COSE_UNSUPPORTED";
    if (onUnreadable === undefined || !isUnknown) throw error;
    onUnreadable("publicKey", "MESSAGE_INVALID_VALUE");
    return { alg: coseAlgorithmOf(map) };
  }
}

function readExtensions(source: Source): Pick<AuthenticatorData, "extensions" | "extensionsCbor"> {
  const { reader, onUnreadable } = source;
  const start = reader.offset;
  try {
    const { value, raw } = readCbor(source);
    return { extensions: EXTENSIONS.read(value, "extensions", onUnreadable), extensionsCbor: raw };
  } catch (error) {
    const isUnreadable = error instanceof CborError || error instanceof MessageError;
    if (onUnreadable === undefined || !isUnreadable) throw renamed("AUTH_DATA_EXTENSIONS", error);
    onUnreadable("extensions", error instanceof MessageError ? error.code : "MESSAGE_MALFORMED");
    // Extensions come last: what follows them is not to be told from them.
    reader.take(reader.left);
    return { extensionsCbor: source.bytes.subarray(start) };
  }
}

/** The next CBOR value and its bytes. @throws {CborError} */
function readCbor({ bytes, reader, onFault }: Source): {
  readonly value: CborValue;
  readonly raw: Uint8Array;
} {
  const start = reader.offset;
  const tail = bytes.subarray(start);
  const { value, rest } = decodeTolerantPrefix(tail, (fault, offset) => onFault?.(fault, start + offset));
  return { value, raw: reader.take(tail.length - rest.length) };
}

function renamed(code: "AUTH_DATA_KEY" | "AUTH_DATA_EXTENSIONS", error: unknown): unknown {
  if (error instanceof CborError && error.fault === "TRUNCATED") {
    return new AuthenticatorDataError("AUTH_DATA_TRUNCATED", error.message, { cause: error });
  }
  if (error instanceof CborError || error instanceof CoseKeyError || error instanceof MessageError) {
    return new AuthenticatorDataError(code, error.message, { cause: error });
  }
  return error;
}
