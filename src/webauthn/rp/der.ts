import { HarnessError } from "../../core/errors.js";

/** Largest encoding read where nothing else is said; certificates of attestation statements are a tenth of it. */
const DER_BYTES_MAX = 65_536;

/** Base-128 digits a tag number may have; Android's key description needs two. */
const TAG_DIGITS_MAX = 3;

export type DerFault =
  "TRUNCATED" | "LENGTH" | "TAG" | "TRAILING_BYTES" | "TOO_LARGE" | "UNEXPECTED" | "VALUE";

/** Bytes that are not DER, or DER that is not what was looked for. */
export class DerError extends HarnessError<`DER_${DerFault}`> {
  constructor(fault: DerFault, message: string) {
    super(`DER_${fault}`, message);
  }
}

export type DerClass = "universal" | "application" | "context" | "private";

const CLASSES: readonly DerClass[] = ["universal", "application", "context", "private"];

/** One item: its tag, its content, and the whole of it as encoded. Views, nothing is copied. */
export interface DerItem {
  readonly tagClass: DerClass;
  readonly tag: number;
  readonly constructed: boolean;
  readonly content: Uint8Array;
  readonly raw: Uint8Array;
}

/**
 * The one item that `bytes` are.
 *
 * Strict: definite lengths in their shortest form, no trailing bytes. One level at a time, so that depth is
 * the caller's choice and never the sender's.
 *
 * @throws {DerError}
 * @see ITU-T X.690 §8 and §10
 */
export function readDer(bytes: Uint8Array, bytesMax = DER_BYTES_MAX): DerItem {
  if (bytes.length > bytesMax) throw new DerError("TOO_LARGE", `${bytes.length} bytes of DER`);
  const item = itemAt(bytes, 0);
  if (item.raw.length !== bytes.length) {
    throw new DerError("TRAILING_BYTES", `${bytes.length - item.raw.length} bytes after the item`);
  }
  return item;
}

/** The items a constructed item holds, in order. @throws {DerError} */
export function childrenOf(item: DerItem): readonly DerItem[] {
  if (!item.constructed) throw new DerError("UNEXPECTED", `${nameOf(item)} holds no items`);
  return readItems(item.content);
}

/** Items side by side until the bytes end. @throws {DerError} */
export function readItems(bytes: Uint8Array): readonly DerItem[] {
  const items: DerItem[] = [];
  for (let offset = 0; offset < bytes.length;) {
    const item = itemAt(bytes, offset);
    items.push(item);
    offset += item.raw.length;
  }
  return items;
}

/** For messages: `universal 16`, `context 3`. */
export function nameOf(item: Pick<DerItem, "tagClass" | "tag">): string {
  return `${item.tagClass} ${item.tag}`;
}

function itemAt(bytes: Uint8Array, start: number): DerItem {
  const first = byteAt(bytes, start);
  const { tag, next } = tagAt(bytes, start);
  const { length, contentStart } = lengthAt(bytes, next);
  const end = contentStart + length;
  if (end > bytes.length) throw new DerError("TRUNCATED", `item at ${start} wants ${length} bytes`);
  return {
    tagClass: CLASSES[first >> 6] as DerClass,
    tag,
    constructed: (first & 0x20) !== 0,
    content: bytes.subarray(contentStart, end),
    raw: bytes.subarray(start, end),
  };
}

function tagAt(bytes: Uint8Array, start: number): { tag: number; next: number } {
  const low = byteAt(bytes, start) & 0x1f;
  if (low !== 0x1f) return { tag: low, next: start + 1 };
  let tag = 0;
  for (let digit = 1; digit <= TAG_DIGITS_MAX; digit++) {
    const byte = byteAt(bytes, start + digit);
    if (digit === 1 && byte === 0x80) break;
    tag = tag * 128 + (byte & 0x7f);
    if (byte & 0x80) continue;
    if (tag < 0x1f) break;
    return { tag, next: start + digit + 1 };
  }
  throw new DerError("TAG", `tag at ${start} is not in its shortest form or too large`);
}

function lengthAt(bytes: Uint8Array, start: number): { length: number; contentStart: number } {
  const first = byteAt(bytes, start);
  if (first < 0x80) return { length: first, contentStart: start + 1 };
  const width = first & 0x7f;
  if (width === 0 || width > 3) throw new DerError("LENGTH", `length at ${start} is indefinite or too long`);
  let length = 0;
  for (let i = 1; i <= width; i++) length = length * 256 + byteAt(bytes, start + i);
  const shortest = length < 0x80 ? 0 : length < 0x100 ? 1 : length < 0x1_0000 ? 2 : 3;
  if (width !== shortest) throw new DerError("LENGTH", `length at ${start} is not in its shortest form`);
  return { length, contentStart: start + 1 + width };
}

function byteAt(bytes: Uint8Array, offset: number): number {
  const byte = bytes[offset];
  if (byte === undefined) throw new DerError("TRUNCATED", `nothing at offset ${offset}`);
  return byte;
}
