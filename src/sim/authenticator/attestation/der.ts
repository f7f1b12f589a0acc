import { concat, utf8 } from "../../../core/bytes.js";

const TAG = {
  BOOLEAN: 0x01,
  INTEGER: 0x02,
  BIT_STRING: 0x03,
  OCTET_STRING: 0x04,
  OID: 0x06,
  UTF8_STRING: 0x0c,
  PRINTABLE_STRING: 0x13,
  UTC_TIME: 0x17,
  SEQUENCE: 0x30,
  SET: 0x31,
  CONTEXT_PRIMITIVE: 0x80,
  CONTEXT: 0xa0,
} as const;

/** Writes the few ASN.1 types a certificate needs. @see ITU-T X.690 §10 (distinguished encoding rules) */
export const der = {
  sequence: (...parts: readonly Uint8Array[]) => element(TAG.SEQUENCE, concat(...parts)),
  set: (...parts: readonly Uint8Array[]) => element(TAG.SET, concat(...parts)),
  /** EXPLICIT context tag. */
  context: (number: number, part: Uint8Array) => element(TAG.CONTEXT | number, part),
  /** IMPLICIT context tag of a type that holds no others. */
  implicit: (number: number, bytes: Uint8Array) => element(TAG.CONTEXT_PRIMITIVE | number, bytes),
  true: () => element(TAG.BOOLEAN, Uint8Array.of(0xff)),
  /** Unsigned, big endian, any length. */
  integer(magnitude: Uint8Array): Uint8Array {
    const first = magnitude.findIndex((byte) => byte !== 0);
    const bare = first === -1 ? Uint8Array.of(0) : magnitude.subarray(first);
    return element(
      TAG.INTEGER,
      (bare[0] as number) >= 0x80 ? concat(Uint8Array.of(0), bare) : Uint8Array.from(bare),
    );
  },
  /** @param unusedBits at the end of the last byte. */
  bitString: (bytes: Uint8Array, unusedBits = 0) =>
    element(TAG.BIT_STRING, concat(Uint8Array.of(unusedBits), bytes)),
  octetString: (bytes: Uint8Array) => element(TAG.OCTET_STRING, bytes),
  utf8String: (text: string) => element(TAG.UTF8_STRING, utf8(text)),
  printableString: (text: string) => element(TAG.PRINTABLE_STRING, utf8(text)),
  /** `YYMMDDhhmmssZ`, for years 1950 to 2049. */
  utcTime: (text: string) => element(TAG.UTC_TIME, utf8(text)),
  /** Dotted form. */
  oid(dotted: string): Uint8Array {
    const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
    return element(TAG.OID, Uint8Array.from([40 * first + second, ...rest].flatMap(base128)));
  },
};

function element(tag: number, content: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(tag), lengthOf(content.length), content);
}

function lengthOf(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  if (length < 0x100) return Uint8Array.of(0x81, length);
  return Uint8Array.of(0x82, length >> 8, length & 0xff);
}

function base128(arc: number): number[] {
  const groups = [arc & 0x7f];
  for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift(0x80 | (left & 0x7f));
  return groups;
}
