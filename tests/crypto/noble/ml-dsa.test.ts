import { describe, expect, test } from "vitest";
import { concat, fromHex, utf8 } from "../../../src/core/bytes.js";
import { seededEntropy } from "../../../src/core/entropy.js";
import type { PublicKey } from "../../../src/core/crypto-provider.js";
import { parseCoseKey } from "../../../src/ctap/messages/cose.js";
import { PROVIDERS, readVectors } from "../vectors.js";

interface Row {
  readonly id: string;
  readonly alg: number;
  readonly publicKeyCose: string;
  readonly authenticatorData: string;
  readonly clientDataHash: string;
  readonly signature: string;
}

const rows = (readVectors("assertion") as { cases: readonly Row[] }).cases;
const rowOf = (alg: number) => rows.find((row) => row.alg === alg) as Row;
const KEY_MISMATCH = expect.objectContaining({ name: "PointError", code: "KEY_MISMATCH" }) as Error;

/** @see FIPS 204 §4, table 2 */
const SIZES = [
  ["ML-DSA-44", 1312, 2420],
  ["ML-DSA-65", 1952, 3309],
  ["ML-DSA-87", 2592, 4627],
] as const;

describe.each(PROVIDERS)("$name ML-DSA", (crypto) => {
  test.each(SIZES)(
    "%s has public keys of %i bytes and signatures of %i",
    (algorithm, keyBytes, signatureBytes) => {
      const { secretKey, publicKey } = crypto.generateSigningKey(algorithm, seededEntropy("sizes"));
      expect((publicKey as { pub: Uint8Array }).pub).toHaveLength(keyBytes);
      expect(crypto.sign(algorithm, secretKey, utf8("message"))).toHaveLength(signatureBytes);
    },
  );

  test.each([
    ["ML-DSA-65", -49],
    ["ML-DSA-87", -50],
  ] as const)("%s verifies the published signature, and nothing near it", (algorithm, alg) => {
    const row = rowOf(alg);
    const { key } = parseCoseKey(fromHex(row.publicKeyCose));
    const message = concat(fromHex(row.authenticatorData), fromHex(row.clientDataHash));
    const signature = fromHex(row.signature);
    expect(crypto.verify(algorithm, key, message, signature)).toBe(true);
    expect(crypto.verify(algorithm, key, concat(message, Uint8Array.of(0)), signature)).toBe(false);
    for (const at of [0, signature.length >> 1, signature.length - 1]) {
      const changed = Uint8Array.from(signature, (byte, i) => (i === at ? byte ^ 1 : byte));
      expect(crypto.verify(algorithm, key, message, changed), `byte ${at}`).toBe(false);
    }
    for (const wrong of [signature.subarray(1), concat(signature, Uint8Array.of(0)), new Uint8Array(0)]) {
      expect(crypto.verify(algorithm, key, message, wrong), `${wrong.length} bytes`).toBe(false);
    }
  });

  test("a key of another parameter set, or of none, belongs to another algorithm", () => {
    for (const length of [1312, 2592, 0, 1951]) {
      const key: PublicKey = { kty: "AKP", pub: new Uint8Array(length) };
      expect(() => crypto.verify("ML-DSA-65", key, utf8("m"), new Uint8Array(3309))).toThrow(KEY_MISMATCH);
    }
    const { publicKey } = crypto.generateSigningKey("ES256", seededEntropy("kind"));
    expect(() => crypto.verify("ML-DSA-65", publicKey, utf8("m"), new Uint8Array(3309))).toThrow(
      KEY_MISMATCH,
    );
  });
});
