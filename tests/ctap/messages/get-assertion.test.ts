import { describe, expect, test } from "vitest";
import { encodeCbor } from "../../../src/cbor/encode.js";
import type { CborKey, CborValue } from "../../../src/cbor/value.js";
import { toHex } from "../../../src/core/bytes.js";
import {
  encodeGetAssertionRequest,
  encodeGetAssertionResponse,
  parseGetAssertionRequest,
  parseGetAssertionResponse,
} from "../../../src/ctap/messages/get-assertion.js";
import { hexOf, loadVectors } from "../../helpers/vectors.js";

interface ResponseVector {
  readonly id: string;
  readonly ctap2Response?: string;
  readonly authenticatorData: string;
  readonly signature: string;
  readonly credentialId?: string;
  readonly user?: { readonly id?: { readonly $hex: string } };
}

const map = (...entries: readonly (readonly [CborKey, CborValue])[]) => new Map(entries);
const HASH = new Uint8Array(32).fill(0xcd);
const ID = Uint8Array.of(1, 2, 3);

const GOOD: readonly (readonly [CborKey, CborValue])[] = [
  [1, "example.com"],
  [2, HASH],
];

function changed(key: CborKey, value?: CborValue): Uint8Array {
  const members = new Map(GOOD);
  if (value === undefined) members.delete(key);
  else members.set(key, value);
  return encodeCbor(members);
}

describe("parseGetAssertionRequest", () => {
  test("reads a good request", () => {
    const request = { rpId: "example.com", clientDataHash: HASH };
    expect(parseGetAssertionRequest(encodeCbor(new Map(GOOD)))).toEqual(request);
    expect(toHex(encodeGetAssertionRequest(request))).toBe(`02${toHex(encodeCbor(new Map(GOOD)))}`);
  });

  test("keeps an rk option for the authenticator to refuse", () => {
    expect(parseGetAssertionRequest(changed(5, map(["rk", false]))).options).toEqual({ rk: false });
  });

  test.each([
    ["no rpId", changed(1), 0x14],
    ["no clientDataHash", changed(2), 0x14],
    ["rpId as bytes", changed(1, ID), 0x11],
    ["clientDataHash as text", changed(2, "hash"), 0x11],
    ["clientDataHash of 33 bytes", changed(2, new Uint8Array(33)), 0x02],
    ["allowList as a map", changed(3, map()), 0x11],
    ["an allowed credential without id", changed(3, [map(["type", "public-key"])]), 0x14],
    ["an allowed credential without type", changed(3, [map(["id", ID])]), 0x14],
    ["extensions as a list", changed(4, []), 0x11],
    ["up as a number", changed(5, map(["up", 1])), 0x11],
    ["pinUvAuthParam as text", changed(6, "x"), 0x11],
    ["pinUvAuthProtocol as text", changed(7, "1"), 0x11],
    ["parameters that end too soon", changed(7, 1).subarray(0, -1), 0x12],
  ])("answers %s with its status", (_, parameters, status) => {
    expect(() => parseGetAssertionRequest(parameters)).toThrow(expect.objectContaining({ status }));
  });
});

describe("parseGetAssertionResponse", () => {
  const captured = loadVectors<ResponseVector>("assertion").filter(
    ({ ctap2Response }) => ctap2Response !== undefined,
  );

  test.each(captured)("$id: reads a captured response", (vector) => {
    const whole = hexOf(vector.ctap2Response);
    const response = parseGetAssertionResponse(whole[0] === 0 ? whole.subarray(1) : whole);
    expect(toHex(response.authData)).toBe(vector.authenticatorData);
    expect(toHex(response.signature)).toBe(vector.signature);
    if (vector.credentialId !== undefined) {
      expect(response.credential && toHex(response.credential.id)).toBe(vector.credentialId);
    }
    expect(response.user).toBeUndefined();
  });

  test("does without a credential, as 2.0 keys do when only one was allowed", () => {
    const body = encodeGetAssertionResponse({ authData: HASH, signature: ID });
    expect(parseGetAssertionResponse(body)).toEqual({ authData: HASH, signature: ID });
  });

  test.each([
    ["no authData", map([3, ID]), "MESSAGE_MISSING_FIELD"],
    ["no signature", map([2, HASH]), "MESSAGE_MISSING_FIELD"],
  ])("refuses %s", (_, members, code) => {
    expect(() => parseGetAssertionResponse(encodeCbor(members))).toThrow(expect.objectContaining({ code }));
  });
});
