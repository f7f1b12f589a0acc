import { describe, expect, test } from "vitest";
import {
  ByteReader,
  OutOfBytesError,
  compareBytes,
  concat,
  equalBytes,
  fromBase64url,
  fromHex,
  toBase64url,
  toHex,
  utf8,
  ByteWriter,
} from "../../src/core/bytes.js";

describe("ByteReader", () => {
  const memory = Uint8Array.of(0xee, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0xee);
  const reader = () => new ByteReader(memory.subarray(1, 16));

  test("reads big-endian integers of each width from the middle of its memory", () => {
    const r = reader();
    expect([r.uint(1), r.uint(2), r.uint(4)]).toEqual([0x01, 0x0203, 0x04050607]);
    expect(r.uint64()).toBe(0x08090a0b0c0d0e0fn);
    expect(r.left).toBe(0);
  });

  test("hands out views, not copies", () => {
    const part = reader().take(2);
    expect(part.buffer).toBe(memory.buffer);
    expect(part.byteOffset).toBe(1);
  });

  test("gives the rest and is then at its end", () => {
    const r = reader();
    r.take(13);
    expect(r.rest()).toEqual(Uint8Array.of(14, 15));
    expect([r.offset, r.left]).toEqual([15, 0]);
    expect(r.rest()).toHaveLength(0);
  });

  test("a read beyond the end says what was wanted and moves nothing", () => {
    const r = reader();
    r.take(12);
    expect(() => r.uint(4)).toThrow(new OutOfBytesError(4, 12, 3));
    expect(() => r.uint64()).toThrow(OutOfBytesError);
    expect(r.offset).toBe(12);
    expect(r.uint(2)).toBe(0x0d0e);
  });
});

describe("ByteWriter", () => {
  test("writes big-endian integers and bytes in order", () => {
    const writer = new ByteWriter();
    writer.uint(1, 1);
    writer.uint(0x0203, 2);
    writer.uint(0xfffefdfc, 4);
    writer.uint64(0x0102030405060708n);
    writer.bytes(Uint8Array.of(9));
    expect(toHex(writer.finish())).toBe("010203fffefdfc010203040506070809");
    expect(writer.length).toBe(16);
  });

  test.each([255, 256, 257, 511, 512, 5000])("keeps everything when it grows at %i bytes", (length) => {
    const writer = new ByteWriter();
    const first = Uint8Array.from({ length }, (_, i) => i & 0xff);
    writer.bytes(first);
    writer.uint(0xabcd, 2);
    writer.uint64(1n);
    expect(writer.finish()).toEqual(concat(first, fromHex("abcd0000000000000001")));
  });

  test("what was finished does not change afterwards", () => {
    const writer = new ByteWriter();
    writer.uint(1, 1);
    const early = writer.finish();
    writer.uint(2, 1);
    expect(early).toEqual(Uint8Array.of(1));
    expect(writer.finish()).toEqual(Uint8Array.of(1, 2));
  });
});

describe("comparing", () => {
  test.each([
    ["", "", 0],
    ["", "00", -1],
    ["01", "0100", -1],
    ["02", "0100", 1],
    ["ff", "7f", 1],
    ["0102", "0102", 0],
  ])("%s against %s", (a, b, sign) => {
    expect(Math.sign(compareBytes(fromHex(a), fromHex(b)))).toBe(sign);
    expect(equalBytes(fromHex(a), fromHex(b))).toBe(sign === 0);
  });

  test("a difference in any one bit is a difference", () => {
    const good = Uint8Array.from({ length: 8 }, (_, i) => i * 17);
    for (let bit = 0; bit < 64; bit++) {
      const other = good.slice();
      other[bit >> 3] = (other[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(equalBytes(good, other)).toBe(false);
    }
  });
});

describe("text forms", () => {
  /** Source: RFC 4648 §10, without padding, and the two characters base64url has of its own. */
  test.each([
    ["", ""],
    ["66", "Zg"],
    ["666f", "Zm8"],
    ["666f6f", "Zm9v"],
    ["666f6f626172", "Zm9vYmFy"],
    ["fbff", "-_8"],
  ])("%s is %s in base64url", (hex, base64url) => {
    expect(toBase64url(fromHex(hex))).toBe(base64url);
    expect(toHex(fromBase64url(base64url))).toBe(hex);
  });

  test("padding is accepted, because real sites send it", () => {
    expect(toHex(fromBase64url("Zg=="))).toBe("66");
  });

  test("a million signs of padding in front of something else are refused in no time", () => {
    const startMs = performance.now();
    expect(() => fromBase64url(`${"=".repeat(1_000_000)}x`)).toThrow(RangeError);
    // By a pattern that begins anew at every sign it would take an hour.
    expect(performance.now() - startMs).toBeLessThan(5_000);
  });

  test.each(["+/8", "Zg Zg", "Z", "Zm9vY", "Z=g", "ü"])("%j is not base64url", (text) => {
    expect(() => fromBase64url(text)).toThrow(RangeError);
  });

  test.each(["0", "0g", "0x00", " 00", "ü0"])("%j is not hex", (text) => {
    expect(() => fromHex(text)).toThrow(RangeError);
  });

  test("hex of either case, and of views into bigger memory", () => {
    expect(fromHex("AbcD")).toEqual(Uint8Array.of(0xab, 0xcd));
    expect(toHex(Uint8Array.of(1, 2, 3).subarray(1))).toBe("0203");
  });

  test("everything made here is a plain Uint8Array with memory of its own", () => {
    for (const made of [fromHex("00ff"), fromBase64url("AP8"), concat(Uint8Array.of(0, 255)), utf8("ab")]) {
      expect(made.constructor).toBe(Uint8Array);
      expect(made).toHaveLength(2);
    }
    expect(fromHex("00ff").buffer.byteLength).toBe(2);
    expect(fromBase64url("AP8").buffer.byteLength).toBe(2);
  });

  test("concat copies", () => {
    const part = Uint8Array.of(1);
    const whole = concat(part, Uint8Array.of(2));
    part[0] = 9;
    expect(whole).toEqual(Uint8Array.of(1, 2));
    expect(concat()).toHaveLength(0);
  });
});
