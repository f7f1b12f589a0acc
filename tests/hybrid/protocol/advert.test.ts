import { describe, expect, test } from "vitest";
import { defaultCrypto } from "../../../src/crypto/default.js";
import { concat, fromHex, toHex } from "../../../src/core/bytes.js";
import { encodeAdvert, openAdvert, parseAdvert, sealAdvert } from "../../../src/hybrid/protocol/advert.js";
import { deriveKey, KeyPurpose } from "../../../src/hybrid/protocol/keys.js";
import { casesOf, PROVIDERS } from "../vectors.js";

interface EidCase {
  readonly name: string;
  readonly secret: string;
  readonly salt: string;
  readonly eidKey: string;
  readonly plaintext: string;
  readonly nonce: string;
  readonly routingId: string;
  readonly tunnelDomainId: number;
  readonly advert: string;
  readonly psk: string;
}

const [FIRST] = casesOf<EidCase>("eid");
if (FIRST === undefined) throw new Error("no advert to work with");
const { eidKey, advert: published } = FIRST;
const KEY = fromHex(eidKey);
const ADVERT = fromHex(published);

describe.each(PROVIDERS)("$name", (crypto) => {
  test.each(casesOf<EidCase>("eid"))("$nr: $name", (row) => {
    const secret = fromHex(row.secret);
    const key = deriveKey(secret, { purpose: KeyPurpose.EID_KEY, salt: fromHex(row.salt) }, crypto);
    expect(toHex(key)).toBe(row.eidKey);
    const fields = {
      nonce: fromHex(row.nonce),
      routingId: fromHex(row.routingId),
      tunnelCode: row.tunnelDomainId,
    };
    expect(toHex(sealAdvert(key, fields, crypto))).toBe(row.advert);
    const opened = openAdvert(key, fromHex(row.advert), crypto);
    expect(opened).toEqual({ ...fields, plaintext: fromHex(row.plaintext) });
    const psk = deriveKey(secret, { purpose: KeyPurpose.PSK, salt: fromHex(row.plaintext) }, crypto);
    expect(toHex(psk)).toBe(row.psk);
  });

  test.each(casesOf<{ name: string; eidKey: string; plaintext: string; advert: string }>("eidRawKey"))(
    "$name",
    ({ eidKey, plaintext, advert }) => {
      const fields = parseAdvert(fromHex(plaintext));
      expect(fields).toBeDefined();
      if (fields) expect(toHex(sealAdvert(fromHex(eidKey), fields, crypto))).toBe(advert);
      expect(openAdvert(fromHex(eidKey), fromHex(advert), crypto)?.plaintext).toEqual(fromHex(plaintext));
    },
  );

  test.each(casesOf<{ name: string; eidKey: string; advert: string }>("eidInvalid"))(
    "is not for us: $name",
    ({ eidKey, advert }) => {
      expect(openAdvert(fromHex(eidKey), fromHex(advert), crypto)).toBeUndefined();
    },
  );

  test("is not for us: an advert for another code", () => {
    const other = deriveKey(new Uint8Array(16).fill(9), { purpose: KeyPurpose.EID_KEY }, crypto);
    expect(openAdvert(other, ADVERT, crypto)).toBeUndefined();
  });

  test.each([0, 1, 16, 19])("is not for us: any one bit of byte %d flipped", (index) => {
    const altered = Uint8Array.from(ADVERT);
    altered[index] = (altered[index] as number) ^ 0x80;
    expect(openAdvert(KEY, altered, crypto)).toBeUndefined();
  });

  test.each([
    ["the reserved byte", "01098b736b36a98cb9a42f090a0bff01"],
    ["a domain nobody was given", "00098b736b36a98cb9a42f090a0b0200"],
  ])("is not for us although the tag is right: %s", (_, plaintext) => {
    const block = crypto.encryptBlock(KEY.subarray(0, 32), fromHex(plaintext));
    const sealed = concat(block, crypto.hmacSha256(KEY.subarray(32), block).subarray(0, 4));
    expect(openAdvert(KEY, sealed, crypto)).toBeUndefined();
  });
});

interface ParseCase {
  readonly name: string;
  readonly plaintext: string;
  readonly valid: boolean;
  readonly nonce?: string;
  readonly routingId?: string;
  readonly tunnelDomainId?: number;
}

test.each(casesOf<ParseCase>("eidParse"))("$nr: $name", (row) => {
  const advert = parseAdvert(fromHex(row.plaintext));
  expect(advert !== undefined).toBe(row.valid);
  expect(advert && toHex(advert.nonce)).toBe(row.nonce);
  expect(advert && toHex(advert.routingId)).toBe(row.routingId);
  expect(advert?.tunnelCode).toBe(row.tunnelDomainId);
  if (advert) expect(toHex(encodeAdvert(advert))).toBe(row.plaintext);
});

test("a suffix takes no part", () => {
  expect(openAdvert(KEY, concat(ADVERT, fromHex("a1011882")), defaultCrypto)).toEqual(
    openAdvert(KEY, ADVERT, defaultCrypto),
  );
});

test.each([
  ["nonce", { nonce: new Uint8Array(9), routingId: new Uint8Array(3), tunnelCode: 0 }],
  ["routing id", { nonce: new Uint8Array(10), routingId: new Uint8Array(4), tunnelCode: 0 }],
])("a %s of another length is a bug of the caller", (_, fields) => {
  expect(() => sealAdvert(KEY, fields, defaultCrypto)).toThrow(RangeError);
});
