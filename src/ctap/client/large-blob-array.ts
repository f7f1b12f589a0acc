import { decodeLenient } from "../../cbor/lenient.js";
import { scanCbor } from "../../cbor/scan.js";
import { CborError } from "../../cbor/value.js";
import { concat, equalBytes } from "../../core/bytes.js";
import type { CryptoProvider } from "../../core/crypto-provider.js";
import { readLargeBlobEntry, type LargeBlobEntry } from "./large-blob-entry.js";
import { MessageError } from "../messages/message-error.js";

/** Bytes of the hash that ends a serialized array. @see CTAP 2.3 §6.10 */
export const LARGE_BLOB_HASH_BYTES = 16;

/** An empty array with its hash: the least there can be. */
export const LARGE_BLOB_ARRAY_BYTES_MIN = 1 + LARGE_BLOB_HASH_BYTES;

/** Heads of CBOR arrays: the count in the head itself, in one byte more, in two. */
const ARRAY_HEAD = 0x80;
const ONE_BYTE_FOLLOWS = 24;
const TWO_BYTES_FOLLOW = 25;

/** One element of the array; only the owner of the credential can decrypt its content. */
export interface LargeBlobElement {
  /** Written back as it was found, whatever it is. */
  readonly raw: Uint8Array;
  /** `undefined` for what is no entry of the kind this library knows. */
  readonly entry: LargeBlobEntry | undefined;
}

/** The serialized large-blob array: the CBOR array, then the start of its hash. */
export function encodeLargeBlobArray(
  crypto: CryptoProvider,
  elements: readonly Pick<LargeBlobElement, "raw">[],
): Uint8Array {
  const array = concat(arrayHead(elements.length), ...elements.map(({ raw }) => raw));
  return concat(array, hashOf(crypto, array));
}

/** Whether the hash at the end is that of what precedes it. */
export function isIntact(crypto: CryptoProvider, serialized: Uint8Array): boolean {
  if (serialized.length < LARGE_BLOB_ARRAY_BYTES_MIN) return false;
  const array = serialized.subarray(0, -LARGE_BLOB_HASH_BYTES);
  return equalBytes(hashOf(crypto, array), serialized.subarray(-LARGE_BLOB_HASH_BYTES));
}

/**
 * The elements of a serialized array. One that fails its own hash counts as empty, as the specification has it.
 *
 * Elements are kept as they stand in the bytes, so that what other programs wrote survives a rewrite even when this
 * client cannot decrypt an element.
 *
 * @throws {MessageError} `MESSAGE_MALFORMED` when the hash is right and there is no array of known length: rewriting
 *   such bytes would destroy data of another client.
 */
export function decodeLargeBlobArray(
  crypto: CryptoProvider,
  serialized: Uint8Array,
): readonly LargeBlobElement[] {
  if (!isIntact(crypto, serialized)) return [];
  const array = serialized.subarray(0, -LARGE_BLOB_HASH_BYTES);
  const { items, end, broken } = scanCbor(array);
  const [head, ...inner] = items;
  if (broken || head?.kind !== "array" || head.argument === undefined || end !== array.length) {
    throw new MessageError("MESSAGE_MALFORMED", "the large-blob array is no CBOR array of known length");
  }
  const starts = inner.filter(({ level }) => level === 1).map(({ offset }) => offset);
  return starts.map((start, index) => toElement(array.subarray(start, starts[index + 1] ?? end)));
}

export function toElement(raw: Uint8Array): LargeBlobElement {
  try {
    return { raw, entry: readLargeBlobEntry(decodeLenient(raw).value) };
  } catch (error) {
    if (error instanceof CborError) return { raw, entry: undefined };
    throw error;
  }
}

function hashOf(crypto: CryptoProvider, array: Uint8Array): Uint8Array {
  return crypto.sha256(array).subarray(0, LARGE_BLOB_HASH_BYTES);
}

function arrayHead(count: number): Uint8Array {
  if (count < ONE_BYTE_FOLLOWS) return Uint8Array.of(ARRAY_HEAD | count);
  if (count < 0x100) return Uint8Array.of(ARRAY_HEAD | ONE_BYTE_FOLLOWS, count);
  if (count < 0x10000) return Uint8Array.of(ARRAY_HEAD | TWO_BYTES_FOLLOW, count >> 8, count & 0xff);
  throw new RangeError(`${count} large blobs are more than any device holds`);
}
