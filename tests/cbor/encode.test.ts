import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { toHex } from "../../src/core/bytes.js";
import { decodeCbor } from "../../src/cbor/decode.js";
import { encodeCbor } from "../../src/cbor/encode.js";
import { CBOR_BYTES_MAX } from "../../src/cbor/limits.js";
import type { CborFault, CborKey, CborMap, CborValue } from "../../src/cbor/value.js";

const map = (...entries: readonly (readonly [CborKey, CborValue])[]): CborMap => new Map(entries);

/** What TypeScript would refuse and JavaScript lets through. */
const foreign = (value: unknown) => value as CborValue;

const cyclic: CborValue[] = [];
cyclic.push(cyclic);

const REFUSED: readonly (readonly [what: string, value: CborValue, fault: CborFault, offset: number])[] = [
  ["a fraction", 1.5, "UNSUPPORTED_TYPE", 0],
  ["a small fraction", 0.1, "UNSUPPORTED_TYPE", 0],
  ["NaN", NaN, "UNSUPPORTED_TYPE", 0],
  ["infinity", Infinity, "UNSUPPORTED_TYPE", 0],
  ["minus zero", -0, "UNSUPPORTED_TYPE", 0],
  ["a number that has lost digits", 2 ** 53, "TOO_LARGE", 0],
  ["a negative number that has lost digits", -(2 ** 53), "TOO_LARGE", 0],
  ["an integer of 65 bits", 2n ** 64n, "TOO_LARGE", 0],
  ["a negative integer of 65 bits", -(2n ** 64n) - 1n, "TOO_LARGE", 0],
  ["null", foreign(null), "UNSUPPORTED_TYPE", 0],
  ["undefined", foreign(undefined), "UNSUPPORTED_TYPE", 0],
  ["undefined in an array", foreign([1, undefined]), "UNSUPPORTED_TYPE", 2],
  ["a hole in an array", foreign(new Array(1)), "UNSUPPORTED_TYPE", 1],
  ["a plain object", foreign({ a: 1 }), "UNSUPPORTED_TYPE", 0],
  ["a date", foreign(new Date(0)), "UNSUPPORTED_TYPE", 0],
  ["a set", foreign(new Set([1])), "UNSUPPORTED_TYPE", 0],
  ["words instead of bytes", foreign(Uint16Array.of(1)), "UNSUPPORTED_TYPE", 0],
  ["memory instead of bytes", foreign(new ArrayBuffer(1)), "UNSUPPORTED_TYPE", 0],
  ["a function", foreign(() => 1), "UNSUPPORTED_TYPE", 0],
  ["a symbol", foreign(Symbol("x")), "UNSUPPORTED_TYPE", 0],
  ["half a surrogate pair", "a\ud800", "BAD_UTF8", 0],
  ["half a surrogate pair in long text", `${"a".repeat(100)}\udc00`, "BAD_UTF8", 0],
  ["half a surrogate pair in a key", map([1, 1], ["\ud800", 1]), "BAD_UTF8", 3],
  ["an array as a key", foreign(new Map([[[1], 1]])), "UNSUPPORTED_KEY", 1],
  ["a map as a key", foreign(new Map([[map(), 1]])), "UNSUPPORTED_KEY", 1],
  ["null as a key", foreign(new Map([[null, 1]])), "UNSUPPORTED_KEY", 1],
  ["a number and a bigint that are one key", map([1, 1], [1n, 2]), "DUPLICATE_KEY", 3],
  [
    "two byte strings that are one key, with another between",
    map([Uint8Array.of(7), 1], [1, 2], [Uint8Array.of(7), 3]),
    "DUPLICATE_KEY",
    6,
  ],
  ["a fifth level of nesting", [[[[[]]]]], "TOO_DEEP", 4],
  ["an array within itself", cyclic, "TOO_DEEP", 4],
  ["more bytes than the limit", new Uint8Array(CBOR_BYTES_MAX), "TOO_LARGE", 5],
];

describe("encodeCbor refuses", () => {
  test.each(REFUSED)("%s", (_what, value, fault, offset) => {
    expect(() => encodeCbor(value)).toThrow(
      expect.objectContaining({ name: "CborError", code: `CBOR_${fault}`, fault, offset, aftermath: "none" }),
    );
  });
});

describe("encodeCbor", () => {
  test("writes a bigint and a number of the same value alike", () => {
    for (const n of [0, 23, 24, 255, 256, 65_536, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER]) {
      expect(toHex(encodeCbor(BigInt(n)))).toBe(toHex(encodeCbor(n)));
      expect(toHex(encodeCbor(BigInt(-1 - n + 1)))).toBe(toHex(encodeCbor(0 - n || 0)));
    }
  });

  test("sorts integers before text, 0 1 2 before -1 -2, short text before long, then bytewise", () => {
    const shuffled = map(
      ["bb", 0],
      ["a", 0],
      [-2, 0],
      ["aa", 0],
      [256, 0],
      [-1, 0],
      [2, 0],
      ["b", 0],
      [0, 0],
    );
    const decoded = decodeCbor(encodeCbor(shuffled)) as CborMap;
    expect([...decoded.keys()]).toEqual([0, 2, 256, -1, -2, "a", "b", "aa", "bb"]);
  });

  test("sorts maps within maps, each by itself", () => {
    const nested = map([2, map(["b", map([1, 1], [0, 0])], ["a", 1])], [1, 0]);
    expect(toHex(encodeCbor(nested))).toBe("a2010002a26161016162a200000101");
  });

  test("sorts keys whose heads are of every width", () => {
    const long = "k".repeat(300);
    const shuffled = map(
      [long, 1],
      ["k".repeat(30), 2],
      [2n ** 63n, 3],
      [70_000, 4],
      [300, 5],
      [30, 6],
      [true, 7],
      [false, 8],
    );
    const decoded = decodeCbor(encodeCbor(shuffled)) as CborMap;
    expect([...decoded.values()]).toEqual([6, 5, 4, 3, 2, 1, 8, 7]);
  });

  test("gives each caller bytes of its own", () => {
    const first = encodeCbor("first");
    encodeCbor("other");
    expect(toHex(first)).toBe("656669727374");
    expect(first.buffer.byteLength).toBe(first.length);
  });

  test("grows past its scratch buffer in the middle of a message, and forgets nothing", () => {
    const value = [
      1,
      new Uint8Array(20_000).fill(7),
      "x".repeat(50_000),
      map(["b", 1], ["a", new Uint8Array(9000)]),
    ];
    expect(decodeCbor(encodeCbor(value))).toEqual([
      ...value.slice(0, 3),
      map(["a", new Uint8Array(9000)], ["b", 1]),
    ]);
  });

  test("starts afresh after a refusal", () => {
    expect(() => encodeCbor([[[map(["b", 1], ["a", NaN])]]])).toThrow();
    expect(toHex(encodeCbor([[[map([1, 2])]]]))).toBe("818181a10102");
  });

  test("takes bytes and maps made in another realm, as page-like test runners do", () => {
    const value = runInNewContext("new Map([[1, new Uint8Array([1, 2])]])") as CborValue;
    expect(toHex(encodeCbor(value))).toBe("a101420102");
  });

  test("takes a Buffer for the bytes it holds", () => {
    expect(toHex(encodeCbor(Buffer.from("ab")))).toBe("426162");
  });

  test("nests deeper when told to", () => {
    const deep: CborValue = [[[[[0]]]]];
    expect(toHex(encodeCbor(deep, { depthMax: 5 }))).toBe("818181818100");
    expect(decodeCbor(encodeCbor(deep, { depthMax: 5 }), { depthMax: 5 })).toEqual(deep);
  });

  test.each([0, 65, 1.5, NaN, -1])("a depth of %d is a mistake of the programmer", (depthMax) => {
    expect(() => encodeCbor(0, { depthMax })).toThrow(RangeError);
    expect(() => decodeCbor(Uint8Array.of(0), { depthMax })).toThrow(RangeError);
  });
});
