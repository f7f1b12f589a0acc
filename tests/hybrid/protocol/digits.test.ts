import { describe, expect, test } from "vitest";
import { fromHex, toHex } from "../../../src/core/bytes.js";
import { fromDigits, toDigits } from "../../../src/hybrid/protocol/digits.js";
import { casesOf } from "../vectors.js";

interface DigitCase {
  readonly name: string;
  readonly bytes: string;
  readonly digits: string;
}

describe("published digits", () => {
  test.each(casesOf<DigitCase>("digitEncode"))("$nr: $name", ({ bytes, digits }) => {
    expect(toDigits(fromHex(bytes))).toBe(digits);
    expect(toHex(fromDigits(digits))).toBe(bytes);
  });

  test.each(casesOf<{ bytes: number; digits: number }>("digitWidths"))(
    "$bytes bytes take $digits digits",
    ({ bytes, digits }) => {
      expect(toDigits(new Uint8Array(bytes).fill(0xff))).toHaveLength(digits);
      expect(fromDigits("0".repeat(digits))).toHaveLength(bytes);
    },
  );

  test.each(casesOf<{ name: string; digits: string; reason: string }>("digitDecodeInvalid"))(
    "$nr: $name ($reason)",
    ({ digits }) => {
      expect(() => fromDigits(digits)).toThrow(expect.objectContaining({ code: "DIGITS_INVALID" }));
    },
  );
});

test.each([9, 11, 12, 14, 16, 17 + 4])("no bytes have %d digits", (count) => {
  expect(() => fromDigits("0".repeat(count))).toThrow(expect.objectContaining({ code: "DIGITS_INVALID" }));
});

test.each(["+1234567", "1e234567", " 1234567", "0x123456", "12345678\n"])(
  "what BigInt would take is still no digits: %j",
  (digits) => {
    expect(() => fromDigits(digits)).toThrow(expect.objectContaining({ code: "DIGITS_INVALID" }));
  },
);

test("a value too large is found in any chunk", () => {
  expect(() => fromDigits(`${"0".repeat(17)}${"9".repeat(17)}000`)).toThrow(
    expect.objectContaining({ code: "DIGITS_INVALID" }),
  );
});
