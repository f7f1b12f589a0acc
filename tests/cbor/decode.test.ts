import { describe, expect, test } from "vitest";
import { fromHex, toHex } from "../../src/core/bytes.js";
import { decodeCbor, decodeCborPrefix } from "../../src/cbor/decode.js";
import { encodeCbor } from "../../src/cbor/encode.js";
import { CBOR_BYTES_MAX } from "../../src/cbor/limits.js";
import { CborError, type CborFault, type CborKey, type CborValue } from "../../src/cbor/value.js";

const map = (...entries: readonly (readonly [CborKey, CborValue])[]) => new Map(entries);

/** Source: RFC 8949 Appendix A, the rows CTAP2 allows; the last ones are our own. */
const VALID: readonly (readonly [encoded: string, value: CborValue])[] = [
  ["00", 0],
  ["17", 23],
  ["1818", 24],
  ["18ff", 255],
  ["190100", 256],
  ["19ffff", 65_535],
  ["1a00010000", 65_536],
  ["1affffffff", 4_294_967_295],
  ["1b0000000100000000", 4_294_967_296],
  ["1b000000e8d4a51000", 1_000_000_000_000],
  ["1b001fffffffffffff", Number.MAX_SAFE_INTEGER],
  ["1b0020000000000000", 9_007_199_254_740_992n],
  ["1bffffffffffffffff", 18_446_744_073_709_551_615n],
  ["20", -1],
  ["37", -24],
  ["3818", -25],
  ["3903e7", -1000],
  ["3affffffff", -4_294_967_296],
  ["3b001ffffffffffffe", -Number.MAX_SAFE_INTEGER],
  ["3b001fffffffffffff", -9_007_199_254_740_992n],
  ["3bffffffffffffffff", -18_446_744_073_709_551_616n],
  ["f4", false],
  ["f5", true],
  ["40", new Uint8Array()],
  ["4401020304", Uint8Array.of(1, 2, 3, 4)],
  ["60", ""],
  ["62c3bc", "ü"],
  ["63e6b0b4", "水"],
  ["64f0908591", "\u{10151}"],
  ["63efbbbf", "\ufeff"],
  ["80", []],
  ["83010203", [1, 2, 3]],
  ["a0", map()],
  ["a201020304", map([1, 2], [3, 4])],
  ["a30100200061610a", map([1, 0], [-1, 0], ["a", 10])],
  ["a41901000020004041006000", map([256, 0], [-1, 0], [new Uint8Array(), Uint8Array.of(0)], ["", 0])],
];

/** The offset is that of the item that broke the rule. */
const INVALID: readonly (readonly [encoded: string, fault: CborFault, offset: number])[] = [
  ["", "TRUNCATED", 0],
  ["18", "TRUNCATED", 0],
  ["1b00000001", "TRUNCATED", 0],
  ["4401", "TRUNCATED", 0],
  ["6161ff", "TRAILING_BYTES", 2],
  ["9affffffff", "TRUNCATED", 0],
  ["bbffffffffffffffff", "TRUNCATED", 0],
  ["8201", "TRUNCATED", 0],
  ["8161ff", "BAD_UTF8", 1],
  ["1817", "NOT_SHORTEST", 0],
  ["1900ff", "NOT_SHORTEST", 0],
  ["1a0000ffff", "NOT_SHORTEST", 0],
  ["1b00000000ffffffff", "NOT_SHORTEST", 0],
  ["3b00000000ffffffff", "NOT_SHORTEST", 0],
  ["5b000000000000000100", "NOT_SHORTEST", 0],
  ["811817", "NOT_SHORTEST", 1],
  ["a202010101", "KEYS_OUT_OF_ORDER", 3],
  ["a220000100", "KEYS_OUT_OF_ORDER", 3],
  ["a262616100616200", "KEYS_OUT_OF_ORDER", 5],
  ["a201010102", "DUPLICATE_KEY", 3],
  ["a2616100616100", "DUPLICATE_KEY", 4],
  ["9f01ff", "INDEFINITE_LENGTH", 0],
  ["5f4101ff", "INDEFINITE_LENGTH", 0],
  ["1f", "RESERVED_HEAD", 0],
  ["df00", "RESERVED_HEAD", 0],
  ["ff", "RESERVED_HEAD", 0],
  ["fc", "RESERVED_HEAD", 0],
  ["61ff", "BAD_UTF8", 0],
  ["63eda080", "BAD_UTF8", 0],
  ["f6", "UNSUPPORTED_TYPE", 0],
  ["f93c00", "UNSUPPORTED_TYPE", 0],
  ["f818", "UNSUPPORTED_TYPE", 0],
  ["c100", "UNSUPPORTED_TYPE", 0],
  ["a18000", "UNSUPPORTED_KEY", 1],
  ["a1a000", "UNSUPPORTED_KEY", 1],
  ["818181818100", "TOO_DEEP", 4],
  ["818181818180", "TOO_DEEP", 4],
  ["0000", "TRAILING_BYTES", 1],
];

describe("both directions", () => {
  test.each(VALID)("%s is one value and that value is it", (encoded, value) => {
    expect(decodeCbor(fromHex(encoded))).toStrictEqual(value);
    expect(toHex(encodeCbor(value))).toBe(encoded);
  });
});

describe("decodeCbor", () => {
  test.each(INVALID)("refuses %s with %s at %i", (encoded, fault, offset) => {
    expect(() => decodeCbor(fromHex(encoded))).toThrow(
      expect.objectContaining({ code: `CBOR_${fault}`, fault, offset, aftermath: "none" }),
    );
  });
});

describe("decodeCbor, beyond single faults", () => {
  test("byte strings are plain views into the message, even of a Buffer", () => {
    const message = Buffer.from("4401020304", "hex");
    const bytes = decodeCbor(message) as Uint8Array;
    expect(bytes.constructor).toBe(Uint8Array);
    expect(bytes.buffer).toBe(message.buffer);
    message[1] = 9;
    expect(bytes[0]).toBe(9);
  });

  test("reads a message that begins in the middle of its memory", () => {
    const memory = fromHex("ffff1b00200000000000004101ff");
    expect(decodeCbor(memory.subarray(2, 11))).toBe(2n ** 53n);
    expect(decodeCbor(memory.subarray(11, 13))).toEqual(Uint8Array.of(1));
  });

  test("a word met before is told from one that only looks like it", () => {
    const words = ["type", "tyqe", "txpe", "public-key", "public_key", "public-kez", "ab", "aab", "abb"];
    for (const word of [...words, ...words]) expect(decodeCbor(encodeCbor(word))).toBe(word);
  });

  test.each([3, 4, 15, 16, 17, 47, 48, 49, 64, 65, 300])("text of %i bytes, ASCII and not", (length) => {
    const ascii = "abcdefgh".repeat(40).slice(0, length);
    const mixed = `${ascii.slice(2)}ü`;
    expect(decodeCbor(encodeCbor(ascii))).toBe(ascii);
    expect(decodeCbor(encodeCbor(mixed))).toBe(mixed);
  });

  test("an array longer than the count that is trusted at once", () => {
    const items = Array.from({ length: 200 }, (_, i) => i);
    expect(decodeCbor(encodeCbor(items))).toEqual(items);
  });

  test("a fault in one message does not colour the next", () => {
    expect(() => decodeCbor(fromHex("818181a1011817"))).toThrow(CborError);
    expect(decodeCbor(fromHex("818181a10118ff"))).toEqual([[[map([1, 255])]]]);
  });

  test("refuses more than 1 MiB before reading any of it", () => {
    expect(() => decodeCbor(new Uint8Array(CBOR_BYTES_MAX + 1))).toThrow(
      expect.objectContaining({ fault: "TOO_LARGE", offset: 0 }),
    );
  });

  test("claims within claims do not set memory aside", () => {
    const claim = fromHex("9a000fff00");
    const message = new Uint8Array(CBOR_BYTES_MAX);
    for (let i = 0; i < 64; i++) message.set(claim, i * claim.length);
    const before = process.memoryUsage().heapUsed;
    expect(() => decodeCbor(message, { depthMax: 64 })).toThrow(CborError);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(64 * 2 ** 20);
  });
});

describe("decodeCborPrefix", () => {
  test("hands back what follows the value", () => {
    const { value, rest } = decodeCborPrefix(fromHex("a10102ffff"));
    expect(value).toEqual(map([1, 2]));
    expect(toHex(rest)).toBe("ffff");
  });

  test("is as strict about the value as decodeCbor", () => {
    expect(() => decodeCborPrefix(fromHex("1817ff"))).toThrow(CborError);
  });
});
