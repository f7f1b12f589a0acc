import { describe, expect, test } from "vitest";
import { fromHex, toHex, utf8 } from "../../src/core/bytes.js";
import { seededEntropy } from "../../src/core/entropy.js";
import { EC_CURVES } from "../../src/crypto/ec-curve.js";
import type { SigningAlgorithm } from "../../src/core/crypto-provider.js";
import { casesOf, derOf, PROVIDERS } from "./vectors.js";

const POINT_INVALID = expect.objectContaining({ name: "PointError", code: "POINT_INVALID" }) as Error;
const SECRET_BYTES = {
  ES256: 32,
  ES384: 48,
  ES512: 66,
  ES256K: 32,
  Ed25519: 32,
  RS256: 256,
  "ML-DSA-44": 32,
  "ML-DSA-65": 32,
  "ML-DSA-87": 32,
} as const satisfies Readonly<Record<SigningAlgorithm, number>>;
const ALGORITHMS = Object.keys(SECRET_BYTES) as SigningAlgorithm[];
const MESSAGE = utf8("message");

describe.each(PROVIDERS)("$name signing", (crypto) => {
  test.each(casesOf("ecdsa-sign"))("gives the published $algorithm signature, case $nr", (row) => {
    const signature = crypto.sign(row.algorithm, fromHex(row.secretKey), fromHex(row.message));
    expect(toHex(signature)).toBe(toHex(derOf(fromHex(row.r), fromHex(row.s))));
  });

  test.each(casesOf("ed25519"))("gives the published Ed25519 key and signature, case $nr", (row) => {
    const secretKey = fromHex(row.secretKey);
    expect(crypto.signingKeyOf("Ed25519", secretKey).publicKey).toEqual({
      kty: "OKP",
      crv: "Ed25519",
      x: fromHex(row.x),
    });
    expect(toHex(crypto.sign("Ed25519", secretKey, fromHex(row.message)))).toBe(row.signature);
  });

  test("derives the published P-256 public key", () => {
    const { secretKey, x, y } = casesOf("ecdsa-sign").find((row) => row.x !== undefined) as {
      secretKey: string;
      x: string;
      y: string;
    };
    expect(crypto.signingKeyOf("ES256", fromHex(secretKey))).toEqual({
      algorithm: "ES256",
      secretKey: fromHex(secretKey),
      publicKey: { kty: "EC", crv: "P-256", x: fromHex(x), y: fromHex(y) },
    });
  });

  test("signs ES256 the same under its short name", () => {
    const { secretKey } = crypto.generateSigningKey("ES256", seededEntropy("seed"));
    expect(crypto.signEs256(secretKey, MESSAGE)).toEqual(crypto.sign("ES256", secretKey, MESSAGE));
  });

  describe.each(ALGORITHMS)("with %s", (algorithm) => {
    const key = crypto.generateSigningKey(algorithm, seededEntropy("seed"));

    test("gives one key for one seed and another for another", () => {
      expect(crypto.generateSigningKey(algorithm, seededEntropy("seed"))).toEqual(key);
      expect(crypto.generateSigningKey(algorithm, seededEntropy("other"))).not.toEqual(key);
    });

    test("gives secret keys of full width", () => {
      expect(key.secretKey).toHaveLength(SECRET_BYTES[algorithm]);
    });

    test("restores the key pair from its secret half", () => {
      expect(crypto.signingKeyOf(algorithm, key.secretKey)).toEqual(key);
    });

    test("signs what its own public key verifies, and only that", () => {
      const signature = crypto.sign(algorithm, key.secretKey, MESSAGE);
      expect(crypto.verify(algorithm, key.publicKey, MESSAGE, signature)).toBe(true);
      expect(crypto.verify(algorithm, key.publicKey, utf8("massage"), signature)).toBe(false);
    });

    test("repeats itself byte for byte", () => {
      const again = crypto.sign(algorithm, key.secretKey, MESSAGE);
      expect(crypto.sign(algorithm, key.secretKey, MESSAGE)).toEqual(again);
    });

    test("signs an empty message", () => {
      const signature = crypto.sign(algorithm, key.secretKey, new Uint8Array(0));
      expect(crypto.verify(algorithm, key.publicKey, new Uint8Array(0), signature)).toBe(true);
    });

    test("refuses a secret key of another length", () => {
      for (const wrong of [key.secretKey.subarray(1), new Uint8Array(0), new Uint8Array(67).fill(1)]) {
        expect(() => crypto.sign(algorithm, wrong, MESSAGE)).toThrow(POINT_INVALID);
        expect(() => crypto.signingKeyOf(algorithm, wrong)).toThrow(POINT_INVALID);
      }
    });

    test("keeps no hold of the caller's bytes", () => {
      const secretKey = key.secretKey.slice();
      const held = crypto.signingKeyOf(algorithm, secretKey);
      secretKey.fill(0);
      expect(held.secretKey).toEqual(key.secretKey);
    });
  });

  test.each([
    ["ES256", "P-256"],
    ["ES384", "P-384"],
    ["ES512", "P-521"],
    ["ES256K", "secp256k1"],
  ] as const)("refuses zero and the order as %s secret keys, not what lies between", (algorithm, crv) => {
    const { order, width } = EC_CURVES[crv];
    const largest = fromHex((order - 1n).toString(16).padStart(2 * width, "0"));
    expect(crypto.sign(algorithm, largest, MESSAGE)).toBeInstanceOf(Uint8Array);
    for (const scalar of [0n, order]) {
      const secretKey = fromHex(scalar.toString(16).padStart(2 * width, "0"));
      expect(() => crypto.sign(algorithm, secretKey, MESSAGE)).toThrow(POINT_INVALID);
    }
  });

  test("leaves S as it falls: some lie in the upper half, and those verify", () => {
    const { secretKey, publicKey } = crypto.generateSigningKey("ES256", seededEntropy("seed"));
    const half = EC_CURVES["P-256"].order / 2n;
    const signatures = Array.from({ length: 16 }, (_, i) =>
      crypto.sign("ES256", secretKey, Uint8Array.of(i)),
    );
    const upper = signatures.filter((der) => BigInt(`0x${toHex(der.subarray(-32))}`) > half);
    expect(upper.length).toBeGreaterThan(0);
    expect(upper.length).toBeLessThan(16);
    expect(signatures.every((der, i) => crypto.verify("ES256", publicKey, Uint8Array.of(i), der))).toBe(true);
  });
});
