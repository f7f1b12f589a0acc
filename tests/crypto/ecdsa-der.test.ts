import { p256 } from "@noble/curves/nist.js";
import { describe, expect, test } from "vitest";
import { concat, fromHex, toHex } from "../../src/core/bytes.js";
import { fromEcdsaDer } from "../../src/crypto/ecdsa-der.js";
import { derOf } from "./vectors.js";

const ONE = fromHex("01".padStart(64, "0"));
const HIGH = new Uint8Array(32).fill(0x80);

/** Both integers are 1. */
const SMALLEST = "3006020101020101";

const MALFORMED: readonly (readonly [string, string])[] = [
  ["no bytes", ""],
  ["a lone tag", "30"],
  ["another outer tag", "3106020101020101"],
  ["another inner tag", "3006030101020101"],
  ["another second tag", "3006020101030101"],
  ["an outer length too short", "3005020101020101"],
  ["an outer length too long", "3007020101020101"],
  ["an outer length in needless long form", "308106020101020101"],
  ["an indefinite outer length", "30800201010201010000"],
  ["an inner length in long form", "3007028101010201010"],
  ["a byte after the sequence", "300602010102010100"],
  ["a byte after s inside the sequence", "300702010102010100"],
  ["no s", "3003020101"],
  ["an empty r", "30050200020101"],
  ["an empty s", "30050201010200"],
  ["an r that reaches beyond the end", "3006020501020101"],
  ["an s that reaches beyond the end", "3006020101020501"],
  ["a negative r", "3006020181020101"],
  ["a negative s", "3006020101020181"],
  ["a needless zero before r", "300702020001020101"],
  ["a needless zero before s", "300702010102020001"],
  ["an r wider than the curve", toHex(derOf(concat(Uint8Array.of(1), HIGH), ONE))],
  ["an s wider than the curve", toHex(derOf(ONE, concat(Uint8Array.of(1), HIGH)))],
].map(([name, hex]) => [name as string, (hex as string).slice(0, (hex as string).length & ~1)] as const);

describe("fromEcdsaDer", () => {
  test("pads both integers to the width of the curve", () => {
    expect(fromEcdsaDer(fromHex(SMALLEST), 32)).toEqual(concat(ONE, ONE));
  });

  test("takes the zero byte off an integer with its top bit set", () => {
    expect(fromEcdsaDer(derOf(HIGH, ONE), 32)).toEqual(concat(HIGH, ONE));
  });

  test("reads the long form P-521 needs", () => {
    const full = concat(Uint8Array.of(1), new Uint8Array(65).fill(0xff));
    const der = derOf(full, full);
    expect(der[1]).toBe(0x81);
    expect(fromEcdsaDer(der, 66)).toEqual(concat(full, full));
  });

  test("leaves zero for verification to refuse", () => {
    expect(fromEcdsaDer(fromHex("3006020100020100"), 32)).toEqual(new Uint8Array(64));
  });

  test.each(MALFORMED)("refuses %s", (_, hex) => {
    expect(fromEcdsaDer(fromHex(hex), 32)).toBeUndefined();
  });

  test.each(MALFORMED)("refuses %s as noble's own reader does", (_, hex) => {
    expect(() => p256.Signature.fromBytes(fromHex(hex), "der")).toThrow();
  });
});
