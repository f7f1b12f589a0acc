import { describe, expect, test } from "vitest";
import { encodeCbor } from "../../../src/cbor/encode.js";
import type { CborKey, CborValue } from "../../../src/cbor/value.js";
import { fromHex, toHex } from "../../../src/core/bytes.js";
import { openAdvert, sealAdvert } from "../../../src/hybrid/protocol/advert.js";
import {
  encodeClientPayload,
  parseClientPayload,
  type ClientPayload,
} from "../../../src/hybrid/protocol/client-payload.js";
import { TunnelHeader } from "../../../src/hybrid/protocol/constants.js";
import { deriveKey, KeyPurpose } from "../../../src/hybrid/protocol/keys.js";
import { casesOf, PROVIDERS } from "../vectors.js";

interface StateAssistedCase {
  readonly name: string;
  readonly clientNonce: string;
  readonly linkId?: string;
  readonly hint?: ClientPayload["hint"];
  readonly header?: string;
  readonly linkSecret?: string;
  readonly eidKey?: string;
  readonly eidPlaintext?: string;
  readonly advert?: string;
  readonly psk?: string;
}

describe.each(PROVIDERS)("$name", (crypto) => {
  test.each(casesOf<StateAssistedCase>("stateAssisted"))("$nr: $name", (row) => {
    const nonce = fromHex(row.clientNonce);
    if (row.header !== undefined) {
      const payload = { linkId: fromHex(row.linkId ?? ""), nonce, hint: row.hint ?? "mc" };
      expect(`${TunnelHeader.CLIENT_PAYLOAD}: ${encodeClientPayload(payload)}`).toBe(row.header);
      expect(parseClientPayload(row.header.split(": ")[1] ?? "")).toEqual(payload);
      return;
    }
    const secret = fromHex(row.linkSecret ?? "");
    const key = deriveKey(secret, { purpose: KeyPurpose.EID_KEY, salt: nonce }, crypto);
    expect(toHex(key)).toBe(row.eidKey);
    const advert = openAdvert(key, fromHex(row.advert ?? ""), crypto);
    if (advert === undefined) throw new Error("the published advert does not open");
    expect(toHex(advert.plaintext)).toBe(row.eidPlaintext);
    expect(toHex(sealAdvert(key, advert, crypto))).toBe(row.advert);
    const psk = deriveKey(secret, { purpose: KeyPurpose.PSK, salt: advert.plaintext }, crypto);
    expect(toHex(psk)).toBe(row.psk);
  });
});

const GOOD: readonly (readonly [CborKey, CborValue])[] = [
  [1, new Uint8Array(8)],
  [2, new Uint8Array(16)],
  [3, "mc"],
];

const headerOf = (key: CborKey, value: CborValue | undefined) => {
  const map = new Map<CborKey, CborValue>(GOOD);
  if (value === undefined) map.delete(key);
  else map.set(key, value);
  return toHex(encodeCbor(map));
};

test("hex digits may be of either case, and members nobody knows are left out", () => {
  const payload = { linkId: new Uint8Array(8), nonce: new Uint8Array(16), hint: "mc" };
  expect(parseClientPayload(headerOf(3, "mc").toUpperCase())).toEqual(payload);
  expect(parseClientPayload(headerOf(4, 1))).toEqual(payload);
});

test.each([
  ["an odd number of digits", "a"],
  ["no hex digits", "zz"],
  ["nothing", ""],
  ["no map", "80"],
  ["no link id", headerOf(1, undefined)],
  ["a link id of 9 bytes", headerOf(1, new Uint8Array(9))],
  ["no nonce", headerOf(2, undefined)],
  ["a nonce of 15 bytes", headerOf(2, new Uint8Array(15))],
  ["no hint", headerOf(3, undefined)],
  ["a hint nobody knows", headerOf(3, "dcp")],
  ["a hint that is a number", headerOf(3, 1)],
])("%s is refused", (_, header) => {
  expect(() => parseClientPayload(header)).toThrow(
    expect.objectContaining({ code: "CLIENT_PAYLOAD_MALFORMED", aftermath: "none" }),
  );
});
