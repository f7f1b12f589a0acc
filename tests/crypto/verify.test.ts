import { ed25519, ED25519_TORSION_SUBGROUP } from "@noble/curves/ed25519.js";
import { ed448 } from "@noble/curves/ed448.js";
import { createHash, constants, createPrivateKey, sign } from "node:crypto";
import { describe, expect, test } from "vitest";
import { concat, fromHex, toBase64url, utf8 } from "../../src/core/bytes.js";
import { seededEntropy } from "../../src/core/entropy.js";
import { EC_CURVES } from "../../src/crypto/ec-curve.js";
import type { PublicKey, SignatureAlgorithm } from "../../src/core/crypto-provider.js";
import { casesOf, derOf, PROVIDERS } from "./vectors.js";

const POINT_INVALID = expect.objectContaining({ name: "PointError", code: "POINT_INVALID" }) as Error;
const KEY_MISMATCH = expect.objectContaining({ name: "PointError", code: "KEY_MISMATCH" }) as Error;
const MESSAGE = utf8("message");
const RSA = casesOf("rsa-key")[0] as ReturnType<typeof casesOf<"rsa-key">>[number];
const RSA_KEY: PublicKey = { kty: "RSA", n: fromHex(RSA.n), e: fromHex(RSA.e) };

describe.each(PROVIDERS)("$name verification", (crypto) => {
  test.each([...casesOf("ecdsa-verify"), ...casesOf("ecdsa-verify-secp256k1")])(
    "finds the published $algorithm signature $verified ($reason), case $nr",
    (row) => {
      const key: PublicKey = { kty: "EC", crv: row.crv, x: fromHex(row.x), y: fromHex(row.y) };
      const signature = derOf(fromHex(row.r), fromHex(row.s));
      expect(crypto.verify(row.algorithm, key, fromHex(row.message), signature)).toBe(row.verified);
    },
  );

  test.each(casesOf("ec-public-key"))("judges the published $crv key ($reason), case $nr", (row) => {
    const algorithm = ({ "P-256": "ES256", "P-384": "ES384", "P-521": "ES512" } as const)[
      row.crv as "P-256" | "P-384" | "P-521"
    ];
    const key: PublicKey = { kty: "EC", crv: row.crv, x: fromHex(row.x), y: fromHex(row.y) };
    const verify = () => crypto.verify(algorithm, key, MESSAGE, derOf(Uint8Array.of(1), Uint8Array.of(1)));
    if (row.valid) expect(verify()).toBe(false);
    else expect(verify).toThrow(POINT_INVALID);
  });

  test.each([
    ...casesOf("ed25519").map((row) => ({ ...row, crv: "Ed25519" as const })),
    ...casesOf("ed448").map((row) => ({ ...row, crv: "Ed448" as const })),
  ])("verifies the published $crv signature and no neighbour of it, case $nr", (row) => {
    const key: PublicKey = { kty: "OKP", crv: row.crv, x: fromHex(row.x) };
    const signature = fromHex(row.signature);
    const message = fromHex(row.message);
    expect(crypto.verify(row.crv, key, message, signature)).toBe(true);
    expect(crypto.verify(row.crv, key, concat(message, Uint8Array.of(0)), signature)).toBe(false);
    expect(crypto.verify(row.crv, key, message, withBitFlipped(signature, 0))).toBe(false);
    expect(crypto.verify(row.crv, key, message, withBitFlipped(signature, signature.length / 2))).toBe(false);
  });

  test.each(casesOf("rsa-verify"))(
    "finds the published $algorithm signature $verified ($reason), case $nr",
    (row) => {
      const key: PublicKey = { kty: "RSA", n: fromHex(row.n), e: fromHex(row.e) };
      const verified = crypto.verify(row.algorithm, key, fromHex(row.message), fromHex(row.signature));
      expect(verified).toBe(row.verified);
    },
  );

  describe.each(["PS256", "PS384", "PS512"] as const)("of %s", (algorithm) => {
    const hash = `sha${algorithm.slice(2)}`;
    const hashBytes = Number(algorithm.slice(2)) / 8;

    test("accepts a salt as long as the hash", () => {
      const signature = signPss(hash, hashBytes);
      expect(crypto.verify(algorithm, RSA_KEY, MESSAGE, signature)).toBe(true);
      expect(crypto.verify(algorithm, RSA_KEY, utf8("massage"), signature)).toBe(false);
    });

    test.each([0, 20, hashBytes - 1, hashBytes + 1])("refuses a salt of %i bytes", (saltLength) => {
      expect(crypto.verify(algorithm, RSA_KEY, MESSAGE, signPss(hash, saltLength))).toBe(false);
    });
  });

  test.each([
    ["one byte short", (signature: Uint8Array) => signature.subarray(1)],
    ["one zero byte long", (signature: Uint8Array) => concat(Uint8Array.of(0), signature)],
    ["empty", () => new Uint8Array(0)],
    ["all zero", () => new Uint8Array(256)],
    ["the modulus", () => fromHex(RSA.n)],
    ["all ones", () => new Uint8Array(256).fill(0xff)],
  ])("finds an RSA signature that is %s false", (_, mutate) => {
    expect(crypto.verify("PS256", RSA_KEY, MESSAGE, mutate(signPss("sha256", 32)))).toBe(false);
    expect(crypto.verify("RS256", RSA_KEY, MESSAGE, mutate(signPkcs1("sha256")))).toBe(false);
  });

  test("accepts an RSA modulus with zeros in front, as some encoders write it", () => {
    const key: PublicKey = { ...RSA_KEY, n: concat(Uint8Array.of(0), fromHex(RSA.n)) };
    expect(crypto.verify("RS256", key, MESSAGE, signPkcs1("sha256"))).toBe(true);
  });

  const rsa = (change: Partial<Extract<PublicKey, { kty: "RSA" }>>): PublicKey => ({
    ...RSA_KEY,
    ...change,
  });
  test.each([
    ["no modulus", rsa({ n: new Uint8Array(0) })],
    ["an even modulus", rsa({ n: withBitFlipped(fromHex(RSA.n), 255) })],
    ["a modulus of 504 bits", rsa({ n: new Uint8Array(63).fill(0xff) })],
    ["a modulus of 16392 bits", rsa({ n: new Uint8Array(2049).fill(0xff) })],
    ["no exponent", rsa({ e: new Uint8Array(0) })],
    ["an exponent of 1", rsa({ e: Uint8Array.of(1) })],
    ["an even exponent", rsa({ e: Uint8Array.of(4) })],
    ["an exponent of 65 bits", rsa({ e: Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 1) })],
  ])("refuses an RSA key with %s", (_, key) => {
    expect(() => crypto.verify("RS256", key, MESSAGE, signPkcs1("sha256"))).toThrow(POINT_INVALID);
  });

  test("verifies nothing with a modulus too short for the hash", () => {
    const key: PublicKey = { kty: "RSA", n: new Uint8Array(64).fill(0xff), e: Uint8Array.of(3) };
    for (const algorithm of ["RS512", "PS512", "PS256"] as const) {
      expect(crypto.verify(algorithm, key, MESSAGE, new Uint8Array(64).fill(1))).toBe(false);
    }
  });

  test.each([
    ["r of zero", new Uint8Array(1), Uint8Array.of(1)],
    ["s of zero", Uint8Array.of(1), new Uint8Array(1)],
    ["r at the order", orderOf("P-256"), Uint8Array.of(1)],
    ["s at the order", Uint8Array.of(1), orderOf("P-256")],
    ["r and s of 32 bytes of ones", new Uint8Array(32).fill(255), new Uint8Array(32).fill(255)],
  ])("finds an ES256 signature with %s false", (_, r, s) => {
    const { publicKey } = crypto.generateSigningKey("ES256", seededEntropy("seed"));
    expect(crypto.verify("ES256", publicKey, MESSAGE, derOf(r, s))).toBe(false);
  });

  test("accepts both S of one signature", () => {
    const { publicKey, secretKey } = crypto.generateSigningKey("ES256", seededEntropy("seed"));
    const der = crypto.sign("ES256", secretKey, MESSAGE);
    const rBytes = der[3] as number;
    const s = BigInt(`0x${Buffer.from(der.subarray(6 + rBytes)).toString("hex")}`);
    const other = (EC_CURVES["P-256"].order - s).toString(16).padStart(64, "0");
    const mirrored = derOf(der.subarray(4, 4 + rBytes), fromHex(other));
    expect(mirrored).not.toEqual(der);
    expect(crypto.verify("ES256", publicKey, MESSAGE, mirrored)).toBe(true);
  });

  test("finds the bare r and s without DER false", () => {
    const { publicKey } = crypto.generateSigningKey("ES256", seededEntropy("seed"));
    expect(crypto.verify("ES256", publicKey, MESSAGE, new Uint8Array(64).fill(1))).toBe(false);
  });

  test.each([
    ["ES256", { kty: "RSA", n: fromHex(RSA.n), e: fromHex(RSA.e) }],
    ["ES384", { kty: "EC", crv: "P-256", x: new Uint8Array(32), y: new Uint8Array(32) }],
    ["ES256", { kty: "EC", crv: "secp256k1", x: new Uint8Array(32), y: new Uint8Array(32) }],
    ["RS256", { kty: "OKP", crv: "Ed25519", x: new Uint8Array(32) }],
    ["Ed448", { kty: "OKP", crv: "Ed25519", x: new Uint8Array(32) }],
    ["Ed25519", { kty: "EC", crv: "P-256", x: new Uint8Array(32), y: new Uint8Array(32) }],
  ] as readonly (readonly [SignatureAlgorithm, PublicKey])[])(
    "refuses %s with a key of another kind: %o",
    (algorithm, key) => {
      expect(() => crypto.verify(algorithm, key, MESSAGE, new Uint8Array(64))).toThrow(KEY_MISMATCH);
    },
  );

  test.each([
    ["Ed25519", "31 bytes", new Uint8Array(31).fill(1)],
    ["Ed25519", "33 bytes", new Uint8Array(33).fill(1)],
    ["Ed25519", "no point of the curve", littleEndian(2n, 32)],
    ["Ed25519", "y beyond the field", new Uint8Array(32).fill(0xff)],
    ["Ed25519", "y not reduced", littleEndian(2n ** 255n - 19n + 3n, 32)],
    ["Ed25519", "the neutral point", littleEndian(1n, 32)],
    ...ED25519_TORSION_SUBGROUP.map(
      (hex, nr) => ["Ed25519", `small order, point ${nr}`, fromHex(hex)] as const,
    ),
    ["Ed448", "56 bytes", new Uint8Array(56).fill(1)],
    ["Ed448", "the neutral point", littleEndian(1n, 57)],
    ["Ed448", "y beyond the field", new Uint8Array(57).fill(0xff)],
  ] as readonly (readonly ["Ed25519" | "Ed448", string, Uint8Array])[])(
    "refuses an %s key: %s",
    (crv, _, x) => {
      const signature = new Uint8Array(crv === "Ed25519" ? 64 : 114);
      expect(() => crypto.verify(crv, { kty: "OKP", crv, x }, MESSAGE, signature)).toThrow(POINT_INVALID);
    },
  );

  test("finds an Ed25519 signature with S raised by the order false", () => {
    const { secretKey, publicKey } = crypto.generateSigningKey("Ed25519", seededEntropy("seed"));
    const signature = crypto.sign("Ed25519", secretKey, MESSAGE);
    const s = fromLittleEndian(signature.subarray(32));
    const raised = concat(signature.subarray(0, 32), littleEndian(s + ed25519.Point.Fn.ORDER, 32));
    expect(crypto.verify("Ed25519", publicKey, MESSAGE, raised)).toBe(false);
  });

  test.each([0, 63, 65])("finds an Ed25519 signature of %i bytes false", (length) => {
    const { publicKey } = crypto.generateSigningKey("Ed25519", seededEntropy("seed"));
    expect(crypto.verify("Ed25519", publicKey, MESSAGE, new Uint8Array(length))).toBe(false);
  });

  test.each([...Array(8).keys()])("checks Ed25519 without the cofactor, message %i", (nr) => {
    // A key with a part of order 8: the plain equation then holds only when that part cancels out.
    const { Point } = ed25519;
    const secret = 123_456_789n;
    const nonce = 987_654_321n;
    const torsion = Point.fromHex(ED25519_TORSION_SUBGROUP[1] as string);
    const x = Point.BASE.multiply(secret).add(torsion).toBytes();
    const r = Point.BASE.multiply(nonce).toBytes();
    const challenge = createHash("sha512").update(r).update(x).update(Uint8Array.of(nr)).digest();
    const k = fromLittleEndian(challenge) % Point.Fn.ORDER;
    const signature = concat(r, littleEndian((nonce + k * secret) % Point.Fn.ORDER, 32));
    const verified = crypto.verify(
      "Ed25519",
      { kty: "OKP", crv: "Ed25519", x },
      Uint8Array.of(nr),
      signature,
    );
    expect(verified).toBe(k % 8n === 0n);
    expect(ed25519.verify(signature, Uint8Array.of(nr), x, { zip215: false })).toBe(true);
  });

  test("checks an Ed448 key with a part of small order as OpenSSL does", () => {
    const { Point } = ed448;
    const torsion = Point.fromAffine({ x: 0n, y: Point.Fp.ORDER - 1n });
    const x = Point.BASE.multiply(5n).add(torsion).toBytes();
    expect(crypto.verify("Ed448", { kty: "OKP", crv: "Ed448", x }, MESSAGE, new Uint8Array(114))).toBe(false);
  });
});

function signPss(hash: string, saltLength: number): Uint8Array {
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  return new Uint8Array(sign(hash, MESSAGE, { key: rsaPrivateKey(), padding, saltLength }));
}

function signPkcs1(hash: string): Uint8Array {
  return new Uint8Array(sign(hash, MESSAGE, rsaPrivateKey()));
}

function rsaPrivateKey() {
  const [p, q, d] = [RSA.p, RSA.q, RSA.d].map((hex) => BigInt(`0x${hex}`)) as [bigint, bigint, bigint];
  const part = (value: bigint) => {
    const hex = value.toString(16);
    return toBase64url(fromHex(hex.length % 2 === 0 ? hex : `0${hex}`));
  };
  const [n, e] = [toBase64url(fromHex(RSA.n)), toBase64url(fromHex(RSA.e))];
  const crt = { dp: part(d % (p - 1n)), dq: part(d % (q - 1n)), qi: part(inverse(q, p)) };
  const key = { kty: "RSA", n, e, d: part(d), p: part(p), q: part(q), ...crt };
  return createPrivateKey({ key, format: "jwk" });
}

/** By Fermat: the modulus is prime. */
function inverse(value: bigint, prime: bigint): bigint {
  let [base, exponent, result] = [value % prime, prime - 2n, 1n];
  for (; exponent > 0n; exponent >>= 1n, base = (base * base) % prime) {
    if (exponent & 1n) result = (result * base) % prime;
  }
  return result;
}

function orderOf(crv: keyof typeof EC_CURVES): Uint8Array {
  return fromHex(EC_CURVES[crv].order.toString(16));
}

function littleEndian(value: bigint, width: number): Uint8Array {
  return fromHex(value.toString(16).padStart(2 * width, "0")).reverse();
}

function fromLittleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
}

function withBitFlipped(bytes: Uint8Array, at: number): Uint8Array {
  const out = bytes.slice();
  out[at] = (out[at] as number) ^ 1;
  return out;
}
