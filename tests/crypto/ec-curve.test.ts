import { p256, p384, p521 } from "@noble/curves/nist.js";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { expect, test } from "vitest";
import { EC_CURVES } from "../../src/crypto/ec-curve.js";

test.each([
  ["P-256", p256],
  ["P-384", p384],
  ["P-521", p521],
  ["secp256k1", secp256k1],
] as const)("the numbers of %s are those noble knows", (crv, { Point, lengths }) => {
  const { order, width, topMask } = EC_CURVES[crv];
  expect(order).toBe(Point.Fn.ORDER);
  expect(width).toBe(lengths.secretKey);
  expect(BigInt(topMask)).toBe(2n ** BigInt(Point.Fn.BITS - 8 * (width - 1)) - 1n);
});
