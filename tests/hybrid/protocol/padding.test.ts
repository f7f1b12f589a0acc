import { describe, expect, test } from "vitest";
import { fromHex, toHex } from "../../../src/core/bytes.js";
import { padMap, padMessage, unpadMap, unpadMessage } from "../../../src/hybrid/protocol/padding.js";
import { casesOf } from "../vectors.js";

interface PaddingCase {
  readonly name: string;
  readonly plaintext: string;
  readonly padded: string;
}

describe("published padding", () => {
  test.each(casesOf<PaddingCase>("padding"))("$nr: $name", ({ plaintext, padded }) => {
    expect(toHex(padMessage(fromHex(plaintext)))).toBe(padded);
    expect(toHex(unpadMessage(fromHex(padded)))).toBe(plaintext);
  });

  test.each(casesOf<{ name: string; padded: string }>("unpadInvalid"))("$nr: $name", ({ padded }) => {
    expect(() => unpadMessage(fromHex(padded))).toThrow(expect.objectContaining({ code: "PADDING_INVALID" }));
  });

  test.each(casesOf<PaddingCase>("unpadLenient"))("$name", ({ plaintext, padded }) => {
    expect(toHex(unpadMessage(fromHex(padded)))).toBe(plaintext);
  });
});

test("padding may be everything, but not one byte more", () => {
  expect(unpadMessage(Uint8Array.of(9, 9, 9, 3))).toHaveLength(0);
  expect(() => unpadMessage(Uint8Array.of(9, 9, 9, 4))).toThrow(
    expect.objectContaining({ code: "PADDING_INVALID" }),
  );
});

interface MapCase {
  readonly name: string;
  readonly cbor: string;
  readonly paddedLength: number;
  readonly lastTwoBytes: string;
  readonly format: string;
}

test.each(casesOf<MapCase>("postHandshakePaddedV20"))("$nr: $name", (row) => {
  const form = row.format.includes("512 granularity") ? "512" : "256";
  const padded = padMap(fromHex(row.cbor), form);
  expect(padded).toHaveLength(row.paddedLength);
  expect(toHex(padded.subarray(-2))).toBe(row.lastTwoBytes);
  expect(toHex(unpadMap(padded, form))).toBe(row.cbor);
});

test.each([
  ["512", "0100"],
  ["512", "00"],
  ["512", "a00000ff"],
  ["256", "01"],
  ["256", "a005"],
] as const)("a map padded to %s cannot be %s", (form, hex) => {
  const padded = fromHex(hex);
  expect(() => unpadMap(padded, form)).toThrow(expect.objectContaining({ code: "PADDING_INVALID" }));
});
