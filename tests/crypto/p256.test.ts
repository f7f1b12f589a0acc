import { describe, expect, test } from "vitest";
import { concat, fromHex, toHex } from "../../src/core/bytes.js";
import { seededEntropy, type Entropy } from "../../src/core/entropy.js";
import { EC_CURVES } from "../../src/crypto/ec-curve.js";
import { casesOf, PROVIDERS } from "./vectors.js";

const POINT_INVALID = expect.objectContaining({ name: "PointError", code: "POINT_INVALID" }) as Error;
const ORDER = fromHex(EC_CURVES["P-256"].order.toString(16));
/** RFC 6979 §A.2.5 */
const SECRET = fromHex("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721");
const PUBLIC = fromHex(
  "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6" +
    "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
);
const X = PUBLIC.subarray(1, 33);

/** Hands out the given draws in turn, then fails. */
function scripted(...draws: readonly Uint8Array[]): Entropy & { readonly left: () => number } {
  const waiting = [...draws];
  return {
    bytes: () => {
      const next = waiting.shift();
      if (next === undefined) throw new Error("one draw too many");
      return next;
    },
    fork: () => {
      throw new Error("no fork expected");
    },
    left: () => waiting.length,
  };
}

describe.each(PROVIDERS)("$name P-256", (crypto) => {
  test.each(casesOf("p-256-ecdh"))("treats a published exchange as $expect, case $nr", (row) => {
    const [secretKey, peer] = [fromHex(row.secretKey), fromHex(row.peerPublicKey)];
    switch (row.expect) {
      case "agrees":
        expect(toHex(crypto.publicKeyOf(secretKey))).toBe(row.publicKey);
        return expect(toHex(crypto.sharedSecret(secretKey, peer))).toBe(row.sharedSecret);
      case "peer-invalid":
        return expect(() => crypto.sharedSecret(secretKey, peer)).toThrow(POINT_INVALID);
      case "own-invalid":
        return expect(() => crypto.uncompressPoint(fromHex(row.publicKey))).toThrow(POINT_INVALID);
      case "own-mismatch":
        return expect(toHex(crypto.publicKeyOf(secretKey))).not.toBe(row.publicKey);
      case "secret-differs":
        return expect(toHex(crypto.sharedSecret(secretKey, peer))).not.toBe(row.sharedSecret);
    }
  });

  test("gives one key for one seed, the published pair of RFC 6979 among them", () => {
    expect(crypto.generateKeyPair(scripted(SECRET))).toEqual({ secretKey: SECRET, publicKey: PUBLIC });
    const [first, second] = ["seed", "seed"].map((seed) => crypto.generateKeyPair(seededEntropy(seed)));
    expect(first).toEqual(second);
  });

  test("draws again for zero, the order and what lies beyond it", () => {
    const beyond = new Uint8Array(32).fill(0xff);
    const entropy = scripted(new Uint8Array(32), ORDER, beyond, SECRET);
    expect(crypto.generateKeyPair(entropy).secretKey).toEqual(SECRET);
    expect(entropy.left()).toBe(0);
  });

  test.each([
    ["zero", new Uint8Array(32)],
    ["the order", ORDER],
    ["31 bytes", SECRET.subarray(1)],
    ["33 bytes", concat(Uint8Array.of(0), SECRET)],
    ["no bytes", new Uint8Array(0)],
  ])("refuses %s as a secret key", (_, secretKey) => {
    expect(() => crypto.publicKeyOf(secretKey)).toThrow(POINT_INVALID);
    expect(() => crypto.sharedSecret(secretKey, PUBLIC)).toThrow(POINT_INVALID);
    expect(() => crypto.signEs256(secretKey, PUBLIC)).toThrow(POINT_INVALID);
  });

  test("takes the largest scalar", () => {
    const largest = ORDER.slice();
    largest[31] = (largest[31] as number) - 1;
    // The negative of the base point: its x, and the other y. @see NIST SP 800-186 §3.2.1.3
    expect(toHex(crypto.publicKeyOf(largest)).slice(2, 66)).toBe(
      "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
    );
  });

  const tampered = PUBLIC.slice();
  tampered[64] = (tampered[64] as number) ^ 1;
  const fieldPrime = fromHex("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");
  const malformed: readonly (readonly [string, Uint8Array])[] = [
    ["a point off the curve", tampered],
    ["infinity in one byte", Uint8Array.of(0)],
    ["infinity in 65 bytes", new Uint8Array(65)],
    ["x and y of zero", concat(Uint8Array.of(4), new Uint8Array(64))],
    ["x beyond the field", concat(Uint8Array.of(4), fieldPrime, PUBLIC.subarray(33))],
    ["64 bytes", PUBLIC.subarray(1)],
    ["66 bytes", concat(PUBLIC, Uint8Array.of(0))],
    ["the hybrid form", concat(Uint8Array.of(0x06 | ((PUBLIC[64] as number) & 1)), PUBLIC.subarray(1))],
    ["no bytes", new Uint8Array(0)],
  ];

  test.each(malformed)("refuses %s wherever a point is wanted", (_, point) => {
    expect(() => crypto.sharedSecret(SECRET, point)).toThrow(POINT_INVALID);
    expect(() => crypto.compressPoint(point)).toThrow(POINT_INVALID);
    expect(() => crypto.uncompressPoint(point)).toThrow(POINT_INVALID);
  });

  test("compresses to the parity of y and back", () => {
    const compressed = concat(Uint8Array.of(0x03), X);
    expect(crypto.compressPoint(PUBLIC)).toEqual(compressed);
    expect(crypto.uncompressPoint(compressed)).toEqual(PUBLIC);
    expect(crypto.uncompressPoint(PUBLIC)).toEqual(PUBLIC);
    expect(crypto.compressPoint(compressed)).toEqual(compressed);
  });

  test("tells the two points of one x apart", () => {
    const other = crypto.uncompressPoint(concat(Uint8Array.of(0x02), X));
    expect(other.subarray(1, 33)).toEqual(X);
    expect(other.subarray(33)).not.toEqual(PUBLIC.subarray(33));
  });

  test.each([1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n])("finds a point for x = %s only if there is one", (x) => {
    const point = concat(Uint8Array.of(0x02), fromHex(x.toString(16).padStart(64, "0")));
    const uncompress = () => crypto.uncompressPoint(point);
    if (hasPoint(x)) expect(uncompress()).toHaveLength(65);
    else expect(uncompress).toThrow(POINT_INVALID);
  });

  test("agrees only on the uncompressed form of a peer, the one CTAP sends", () => {
    expect(() => crypto.sharedSecret(SECRET, crypto.compressPoint(PUBLIC))).toThrow(POINT_INVALID);
  });

  test("puts no secret into its errors", () => {
    const withoutSecret = expect.not.stringContaining(toHex(ORDER).slice(0, 16)) as string;
    expect(() => crypto.publicKeyOf(ORDER)).toThrow(expect.objectContaining({ message: withoutSecret }));
  });
});

/** Euler's criterion on the curve equation, apart from both providers. */
function hasPoint(x: bigint): boolean {
  const p = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
  const b = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;
  let [base, exponent, result] = [(x ** 3n - 3n * x + b) % p, (p - 1n) / 2n, 1n];
  for (; exponent > 0n; exponent >>= 1n, base = (base * base) % p) {
    if (exponent & 1n) result = (result * base) % p;
  }
  return result === 1n;
}
