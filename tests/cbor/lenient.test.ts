import { describe, expect, test } from "vitest";
import { concat, fromHex } from "../../src/core/bytes.js";
import { describeCbor } from "../../src/cbor/describe.js";
import { decodeLenient } from "../../src/cbor/lenient.js";
import { CBOR_ITEMS_MAX } from "../../src/cbor/limits.js";
import type { CborFault, CborKey, CborValue } from "../../src/cbor/value.js";

const map = (...entries: readonly (readonly [CborKey, CborValue])[]) => new Map(entries);

type Findings = readonly (readonly [fault: CborFault, offset: number])[];

const READABLE: readonly (readonly [what: string, encoded: string, value: CborValue, findings: Findings])[] =
  [
    ["of duplicate keys, the last", "a2616101616102", map(["a", 2]), [["DUPLICATE_KEY", 4]]],
    [
      "of duplicate byte keys, the last",
      "a2410701410702",
      map([Uint8Array.of(7), 2]),
      [["DUPLICATE_KEY", 4]],
    ],
    [
      "a key that is duplicate and out of order, once for each rule",
      "a3616101616201616102",
      map(["a", 2], ["b", 1]),
      [
        ["DUPLICATE_KEY", 7],
        ["KEYS_OUT_OF_ORDER", 7],
      ],
    ],
    [
      "a long and a short form of one key",
      "a20100180101",
      map([1, 1]),
      [
        ["NOT_SHORTEST", 3],
        ["DUPLICATE_KEY", 3],
      ],
    ],
    [
      "every descent in a map, not only the first",
      "a40300020001000400",
      map([3, 0], [2, 0], [1, 0], [4, 0]),
      [
        ["KEYS_OUT_OF_ORDER", 3],
        ["KEYS_OUT_OF_ORDER", 5],
      ],
    ],
    [
      "faults in different places, in order of offset",
      "a3020018171800c10161ff00",
      map([2, 0], [23, 0], [1, "\ufffd"]),
      [
        ["NOT_SHORTEST", 3],
        ["NOT_SHORTEST", 5],
        ["UNSUPPORTED_TYPE", 7],
        ["KEYS_OUT_OF_ORDER", 7],
        ["BAD_UTF8", 9],
        ["TRAILING_BYTES", 11],
      ],
    ],
    ["a long integer that is small, as a number", "1b0000000000000005", 5, [["NOT_SHORTEST", 0]]],
    ["a tag cbor-x would turn into a date", "c11a514b67b0", 1_363_896_240, [["UNSUPPORTED_TYPE", 0]]],
    [
      "a tag cbor-x would turn into a reference",
      "82d81c80d81d00",
      [[], 0],
      [
        ["UNSUPPORTED_TYPE", 1],
        ["UNSUPPORTED_TYPE", 4],
      ],
    ],
    ["null in a map as absent", "a201f60202", map([2, 2]), [["UNSUPPORTED_TYPE", 2]]],
    ["undefined in an array as absent", "8201f7", [1], [["UNSUPPORTED_TYPE", 2]]],
    ["an unknown simple value as absent", "8201f8ff", [1], [["UNSUPPORTED_TYPE", 2]]],
    ["an entry with an array for a key as absent", "a201018002", map([1, 1]), [["UNSUPPORTED_KEY", 3]]],
    ["a float as a number", "f93e00", 1.5, [["UNSUPPORTED_TYPE", 0]]],
    ["nesting beyond four levels", "818181818100", [[[[[0]]]]], [["TOO_DEEP", 4]]],
    [
      "each container beyond four levels",
      "81818181818180",
      [[[[[[[]]]]]]],
      [
        ["TOO_DEEP", 4],
        ["TOO_DEEP", 5],
        ["TOO_DEEP", 6],
      ],
    ],
    [
      "bytes in chunks, none and two",
      "827fff5f41014102ff",
      ["", Uint8Array.of(1, 2)],
      [
        ["INDEFINITE_LENGTH", 1],
        ["INDEFINITE_LENGTH", 3],
      ],
    ],
  ];

const UNREADABLE: readonly (readonly [what: string, encoded: string, fault: CborFault, offset: number])[] = [
  ["nothing", "", "TRUNCATED", 0],
  ["a string cut short", "8244ff", "TRUNCATED", 1],
  ["a count beyond the bytes", "9b0000000100000000", "TRUNCATED", 0],
  ["an indefinite array without its break", "9f01", "TRUNCATED", 2],
  ["a reserved head", "82001c", "RESERVED_HEAD", 2],
  ["an indefinite integer", "1f", "RESERVED_HEAD", 0],
  ["a break with nothing to end", "81ff", "RESERVED_HEAD", 1],
  ["a break between key and value", "bf01ff", "RESERVED_HEAD", 2],
  ["a chunk of the other kind of string", "5f6161ff", "INDEFINITE_LENGTH", 1],
  ["a chunk in chunks", "5f5f4101ffff", "INDEFINITE_LENGTH", 1],
  ["a lone null", "f6", "UNSUPPORTED_TYPE", 0],
];

describe("decodeLenient reads", () => {
  test.each(READABLE)("%s", (_what, encoded, value, findings) => {
    expect(decodeLenient(fromHex(encoded))).toStrictEqual({
      value,
      faults: findings.map(([fault, offset]) => ({ fault, offset })),
    });
  });

  /** cbor-x drops the mark from long text, but only where its native part is missing. */
  test.each(["\ufeff", "\ufffe", "\ufffe\ufeff", "\ufeff\ufeff"])(
    "a long text that begins with the mark %j",
    (mark) => {
      const text = mark + "x".repeat(80);
      const content = new TextEncoder().encode(text);
      const encoded = concat(Uint8Array.of(0x79, 0, content.length), content);
      expect(decodeLenient(encoded)).toStrictEqual({
        value: text,
        faults: [{ fault: "NOT_SHORTEST", offset: 0 }],
      });
    },
  );

  /** The number of replacement characters is that of the WHATWG encoding standard. */
  test.each([
    ["61ff", "\ufffd"],
    ["63eda080", "\ufffd\ufffd\ufffd"],
    ["62c328", "\ufffd("],
    ["64f0908541", "\ufffdA"],
  ])("wrong UTF-8 %s with replacement characters", (encoded, value) => {
    expect(decodeLenient(fromHex(encoded))).toStrictEqual({
      value,
      faults: [{ fault: "BAD_UTF8", offset: 0 }],
    });
  });
});

describe("decodeLenient cannot read", () => {
  test.each(UNREADABLE)("%s", (_what, encoded, fault, offset) => {
    expect(() => decodeLenient(fromHex(encoded))).toThrow(
      expect.objectContaining({ name: "CborError", fault, offset }),
    );
  });

  test.each([
    ["arrays", "81"],
    ["maps", "a100"],
    ["tags", "c1"],
    ["indefinite arrays", "9f"],
  ])("%s nested 20 000 deep, and says so before the stack ends", (_what, head) => {
    const bytes = concat(fromHex(head.repeat(20_000)), Uint8Array.of(0));
    expect(() => decodeLenient(bytes)).toThrow(expect.objectContaining({ fault: "TOO_DEEP" }));
  });
});

/** Bytes that repeat one byte between a head and a break. */
function repeated(head: number, byte: number, count: number): Uint8Array {
  return concat(Uint8Array.of(head), new Uint8Array(count).fill(byte), Uint8Array.of(0xff));
}

describe("more items than a call can have arguments", () => {
  const COUNT = CBOR_ITEMS_MAX - 2;

  test.each<[string, number, number]>([
    ["map keys and values", 0xbf, 0x00],
    ["chunks of a byte string", 0x5f, 0x40],
  ])("%s are read and described", (_, head, byte) => {
    const bytes = repeated(head, byte, COUNT);
    expect(decodeLenient(bytes).faults[0]).toEqual({ fault: "INDEFINITE_LENGTH", offset: 0 });
    expect(describeCbor(bytes)).not.toContain("broken");
  });

  test.each<[string, number, number]>([
    ["array elements", 0x9f, 0x00],
    ["map keys and values", 0xbf, 0x00],
    ["chunks of a byte string", 0x5f, 0x40],
    ["chunks of a text", 0x7f, 0x60],
  ])("1 MiB of %s is refused as too large", (_, head, byte) => {
    const bytes = repeated(head, byte, 2 ** 20 - 2);
    expect(() => decodeLenient(bytes)).toThrow(
      expect.objectContaining({
        code: "CBOR_TOO_LARGE",
        message: expect.stringContaining("more than 131072 items") as string,
      }),
    );
  });
});
