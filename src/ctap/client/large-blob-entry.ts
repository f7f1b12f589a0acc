import type { CborMap, CborValue } from "../../cbor/value.js";
import { concat, utf8 } from "../../core/bytes.js";
import type { Entropy } from "../../core/entropy.js";
import type { CryptoProvider } from "../../core/crypto-provider.js";
import { deflate, inflate } from "./deflate.js";
import { littleEndian } from "../messages/large-blobs.js";

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

const KEY = { ciphertext: 1, nonce: 2, origSize: 3 } as const;

/** Bytes a blob may unpack to, 1 MiB: hundreds of times what real keys hold. Ours, not CTAP's. */
export const LARGE_BLOB_BYTES_MAX = 2 ** 20;

/** One credential's data among all those a device keeps, legible only with that credential's key. */
export interface LargeBlobEntry {
  /** With its 16-byte tag. */
  readonly ciphertext: Uint8Array;
  readonly nonce: Uint8Array;
  /** Bytes before compression. */
  readonly origSize: number;
}

/**
 * Compresses and encrypts one credential's data.
 *
 * @param key 32 bytes, the credential's largeBlobKey.
 * @throws {RangeError} for more than {@link LARGE_BLOB_BYTES_MAX}, which no client could read back.
 * @see CTAP 2.3 §6.10.3 (large, per-credential blobs)
 */
export function sealLargeBlob(
  { crypto, entropy }: { readonly crypto: CryptoProvider; readonly entropy: Entropy },
  { key, data }: { readonly key: Uint8Array; readonly data: Uint8Array },
): CborMap {
  if (data.length > LARGE_BLOB_BYTES_MAX) {
    throw new RangeError(`a large blob has at most ${LARGE_BLOB_BYTES_MAX} bytes, not ${data.length}`);
  }
  const nonce = entropy.bytes(NONCE_BYTES);
  const ciphertext = crypto.gcmSeal(key, nonce, deflate(data), associatedData(data.length));
  return new Map<number, CborValue>([
    [KEY.ciphertext, ciphertext],
    [KEY.nonce, nonce],
    [KEY.origSize, data.length],
  ]);
}

/**
 * One credential's data, if the entry is that credential's.
 *
 * @returns `undefined` for an entry of another credential, which is an everyday event, and for a damaged one.
 */
export function openLargeBlob(
  crypto: CryptoProvider,
  key: Uint8Array,
  { ciphertext, nonce, origSize }: LargeBlobEntry,
): Uint8Array | undefined {
  if (origSize > LARGE_BLOB_BYTES_MAX) return undefined;
  const compressed = crypto.gcmOpen(key, nonce, ciphertext, associatedData(origSize));
  return compressed && inflate(compressed, origSize);
}

/**
 * Whether an entry is of a credential, by that credential's key alone: also one whose data cannot be unpacked, which some
 * clients compress in another format.
 */
export function isEntryOf(
  crypto: CryptoProvider,
  key: Uint8Array,
  { ciphertext, nonce, origSize }: LargeBlobEntry,
): boolean {
  return crypto.gcmOpen(key, nonce, ciphertext, associatedData(origSize)) !== undefined;
}

/** The fields of an array element; `undefined` when it is something else, which is then left alone. */
export function readLargeBlobEntry(value: CborValue): LargeBlobEntry | undefined {
  if (!(value instanceof Map)) return undefined;
  const map = value as CborMap;
  const ciphertext = map.get(KEY.ciphertext);
  const nonce = map.get(KEY.nonce);
  const origSize = map.get(KEY.origSize);
  if (!(ciphertext instanceof Uint8Array) || ciphertext.length < TAG_BYTES) return undefined;
  if (!(nonce instanceof Uint8Array) || nonce.length !== NONCE_BYTES) return undefined;
  if (typeof origSize !== "number" || origSize < 0) return undefined;
  return { ciphertext, nonce, origSize };
}

function associatedData(origSize: number): Uint8Array {
  return concat(utf8("blob"), littleEndian(origSize, 8));
}
