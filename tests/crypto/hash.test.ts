import { describe, expect, test } from "vitest";
import { fromHex, toHex } from "../../src/core/bytes.js";
import { casesOf, PROVIDERS } from "./vectors.js";

describe.each(PROVIDERS)("$name hashing", (crypto) => {
  test.each(casesOf("hash"))("gives the published $hash digest, case $nr", ({ hash, message, digest }) => {
    expect(toHex(crypto.hash(hash, fromHex(message)))).toBe(digest);
  });

  test.each(casesOf("hash").filter(({ hash }) => hash === "sha256"))(
    "gives the same digest by its short name, case $nr",
    ({ message, digest }) => {
      expect(toHex(crypto.sha256(fromHex(message)))).toBe(digest);
    },
  );

  test.each(casesOf("hmac-sha256"))("gives the published HMAC, case $nr", ({ key, message, mac }) => {
    expect(toHex(crypto.hmacSha256(fromHex(key), fromHex(message)))).toBe(mac);
  });

  test.each(casesOf("hkdf-sha256"))("derives the published key material, case $nr", (row) => {
    const input = { secret: fromHex(row.secret), salt: fromHex(row.salt), info: fromHex(row.info) };
    expect(toHex(crypto.hkdfSha256({ ...input, length: row.length }))).toBe(row.okm);
  });

  test("derives up to 255 blocks and not a byte more", () => {
    const input = { secret: Uint8Array.of(1), salt: Uint8Array.of(2), info: Uint8Array.of(3) };
    expect(crypto.hkdfSha256({ ...input, length: 255 * 32 })).toHaveLength(255 * 32);
    expect(() => crypto.hkdfSha256({ ...input, length: 255 * 32 + 1 })).toThrow(RangeError);
  });

  test("hands out plain byte arrays that own their memory", () => {
    const digest = crypto.hash("sha256", Uint8Array.of(1));
    expect(digest.constructor).toBe(Uint8Array);
    expect(digest.buffer.byteLength).toBe(32);
    expect(crypto.hmacSha256(Uint8Array.of(1), Uint8Array.of(2)).constructor).toBe(Uint8Array);
  });
});
