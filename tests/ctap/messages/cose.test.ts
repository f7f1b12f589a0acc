import { describe, expect, test } from "vitest";
import { decodeCbor } from "../../../src/cbor/decode.js";
import { encodeCbor } from "../../../src/cbor/encode.js";
import type { CborFault, CborKey, CborMap, CborValue } from "../../../src/cbor/value.js";
import { concat, toHex } from "../../../src/core/bytes.js";
import { nobleCrypto } from "../../../src/crypto/noble/provider.js";
import { nodeCrypto } from "../../../src/crypto/node/provider.js";
import {
  CoseAlgorithm,
  encodeCoseKey,
  fromCoseMap,
  parseCoseKey,
  signatureAlgorithm,
  verifySignature,
  type CoseKey,
} from "../../../src/ctap/messages/cose.js";
import { hexOf, loadVectors } from "../../helpers/vectors.js";

interface AssertionVector {
  readonly id: string;
  readonly authenticatorData: string;
  readonly clientDataHash?: string;
  readonly publicKeyCose?: string;
  readonly signature: string;
  readonly alg?: number;
  readonly verified: boolean | null;
}

const CASES = loadVectors<AssertionVector>("assertion");
const WITH_KEY = CASES.filter(({ publicKeyCose }) => publicKeyCose !== undefined);

const fill = (byte: number, length: number) => new Uint8Array(length).fill(byte);

/** One key of each kind; the numbers need not be a key for reading and writing. */
const KEYS: readonly (readonly [name: string, key: CoseKey, alg: number])[] = [
  ["P-256", { alg: -7, key: { kty: "EC", crv: "P-256", x: fill(1, 32), y: fill(2, 32) } }, -7],
  ["P-384", { alg: -35, key: { kty: "EC", crv: "P-384", x: fill(1, 48), y: fill(2, 48) } }, -35],
  ["P-521", { alg: -36, key: { kty: "EC", crv: "P-521", x: fill(1, 66), y: fill(2, 66) } }, -36],
  ["secp256k1", { alg: -47, key: { kty: "EC", crv: "secp256k1", x: fill(1, 32), y: fill(2, 32) } }, -47],
  ["Ed25519", { alg: -8, key: { kty: "OKP", crv: "Ed25519", x: fill(1, 32) } }, -8],
  ["Ed448", { alg: -53, key: { kty: "OKP", crv: "Ed448", x: fill(1, 57) } }, -53],
  ["RSA", { alg: -257, key: { kty: "RSA", n: fill(1, 256), e: Uint8Array.of(1, 0, 1) } }, -257],
  ["ML-DSA-44", { alg: -48, key: { kty: "AKP", pub: fill(1, 1312) } }, -48],
  ["ML-DSA-65", { alg: -49, key: { kty: "AKP", pub: fill(1, 1952) } }, -49],
  ["ML-DSA-87", { alg: -50, key: { kty: "AKP", pub: fill(1, 2592) } }, -50],
];

describe("COSE keys", () => {
  test.each(KEYS)("%s: what is written reads back", (_, key) => {
    expect(parseCoseKey(encodeCoseKey(key))).toEqual(key);
  });

  test.each(WITH_KEY)("$id: the published key encodes back to its bytes", ({ publicKeyCose, alg }) => {
    const key = parseCoseKey(hexOf(publicKeyCose));
    expect(key.alg).toBe(alg);
    expect(toHex(encodeCoseKey(key))).toBe(publicKeyCose);
  });

  test("members come in canonical order: kty, alg, crv, x, y", () => {
    const [, key] = KEYS[0] as (typeof KEYS)[number];
    expect([...(decodeCbor(encodeCoseKey(key)) as CborMap).keys()]).toEqual([1, 3, -1, -2, -3]);
  });

  const ES256: readonly (readonly [CborKey, CborValue])[] = [
    [1, 2],
    [3, -7],
    [-1, 1],
    [-2, fill(1, 32)],
    [-3, fill(2, 32)],
  ];
  const but = (...changes: readonly (readonly [CborKey, CborValue])[]) => new Map([...ES256, ...changes]);
  const without = (label: number) => new Map(ES256.filter(([key]) => key !== label));

  test("unknown members are ignored", () => {
    expect(fromCoseMap(but([2, fill(9, 4)]))).toEqual(fromCoseMap(new Map(ES256)));
  });

  test.each([
    ["no kty", without(1), "COSE_MALFORMED"],
    ["no alg", without(3), "COSE_MALFORMED"],
    ["no crv", without(-1), "COSE_MALFORMED"],
    ["no x", without(-2), "COSE_MALFORMED"],
    ["no y", without(-3), "COSE_MALFORMED"],
    ["kty as text", but([1, "EC2"]), "COSE_MALFORMED"],
    ["an unknown kty", but([1, 4]), "COSE_UNSUPPORTED"],
    ["an unknown curve", but([-1, 99]), "COSE_UNSUPPORTED"],
    ["a curve of another key type", but([-1, 6]), "COSE_UNSUPPORTED"],
    ["x of 31 bytes", but([-2, fill(1, 31)]), "COSE_MALFORMED"],
    ["y as a sign bit", but([-3, true]), "COSE_MALFORMED"],
    ["RSA without e", but([1, 3], [-1, fill(1, 256)], [-2, "e"]), "COSE_MALFORMED"],
    ["AKP with an unknown algorithm", but([1, 7]), "COSE_UNSUPPORTED"],
    ["AKP of the wrong length", but([1, 7], [3, -48], [-1, fill(1, 1311)]), "COSE_MALFORMED"],
  ])("refuses %s", (_, map, code) => {
    expect(() => fromCoseMap(map)).toThrow(expect.objectContaining({ code }));
  });

  test.each([
    ["a byte after the key", concat(encodeCbor(new Map(ES256)), Uint8Array.of(0))],
    ["a list", Uint8Array.of(0x80)],
    ["nothing", new Uint8Array(0)],
  ])("parseCoseKey refuses %s", (_, bytes) => {
    expect(() => parseCoseKey(bytes)).toThrow(expect.objectContaining({ code: "COSE_MALFORMED" }));
  });

  test("parseCoseKey reads members out of order, and says so", () => {
    const faults: CborFault[] = [];
    const key = hexOf(`a503260102${toHex(encodeCbor(new Map(ES256))).slice(10)}`);
    expect(parseCoseKey(key, (fault) => faults.push(fault))).toEqual(fromCoseMap(new Map(ES256)));
    expect(faults).toEqual(["KEYS_OUT_OF_ORDER"]);
  });
});

describe("signatureAlgorithm", () => {
  /** Source: IANA COSE Algorithms; WebAuthn Level 3 §5.8.5 for EdDSA. */
  test.each([
    [-7, "ES256"],
    [-9, "ES256"],
    [-35, "ES384"],
    [-51, "ES384"],
    [-36, "ES512"],
    [-52, "ES512"],
    [-47, "ES256K"],
    [-8, "Ed25519"],
    [-19, "Ed25519"],
    [-53, "Ed448"],
    [-65535, "RS1"],
    [-257, "RS256"],
    [-258, "RS384"],
    [-259, "RS512"],
    [-37, "PS256"],
    [-38, "PS384"],
    [-39, "PS512"],
    [-25, undefined],
    [-48, "ML-DSA-44"],
    [-49, "ML-DSA-65"],
    [-50, "ML-DSA-87"],
    [0, undefined],
  ])("%i is %s", (alg, name) => {
    expect(signatureAlgorithm(alg)).toBe(name);
  });
});

describe.each([nodeCrypto, nobleCrypto])("verifySignature with $name crypto", (crypto) => {
  const signed = (vector: AssertionVector) =>
    concat(hexOf(vector.authenticatorData), hexOf(vector.clientDataHash));

  test.each(WITH_KEY)("$id is as published, and wrong over another message", (vector) => {
    const key = parseCoseKey(hexOf(vector.publicKeyCose));
    const signature = hexOf(vector.signature);
    expect(verifySignature(key, signed(vector), signature, crypto)).toBe(vector.verified);
    expect(verifySignature(key, concat(signed(vector), Uint8Array.of(0)), signature, crypto)).toBe(false);
  });

  test("31 published assertions with a key were asked", () => {
    expect(WITH_KEY).toHaveLength(31);
  });

  test("an algorithm nobody here verifies is named, not called wrong", () => {
    const key: CoseKey = { alg: -25, key: { kty: "EC", crv: "P-256", x: fill(1, 32), y: fill(2, 32) } };
    expect(() => verifySignature(key, fill(0, 1), fill(0, 64), crypto)).toThrow(
      expect.objectContaining({ code: "COSE_UNSUPPORTED" }),
    );
  });

  test.each([
    ["another length than its parameter set", CoseAlgorithm.ML_DSA_65, 1312],
    ["another kind", CoseAlgorithm.ES256, 1312],
  ])("an ML-DSA key of %s is a malformed key", (_, alg, length) => {
    const key: CoseKey = { alg, key: { kty: "AKP", pub: fill(1, length) } };
    expect(() => verifySignature(key, fill(0, 1), fill(0, 3309), crypto)).toThrow(
      expect.objectContaining({ code: "COSE_MALFORMED" }),
    );
  });

  test("a point off its curve is a malformed key", () => {
    const [, key] = KEYS[0] as (typeof KEYS)[number];
    const signature = hexOf("3006020101020101");
    expect(() => verifySignature(key, fill(0, 1), signature, crypto)).toThrow(
      expect.objectContaining({ code: "COSE_MALFORMED" }),
    );
  });

  test("a key of another kind than its algorithm is a malformed key", () => {
    const key: CoseKey = { alg: CoseAlgorithm.RS256, key: { kty: "OKP", crv: "Ed25519", x: fill(1, 32) } };
    expect(() => verifySignature(key, fill(0, 1), fill(0, 64), crypto)).toThrow(
      expect.objectContaining({ code: "COSE_MALFORMED" }),
    );
  });
});
