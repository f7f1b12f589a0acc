import { createPublicKey, generateKeyPairSync, type JsonWebKey } from "node:crypto";
import { describe, expect, test } from "vitest";
import { fromBase64url, toHex } from "../../src/core/bytes.js";
import { parseAuthenticatorData } from "../../src/ctap/messages/authenticator-data.js";
import type { CoseKey } from "../../src/ctap/messages/cose.js";
import { encodeSpki } from "../../src/webauthn/spki.js";
import { hexOf, loadVectors } from "../helpers/vectors.js";

/** OpenSSL's own encoding of the key it made is what ours must equal, byte for byte. */
const MADE = [
  ["P-256", () => generateKeyPairSync("ec", { namedCurve: "P-256" })],
  ["P-384", () => generateKeyPairSync("ec", { namedCurve: "P-384" })],
  ["P-521", () => generateKeyPairSync("ec", { namedCurve: "P-521" })],
  ["secp256k1", () => generateKeyPairSync("ec", { namedCurve: "secp256k1" })],
  ["Ed25519", () => generateKeyPairSync("ed25519")],
  ["Ed448", () => generateKeyPairSync("ed448")],
  ["RSA 1024", () => generateKeyPairSync("rsa", { modulusLength: 1024 })],
  ["RSA 2048", () => generateKeyPairSync("rsa", { modulusLength: 2048 })],
] as const;

const member = (jwk: JsonWebKey, name: "x" | "y" | "n" | "e") => fromBase64url(jwk[name] as string);

function keyOf(jwk: JsonWebKey): CoseKey {
  const crv = jwk.crv as never;
  if (jwk.kty === "RSA") return { alg: 0, key: { kty: "RSA", n: member(jwk, "n"), e: member(jwk, "e") } };
  if (jwk.kty === "OKP") return { alg: 0, key: { kty: "OKP", crv, x: member(jwk, "x") } };
  return { alg: 0, key: { kty: "EC", crv, x: member(jwk, "x"), y: member(jwk, "y") } };
}

test.each(MADE)("%s is encoded as OpenSSL does", (_, make) => {
  const { publicKey } = make();
  const expected = new Uint8Array(publicKey.export({ format: "der", type: "spki" }));
  expect(encodeSpki(keyOf(publicKey.export({ format: "jwk" })))).toEqual(expected);
});

test("leading zeros of an RSA modulus are dropped", () => {
  const key = { kty: "RSA", n: Uint8Array.of(0, 0, 0x7f), e: Uint8Array.of(1, 0, 1) } as const;
  const bare = { ...key, n: Uint8Array.of(0x7f) };
  expect(encodeSpki({ alg: -257, key })).toEqual(encodeSpki({ alg: -257, key: bare }));
});

test("an ML-DSA key has the form of RFC 9881", () => {
  const spki = encodeSpki({ alg: -48, key: { kty: "AKP", pub: new Uint8Array(1312) } });
  // As Chromium 156 gives it to pages: 1334 bytes.
  expect([spki.length, toHex(spki.subarray(0, 22))]).toEqual([
    1334,
    "30820532300b06096086480165030403110382052100",
  ]);
});

describe("keys of published credentials", () => {
  const cases = loadVectors<{
    id: string;
    authenticatorData?: string;
    attestationObject?: string;
    source: string;
  }>("attestation").filter(({ source }) => source.startsWith("w3c/"));

  test("are there", () => {
    expect(cases.length).toBeGreaterThan(5);
  });

  test.each(cases)("$id opens in OpenSSL", ({ attestationObject }) => {
    const bytes = hexOf(attestationObject);
    const marker = Buffer.from(bytes).indexOf("authData");
    const length = bytes[marker + 8] === 0x59 ? 2 : 1;
    const start = marker + 9 + length;
    const size = Buffer.from(bytes).readUIntBE(marker + 9, length);
    const { attested } = parseAuthenticatorData(bytes.subarray(start, start + size));
    if (attested === undefined) throw new Error("no credential in the vector");
    const spki = encodeSpki(attested.publicKey);
    const { key } = attested.publicKey;
    const jwk = createPublicKey({ key: Buffer.from(spki), format: "der", type: "spki" }).export({
      format: "jwk",
    });
    expect(jwk.kty).toBe(key.kty);
  });
});
