import { childrenOf, DerError, nameOf, readDer, type DerItem } from "./der.js";

/** Universal tags this library reads. @see ITU-T X.680 §8.6 */
export const DerTag = {
  BOOLEAN: 1,
  INTEGER: 2,
  BIT_STRING: 3,
  OCTET_STRING: 4,
  NULL: 5,
  OID: 6,
  ENUMERATED: 10,
  SEQUENCE: 16,
  SET: 17,
  UTC_TIME: 23,
  GENERALIZED_TIME: 24,
} as const;

/** Longest object identifier read, in bytes. */
const OID_BYTES_MAX = 64;

export function isUniversal(item: DerItem, tag: number): boolean {
  return item.tagClass === "universal" && item.tag === tag;
}

export function isContext(item: DerItem, tag: number): boolean {
  return item.tagClass === "context" && item.tag === tag;
}

/** Members of a SEQUENCE or SET. @throws {DerError} `DER_UNEXPECTED` for another item. */
export function membersOf(item: DerItem | undefined, tag: number = DerTag.SEQUENCE): readonly DerItem[] {
  return childrenOf(expect(item, tag));
}

/** The one item inside an EXPLICIT tag. @throws {DerError} */
export function insideOf(item: DerItem): DerItem {
  if (!item.constructed) throw new DerError("UNEXPECTED", `${nameOf(item)} wraps no item`);
  return readDer(item.content);
}

export function octetsOf(item: DerItem | undefined): Uint8Array {
  return expect(item, DerTag.OCTET_STRING).content;
}

/**
 * The bytes of a BIT STRING, whatever it says of unused bits: a series of U2F keys has certificates whose
 * signatures claim some.
 *
 * @throws {DerError}
 */
export function bitsOf(item: DerItem | undefined): Uint8Array {
  const { content } = expect(item, DerTag.BIT_STRING);
  if (content.length === 0) throw new DerError("VALUE", "bit string without its count of unused bits");
  return content.subarray(1);
}

/** INTEGER or ENUMERATED of at most 6 bytes, two's complement. @throws {DerError} */
export function numberOf(item: DerItem | undefined, tag: number = DerTag.INTEGER): number {
  const { content } = expect(item, tag);
  const first = content[0];
  if (first === undefined || content.length > 6) throw new DerError("VALUE", "integer is empty or too large");
  const second = content[1];
  if (second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))) {
    throw new DerError("VALUE", "integer is not in its shortest form");
  }
  const unsigned = content.reduce((sum, byte) => sum * 256 + byte, 0);
  return first < 0x80 ? unsigned : unsigned - 256 ** content.length;
}

/** Content of an INTEGER of any size, as encoded. @throws {DerError} */
export function integerBytes(item: DerItem | undefined): Uint8Array {
  const { content } = expect(item, DerTag.INTEGER);
  if (content.length === 0) throw new DerError("VALUE", "integer is empty");
  return content;
}

/** A Name: a SEQUENCE, of which nothing more is read here. @throws {DerError} */
export function nameItem(item: DerItem | undefined): DerItem {
  return expect(item, DerTag.SEQUENCE);
}

/** @throws {DerError} for other bytes than 00 and FF. */
export function booleanOf(item: DerItem | undefined): boolean {
  const { content } = expect(item, DerTag.BOOLEAN);
  if (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff)) {
    throw new DerError("VALUE", "boolean is neither 00 nor FF");
  }
  return content[0] === 0xff;
}

/** Dotted decimal form. @throws {DerError} */
export function oidOf(item: DerItem | undefined): string {
  const { content } = expect(item, DerTag.OID);
  const last = content.at(-1);
  if (last === undefined || last >= 0x80 || content.length > OID_BYTES_MAX) {
    throw new DerError("VALUE", "object identifier is empty, unfinished or too long");
  }
  const arcs: number[] = [];
  let arc = 0;
  let fresh = true;
  for (const byte of content) {
    if (fresh && byte === 0x80) throw new DerError("VALUE", "object identifier is not in its shortest form");
    arc = arc * 128 + (byte & 0x7f);
    if (arc > Number.MAX_SAFE_INTEGER) throw new DerError("VALUE", "object identifier's arc is too large");
    fresh = byte < 0x80;
    if (!fresh) continue;
    arcs.push(arc);
    arc = 0;
  }
  const [head = 0, ...rest] = arcs;
  const root = Math.min(Math.floor(head / 40), 2);
  return [root, head - root * 40, ...rest].join(".");
}

/** UTCTime or GeneralizedTime in UTC with seconds, in milliseconds since 1970. @see RFC 5280 §4.1.2.5 */
export function timeOf(item: DerItem | undefined): number {
  if (item === undefined) throw new DerError("UNEXPECTED", "a time is missing");
  const short = isUniversal(item, DerTag.UTC_TIME);
  if (!short && !isUniversal(item, DerTag.GENERALIZED_TIME)) {
    throw new DerError("UNEXPECTED", `${nameOf(item)} is no time`);
  }
  const text = latin1(item.content);
  const match = /^(\d{2}|\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/.exec(text);
  if (match === null || match[1]?.length !== (short ? 2 : 4)) {
    throw new DerError("VALUE", "time is not in the form certificates use");
  }
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  const century = !short ? 0 : year < 50 ? 2000 : 1900;
  const epochMs = Date.UTC(century + year, month - 1, day, hour, minute, second);
  if (new Date(epochMs).getUTCDate() !== day || month > 12 || hour > 23 || minute > 59 || second > 59) {
    throw new DerError("VALUE", "time names no instant");
  }
  return epochMs;
}

/** Text of the string types names are written in; bytes of an unknown one as Latin-1. */
export function textOf(item: DerItem): string {
  const UTF8_STRING = 12;
  const BMP_STRING = 30;
  if (isUniversal(item, UTF8_STRING)) return new TextDecoder().decode(item.content);
  if (isUniversal(item, BMP_STRING)) return utf16be(item.content);
  return latin1(item.content);
}

function expect(item: DerItem | undefined, tag: number): DerItem {
  if (item === undefined) throw new DerError("UNEXPECTED", `universal ${tag} is missing`);
  if (!isUniversal(item, tag))
    throw new DerError("UNEXPECTED", `${nameOf(item)} where universal ${tag} belongs`);
  return item;
}

function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

function utf16be(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i + 1 < bytes.length; i += 2) {
    text += String.fromCharCode(((bytes[i] as number) << 8) | (bytes[i + 1] as number));
  }
  return text;
}
