import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromHex, toHex } from "../../../src/core/bytes.js";
import {
  ApduError,
  encodeApdu,
  encodeResponseApdu,
  parseApdu,
  parseResponseApdu,
} from "../../../src/ctap/u2f/apdu.js";
import { fullRuns } from "../../helpers/full-runs.js";

const BARE = { cla: 0, ins: 3, p1: 0, p2: 0 };

/** Source: ISO/IEC 7816-4 §5.1 (cases 1 to 4, short and extended). */
const FORMS = [
  ["case 1", "00030000", "extended", "", 0],
  ["case 2 short", "0003000000", "short", "", 256],
  ["case 2 short, counted", "0003000005", "short", "", 5],
  ["case 3 short", "0003000002aabb", "short", "aabb", 0],
  ["case 4 short", "0003000002aabb00", "short", "aabb", 256],
  ["case 2 extended", "00030000000000", "extended", "", 65_536],
  ["case 2 extended, counted", "00030000000102", "extended", "", 258],
  ["case 3 extended", "00030000000002aabb", "extended", "aabb", 0],
  ["case 4 extended", "00030000000002aabb0000", "extended", "aabb", 65_536],
] as const;

describe("an APDU", () => {
  test.each(FORMS)("%s reads and writes", (_, hex, form, data, le) => {
    const apdu = { ...BARE, data: fromHex(data), le };
    expect(parseApdu(fromHex(hex))).toEqual(apdu);
    expect(toHex(encodeApdu(apdu, form))).toBe(hex);
  });

  test("may announce that it brings no data, as libfido2 does", () => {
    expect(parseApdu(fromHex("000300000000000000"))).toEqual({
      ...BARE,
      data: new Uint8Array(0),
      le: 65_536,
    });
  });

  test.each([
    ["nothing", ""],
    ["half a header", "000300"],
    ["more announced than there is", "0003000003aabb"],
    ["more there than announced", "0003000001aabbcc"],
    ["half an extended length", "000300000000"],
    ["half an expected length", "00030000000002aabb00"],
    ["more announced than there is, extended", "00030000000003aabb"],
  ])("of %s is malformed", (_, hex) => {
    expect(() => parseApdu(fromHex(hex))).toThrow(expect.objectContaining({ code: "APDU_MALFORMED" }));
  });

  test.each([
    ["short", 256, 0],
    ["short", 0, 257],
    ["extended", 65_536, 0],
    ["extended", 0, 65_537],
  ] as const)("in %s form has no %i bytes and no answer of %i", (form, bytes, le) => {
    const apdu = { ...BARE, data: new Uint8Array(bytes), le };
    expect(() => encodeApdu(apdu, form)).toThrow(expect.objectContaining({ code: "APDU_TOO_LONG" }));
  });

  test("survives the way there and back, in either form", () => {
    const byte = fc.integer({ min: 0, max: 255 });
    const apdu = fc.record({
      cla: byte,
      ins: byte,
      p1: byte,
      p2: byte,
      data: fc.uint8Array({ maxLength: 255 }),
      le: fc.integer({ min: 0, max: 256 }),
    });
    fc.assert(
      fc.property(apdu, fc.constantFrom("short", "extended"), (one, form) => {
        expect(parseApdu(encodeApdu(one, form))).toEqual(one);
      }),
    );
  });

  test("of any bytes is read, or malformed", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          parseApdu(bytes);
        } catch (error) {
          if (!(error instanceof ApduError)) throw error;
        }
      }),
      { numRuns: fullRuns(2000) },
    );
  });
});

describe("a response APDU", () => {
  test("is its data and two bytes", () => {
    const response = { data: Uint8Array.of(1, 2), statusWord: 0x9000 };
    expect(toHex(encodeResponseApdu(response))).toBe("01029000");
    expect(parseResponseApdu(fromHex("01029000"))).toEqual(response);
  });

  test("of one byte is malformed", () => {
    expect(() => parseResponseApdu(Uint8Array.of(0x90))).toThrow(ApduError);
  });
});
