import { describe, expect, test } from "vitest";
import { concat, fromHex, toHex } from "../../src/core/bytes.js";
import { casesOf, PROVIDERS } from "./vectors.js";

const KEY = new Uint8Array(32).fill(1);
const IV = new Uint8Array(16).fill(2);
const NONCE = new Uint8Array(12).fill(3);
const NOTHING = new Uint8Array(0);

describe.each(PROVIDERS)("$name AES", (crypto) => {
  test.each(casesOf("aes-256-block"))("runs one block both ways, case $nr", (row) => {
    const key = fromHex(row.key);
    expect(toHex(crypto.encryptBlock(key, fromHex(row.plaintext)))).toBe(row.ciphertext);
    expect(toHex(crypto.decryptBlock(key, fromHex(row.ciphertext)))).toBe(row.plaintext);
  });

  test.each(casesOf("aes-cbc"))("chains blocks both ways, case $nr", (row) => {
    const [key, iv] = [fromHex(row.key), fromHex(row.iv)];
    expect(toHex(crypto.cbcEncrypt(key, iv, fromHex(row.plaintext)))).toBe(row.ciphertext);
    expect(toHex(crypto.cbcDecrypt(key, iv, fromHex(row.ciphertext)))).toBe(row.plaintext);
  });

  test.each(casesOf("aes-256-gcm-seal"))("seals to the published bytes, case $nr", (row) => {
    const plaintext = fromHex(row.plaintext as string);
    const sealed = crypto.gcmSeal(
      fromHex(row.key),
      fromHex(row.nonce),
      plaintext,
      fromHex(row.associatedData),
    );
    expect(toHex(sealed)).toBe(row.ciphertext + row.tag);
  });

  test.each(casesOf("aes-256-gcm-open"))("opens what is whole and nothing else, case $nr", (row) => {
    const sealed = fromHex(row.ciphertext + row.tag);
    const opened = crypto.gcmOpen(fromHex(row.key), fromHex(row.nonce), sealed, fromHex(row.associatedData));
    expect(opened && toHex(opened)).toBe(row.plaintext);
  });

  test("opens nothing that is shorter than a tag", () => {
    expect(crypto.gcmOpen(KEY, NONCE, new Uint8Array(15), NOTHING)).toBeUndefined();
  });

  test("encrypts no text to no text, because CTAP pads nothing", () => {
    expect(crypto.cbcEncrypt(KEY, IV, NOTHING)).toEqual(NOTHING);
  });

  test("reads views at any offset of their buffer", () => {
    const text = new Uint8Array(32).fill(9);
    const shifted = concat(Uint8Array.of(0), text).subarray(1);
    expect(crypto.cbcEncrypt(KEY, IV, shifted)).toEqual(crypto.cbcEncrypt(KEY, IV, text));
    expect(crypto.gcmSeal(KEY, NONCE, shifted, NOTHING)).toEqual(crypto.gcmSeal(KEY, NONCE, text, NOTHING));
  });

  test("leaves its input as it was", () => {
    const text = new Uint8Array(32).fill(9);
    crypto.cbcEncrypt(KEY, IV, text);
    crypto.cbcDecrypt(KEY, IV, text);
    crypto.gcmSeal(KEY, NONCE, text, NOTHING);
    crypto.gcmOpen(KEY, NONCE, text, NOTHING);
    expect(text).toEqual(new Uint8Array(32).fill(9));
    expect(IV).toEqual(new Uint8Array(16).fill(2));
  });

  const short = (bytes: Uint8Array) => bytes.subarray(1);
  test.each([
    ["a block key of 31 bytes", () => crypto.encryptBlock(short(KEY), IV)],
    ["a block of 15 bytes", () => crypto.decryptBlock(KEY, short(IV))],
    ["a CBC key of 24 bytes", () => crypto.cbcEncrypt(KEY.subarray(8), IV, IV)],
    ["an IV of 15 bytes", () => crypto.cbcDecrypt(KEY, short(IV), IV)],
    ["a text that is no multiple of a block", () => crypto.cbcEncrypt(KEY, IV, short(KEY))],
    ["a ciphertext that is no multiple of a block", () => crypto.cbcDecrypt(KEY, IV, short(KEY))],
    ["a GCM key of 16 bytes", () => crypto.gcmSeal(KEY.subarray(16), NONCE, IV, NOTHING)],
    ["a nonce of 11 bytes", () => crypto.gcmOpen(KEY, short(NONCE), KEY, NOTHING)],
  ])("refuses %s", (_, work) => {
    expect(work).toThrow(RangeError);
  });

  test("hands out plain byte arrays", () => {
    const results = [
      crypto.encryptBlock(KEY, IV),
      crypto.cbcEncrypt(KEY, IV, IV),
      crypto.cbcDecrypt(KEY, IV, IV),
      crypto.gcmSeal(KEY, NONCE, IV, NOTHING),
    ];
    expect(results.map((bytes) => bytes.constructor)).toEqual(results.map(() => Uint8Array));
  });
});
