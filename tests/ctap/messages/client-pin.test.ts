import { describe, expect, test } from "vitest";
import { decodeCbor } from "../../../src/cbor/decode.js";
import { encodeCbor } from "../../../src/cbor/encode.js";
import type { CborKey, CborMap, CborValue } from "../../../src/cbor/value.js";
import { toHex } from "../../../src/core/bytes.js";
import {
  encodeClientPinRequest,
  encodeClientPinResponse,
  parseClientPinRequest,
  parseClientPinResponse,
} from "../../../src/ctap/messages/client-pin.js";
import { hexOf, loadVectors } from "../../helpers/vectors.js";

interface CommandVector {
  readonly id: string;
  readonly request?: string;
  readonly response?: string;
}

const map = (...entries: readonly (readonly [CborKey, CborValue])[]) => new Map(entries);
const KEY = map([1, 2], [3, -25], [-1, 1], [-2, new Uint8Array(32)], [-3, new Uint8Array(32)]);
const without = (label: number) => new Map([...KEY].filter(([key]) => key !== label));

const COMMANDS = loadVectors<CommandVector>("pin-protocols").filter(({ request }) => request !== undefined);

describe("published clientPIN messages", () => {
  test.each(COMMANDS)("$id: the request encodes back to the same bytes", ({ request }) => {
    const bytes = hexOf(request);
    expect(bytes[0]).toBe(0x06);
    expect(toHex(encodeClientPinRequest(parseClientPinRequest(bytes.subarray(1))))).toBe(request);
  });

  test.each(COMMANDS)("$id: the response encodes back to the same bytes", ({ response }) => {
    const body = hexOf(response).subarray(1);
    expect(toHex(encodeClientPinResponse(parseClientPinResponse(body)))).toBe(toHex(body));
  });

  test("there are eight", () => {
    expect(COMMANDS).toHaveLength(8);
  });
});

describe("parseClientPinRequest", () => {
  test("ignores the parameters that only old drafts had", () => {
    expect(parseClientPinRequest(encodeCbor(map([2, 1], [7, true], [8, true])))).toEqual({ subCommand: 1 });
  });

  test.each([
    ["no subCommand", map([1, 1]), 0x14],
    ["subCommand as text", map([2, "1"]), 0x11],
    ["pinUvAuthProtocol as text", map([1, "1"], [2, 1]), 0x11],
    ["keyAgreement as bytes", map([2, 5], [3, new Uint8Array(65)]), 0x11],
    ["keyAgreement without x", map([2, 5], [3, without(-2)]), 0x02],
    ["keyAgreement without kty", map([2, 5], [3, without(1)]), 0x02],
    ["keyAgreement without alg", map([2, 5], [3, without(3)]), 0x02],
    ["keyAgreement on an unknown curve", map([2, 5], [3, new Map([...KEY, [-1, 99]])]), 0x02],
    ["x of 31 bytes", map([2, 5], [3, new Map([...KEY, [-2, new Uint8Array(31)]])]), 0x02],
    ["pinUvAuthParam as text", map([2, 3], [4, "x"]), 0x11],
    ["newPinEnc as text", map([2, 3], [5, "x"]), 0x11],
    ["pinHashEnc as text", map([2, 5], [6, "x"]), 0x11],
    ["permissions below zero", map([2, 9], [9, -1]), 0x11],
    ["rpId as bytes", map([2, 9], [10, new Uint8Array(1)]), 0x11],
  ])("answers %s with its status", (_, members, status) => {
    expect(() => parseClientPinRequest(encodeCbor(members))).toThrow(expect.objectContaining({ status }));
  });
});

describe("clientPIN responses", () => {
  test("a response that says nothing has no body", () => {
    expect(encodeClientPinResponse({})).toEqual(new Uint8Array(0));
    expect(parseClientPinResponse(new Uint8Array(0))).toEqual({});
  });

  test("an empty map reads the same as no body", () => {
    expect(parseClientPinResponse(hexOf("a0"))).toEqual({});
  });

  test("retries and power cycle state have keys three and four", () => {
    const body = encodeClientPinResponse({ pinRetries: 5, powerCycleState: true });
    expect(decodeCbor(body) as CborMap).toEqual(map([3, 5], [4, true]));
  });
});
