import {
  createHash,
  createPublicKey,
  checkPrimeSync,
  privateEncrypt,
  constants,
  createPrivateKey,
} from "node:crypto";
import { describe, expect, test } from "vitest";
import { concat, fromHex, toBase64url, toHex, utf8 } from "../../src/core/bytes.js";
import { seededEntropy } from "../../src/core/entropy.js";
import { powMod, drawRsaPrimes, rsaPublicKey, rsaSecretOf } from "../../src/crypto/rsa-primes.js";
import { casesOf, PROVIDERS } from "./vectors.js";

const PUBLISHED = casesOf("rsa-key")[0] as ReturnType<typeof casesOf<"rsa-key">>[number];
const POINT_INVALID = expect.objectContaining({ name: "PointError", code: "POINT_INVALID" }) as Error;
const KEY = drawRsaPrimes(seededEntropy("rsa"));
const [P, Q] = [KEY.slice(0, 128), KEY.slice(128)];

describe("RSA primes drawn from entropy", () => {
  test.each(["a", "b", "c"])("are two primes of 1024 bits, the larger first, for seed %s", (seed) => {
    const primes = drawRsaPrimes(seededEntropy(seed));
    const [p, q] = [primes.subarray(0, 128), primes.subarray(128)].map((half) => BigInt(`0x${toHex(half)}`));
    expect([checkPrimeSync(p as bigint), checkPrimeSync(q as bigint)]).toEqual([true, true]);
    expect((p as bigint) > (q as bigint)).toBe(true);
    expect((p as bigint) >> 1022n).toBe(3n);
    expect((q as bigint) >> 1022n).toBe(3n);
  });

  test("are the same for the same seed and others for another", () => {
    expect(drawRsaPrimes(seededEntropy("rsa"))).toEqual(KEY);
    expect(drawRsaPrimes(seededEntropy("RSA"))).not.toEqual(KEY);
  });

  test("stay what they are from one release to the next: a stored seed must give its old key", () => {
    expect(createHash("sha256").update(KEY).digest("hex")).toBe(
      "a28f103744dd2b7376d0a5cc1c10c62b12e97f2a973690d36a46997f10391a64",
    );
  });
});

describe("a secret made of primes", () => {
  test("of 2048 bits is one OpenSSL takes and finds consistent", () => {
    const { n, e, d, p, q, dP, dQ, qInv } = rsaSecretOf(KEY);
    const text = (value: bigint) => {
      const digits = value.toString(16);
      return toBase64url(fromHex(digits.padStart(digits.length + (digits.length % 2), "0")));
    };
    const jwk = { n, e, d, p, q, dp: dP, dq: dQ, qi: qInv };
    const members = Object.fromEntries(Object.entries(jwk).map(([name, value]) => [name, text(value)]));
    const key = createPrivateKey({ key: { kty: "RSA", ...members }, format: "jwk" });
    expect(createPublicKey(key).export({ format: "jwk" })).toEqual({ kty: "RSA", n: text(n), e: "AQAB" });
    // One private operation with the remainders, as OpenSSL does it, and one without them.
    const block = new Uint8Array(256).fill(7);
    const withRemainders = privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, block);
    expect(powMod(BigInt(`0x${toHex(block)}`), d, n)).toBe(BigInt(`0x${withRemainders.toString("hex")}`));
  });

  test("of the published primes has the published modulus and exponent", () => {
    const [p, q] = [fromHex(PUBLISHED.p), fromHex(PUBLISHED.q)].map((half) => half.slice(-128));
    const secret = rsaSecretOf(concat(p as Uint8Array, q as Uint8Array));
    expect(rsaPublicKey(secret)).toEqual({ kty: "RSA", n: fromHex(PUBLISHED.n), e: fromHex(PUBLISHED.e) });
    // Several private exponents undo the same public one; they agree in what they do.
    expect(powMod(powMod(5n, BigInt(`0x${PUBLISHED.d}`), secret.n), secret.e, secret.n)).toBe(5n);
    expect(powMod(powMod(5n, secret.d, secret.n), secret.e, secret.n)).toBe(5n);
  });

  const even = (prime: Uint8Array) => Uint8Array.from(prime, (byte, i) => (i === 127 ? byte & 0xfe : byte));
  test.each([
    ["one byte short", KEY.slice(1)],
    ["of one prime twice", concat(P, P)],
    ["with an even number", concat(P, even(Q))],
    ["too small for 2048 bits", concat(P, new Uint8Array(127), Uint8Array.of(3))],
    ["of zeros", new Uint8Array(256)],
  ])("%s is none", (_, bytes) => {
    expect(() => rsaSecretOf(bytes)).toThrow(POINT_INVALID);
  });
});

describe.each(PROVIDERS)("RS256 with $name", (crypto) => {
  test("refuses to sign with numbers that are not prime", () => {
    const composite = Q.slice();
    composite[120] = (composite[120] as number) ^ 1;
    expect(checkPrimeSync(BigInt(`0x${toHex(composite)}`))).toBe(false);
    expect(() => crypto.sign("RS256", concat(P, composite), utf8("message"))).toThrow(POINT_INVALID);
  });

  test("signs in the 256 bytes of its modulus, leading zeros included", () => {
    const lengths = Array.from({ length: 8 }, (_, i) => crypto.sign("RS256", KEY, Uint8Array.of(i)).length);
    expect(new Set(lengths)).toEqual(new Set([256]));
  });
});
