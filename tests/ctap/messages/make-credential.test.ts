import { describe, expect, test } from "vitest";
import { encodeCbor } from "../../../src/cbor/encode.js";
import type { CborKey, CborValue } from "../../../src/cbor/value.js";
import { concat, toHex } from "../../../src/core/bytes.js";
import {
  encodeMakeCredentialRequest,
  encodeMakeCredentialResponse,
  parseMakeCredentialRequest,
  parseMakeCredentialResponse,
  type MakeCredentialRequest,
} from "../../../src/ctap/messages/make-credential.js";
import { hexOf } from "../../helpers/vectors.js";

const map = (...entries: readonly (readonly [CborKey, CborValue])[]) => new Map(entries);
const HASH = new Uint8Array(32).fill(0xcd);
const ID = Uint8Array.of(1, 2, 3);

const GOOD: readonly (readonly [CborKey, CborValue])[] = [
  [1, HASH],
  [2, map(["id", "example.com"], ["name", "Example"])],
  [3, map(["id", ID], ["name", "ada"], ["displayName", "Ada"])],
  [4, [map(["alg", -7], ["type", "public-key"])]],
];

const REQUEST: MakeCredentialRequest = {
  clientDataHash: HASH,
  rp: { id: "example.com", name: "Example" },
  user: { id: ID, name: "ada", displayName: "Ada" },
  pubKeyCredParams: [{ alg: -7, type: "public-key" }],
};

/** A good request with one member replaced, or left out when there is no value. */
function changed(key: CborKey, value?: CborValue): Uint8Array {
  const members = new Map(GOOD);
  if (value === undefined) members.delete(key);
  else members.set(key, value);
  return encodeCbor(members, { depthMax: 5 });
}

describe("parseMakeCredentialRequest", () => {
  test("reads a good request", () => {
    expect(parseMakeCredentialRequest(encodeCbor(new Map(GOOD)))).toEqual(REQUEST);
  });

  test.each<readonly [string, Uint8Array, Partial<MakeCredentialRequest>]>([
    ["an unknown parameter", changed(0x63, 1), {}],
    ["an unknown option", changed(7, map(["rk", true], ["xx", true])), { options: { rk: true } }],
    ["an unknown option that is no boolean", changed(7, map(["xx", 1])), { options: {} }],
    ["an unknown extension", changed(6, map(["xx", [1]])), { extensions: new Map([["xx", [1]]]) }],
    ["an unknown member of rp", changed(2, map(["id", "a"], ["xx", 1])), { rp: { id: "a" } }],
    ["an icon of the wrong type", changed(2, map(["id", "a"], ["icon", 1])), { rp: { id: "a" } }],
    ["an icon of the user", changed(3, map(["id", ID], ["icon", "i"])), { user: { id: ID } }],
    [
      "a credential type nobody knows",
      changed(4, [map(["alg", -7], ["type", "quantum-key"])]),
      { pubKeyCredParams: [{ alg: -7, type: "quantum-key" }] },
    ],
    [
      "a descriptor with transports",
      changed(5, [map(["id", ID], ["type", "public-key"], ["transports", ["usb"]])]),
      { excludeList: [{ id: ID, type: "public-key", transports: ["usb"] }] },
    ],
    ["an empty exclude list", changed(5, []), { excludeList: [] }],
    ["an empty pinUvAuthParam", changed(8, new Uint8Array(0)), { pinUvAuthParam: new Uint8Array(0) }],
  ])("accepts %s", (_, parameters, difference) => {
    expect(parseMakeCredentialRequest(parameters)).toEqual({ ...REQUEST, ...difference });
  });

  /** Source of the statuses: CTAP 2.3 §6.1.2, §8; the conformance test tool where it is more exact. */
  test.each([
    ["no clientDataHash", changed(1), 0x14],
    ["no rp", changed(2), 0x14],
    ["no user", changed(3), 0x14],
    ["no pubKeyCredParams", changed(4), 0x14],
    ["an rp without id", changed(2, map(["name", "Example"])), 0x14],
    ["a user without id", changed(3, map(["name", "ada"])), 0x14],
    ["an algorithm without alg", changed(4, [map(["type", "public-key"])]), 0x12],
    ["an algorithm without type", changed(4, [map(["alg", -7])]), 0x12],
    ["a second algorithm without alg", changed(4, [map(["alg", -7], ["type", "public-key"]), map()]), 0x12],
    ["alg as text", changed(4, [map(["alg", "ES256"], ["type", "public-key"])]), 0x11],
    ["an algorithm's type as bytes", changed(4, [map(["alg", -7], ["type", ID])]), 0x11],
    ["an algorithm that is no map", changed(4, [-7]), 0x11],
    ["an excluded credential without id", changed(5, [map(["type", "public-key"])]), 0x14],
    ["an excluded credential without type", changed(5, [map(["id", ID])]), 0x14],
    ["an excluded credential's type as bytes", changed(5, [map(["id", ID], ["type", ID])]), 0x11],
    ["an excluded credential's id as text", changed(5, [map(["id", "x"], ["type", "public-key"])]), 0x11],
    ["rp.name as a number", changed(2, map(["id", "a"], ["name", 1])), 0x11],
    ["user.id as text", changed(3, map(["id", "a"])), 0x11],
    ["user.displayName as bytes", changed(3, map(["id", ID], ["displayName", ID])), 0x11],
    ["clientDataHash as text", changed(1, "hash"), 0x11],
    ["clientDataHash of 31 bytes", changed(1, HASH.subarray(1)), 0x02],
    ["rp as text", changed(2, "example.com"), 0x11],
    ["user as a list", changed(3, []), 0x11],
    ["pubKeyCredParams as a map", changed(4, map()), 0x11],
    ["excludeList as a map", changed(5, map()), 0x11],
    ["extensions as a list", changed(6, []), 0x11],
    ["an extension with an integer for a name", changed(6, map([1, true])), 0x11],
    ["options as a list", changed(7, []), 0x11],
    ["rk as a number", changed(7, map(["rk", 1])), 0x11],
    ["pinUvAuthParam as text", changed(8, "x"), 0x11],
    ["pinUvAuthProtocol below zero", changed(9, -1), 0x11],
    ["enterpriseAttestation as a boolean", changed(10, true), 0x11],
    ["attestationFormatsPreference as text", changed(11, "none"), 0x11],
    ["a list of parameters", hexOf("80"), 0x11],
    ["nothing at all", new Uint8Array(0), 0x12],
    ["parameters that end too soon", changed(9, 1).subarray(0, -1), 0x12],
    ["a byte after the parameters", concat(changed(9, 1), Uint8Array.of(0)), 0x12],
    ["keys out of order", hexOf("a207a006a0"), 0x12],
    ["a duplicate key", hexOf("a206a006a0"), 0x12],
    ["five levels of nesting", changed(6, map(["x", [[[1]]]])), 0x12],
  ])("answers %s with its status", (_, parameters, status) => {
    expect(() => parseMakeCredentialRequest(parameters)).toThrow(expect.objectContaining({ status }));
  });

  test("names the field, not what it holds", () => {
    const parameters = changed(5, [map(["id", ID], ["type", "public-key"]), map(["id", "secret"])]);
    expect(() => parseMakeCredentialRequest(parameters)).toThrow("excludeList[1].id is not bytes");
  });

  test("of several things that are wrong, the parameter with the lowest key counts", () => {
    const parameters = encodeCbor(map([1, "hash"], [4, []]));
    expect(() => parseMakeCredentialRequest(parameters)).toThrow("clientDataHash");
  });
});

describe("encodeMakeCredentialRequest", () => {
  test("writes the command byte and canonical CBOR", () => {
    expect(toHex(encodeMakeCredentialRequest(REQUEST))).toBe(`01${toHex(encodeCbor(new Map(GOOD)))}`);
  });

  test("leaves transports out of descriptors, because strict keys refuse them", () => {
    const excludeList = [{ id: ID, type: "public-key", transports: ["usb"] }];
    const parameters = encodeMakeCredentialRequest({ ...REQUEST, excludeList }).subarray(1);
    expect(parseMakeCredentialRequest(parameters).excludeList).toEqual([{ id: ID, type: "public-key" }]);
  });
});

describe("parseMakeCredentialResponse", () => {
  const RESPONSE = { fmt: "none", authData: HASH, attStmt: new Map() };

  test("reads members in any order, and says so", () => {
    const faults: (string | number | undefined)[][] = [];
    const body = hexOf(`a303a001646e6f6e65025820${toHex(HASH)}`);
    expect(parseMakeCredentialResponse(body, (...fault) => faults.push(fault))).toEqual(RESPONSE);
    expect(faults).toEqual([["KEYS_OUT_OF_ORDER", 3]]);
  });

  test("reads the list of statements that a compound attestation is", () => {
    const attStmt = [map(["fmt", "none"], ["attStmt", map()])];
    const body = encodeMakeCredentialResponse({ ...RESPONSE, fmt: "compound", attStmt });
    expect(parseMakeCredentialResponse(body).attStmt).toEqual(attStmt);
  });

  test.each([
    ["no fmt", map([2, HASH], [3, map()]), "MESSAGE_MISSING_FIELD"],
    ["no authData", map([1, "none"], [3, map()]), "MESSAGE_MISSING_FIELD"],
    ["no attStmt", map([1, "packed"], [2, HASH]), "MESSAGE_MISSING_FIELD"],
    ["a statement that is text", map([1, "packed"], [2, HASH], [3, "x"]), "MESSAGE_UNEXPECTED_TYPE"],
  ])("refuses %s", (_, members, code) => {
    expect(() => parseMakeCredentialResponse(encodeCbor(members))).toThrow(expect.objectContaining({ code }));
  });
});
