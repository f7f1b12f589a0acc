import { describe, expect, test } from "vitest";
import { decodeCbor } from "../../../src/cbor/decode.js";
import { encodeCbor } from "../../../src/cbor/encode.js";
import { toHex } from "../../../src/core/bytes.js";
import { encodeInfo, parseInfo, type AuthenticatorInfo } from "../../../src/ctap/messages/get-info.js";
import { hexOf, loadVectors } from "../../helpers/vectors.js";

interface InfoVector {
  readonly id: string;
  readonly device: string;
  readonly cbor: string;
  readonly canonical: boolean;
  /** Members by the specification's names; `{$hex}` and `{$int}` wrap bytes and big integers. */
  readonly decoded: Readonly<Record<string, unknown>>;
}

const CASES = loadVectors<InfoVector>("getinfo");

/** Where this library's names differ from the specification's in more than nothing. */
const OUR_NAMES: Readonly<Record<string, keyof AuthenticatorInfo>> = {
  forcePINChange: "forcePinChange",
  minPINLength: "minPinLength",
  maxPINLength: "maxPinLength",
  maxRPIDsForSetMinPINLength: "maxRpIdsForSetMinPinLength",
  pinComplexityPolicyURL: "pinComplexityPolicyUrl",
};

/** Members no version of the specification has, by the vectors that carry them. */
const UNKNOWN_MEMBERS: readonly string[] = ["99"];

describe("parseInfo", () => {
  test.each(CASES)("reads $id, $device", ({ cbor, decoded, canonical }) => {
    const faults: string[] = [];
    const info = parseInfo(hexOf(cbor), (fault) => faults.push(fault));
    const expected = Object.entries(decoded)
      .filter(([name]) => !UNKNOWN_MEMBERS.includes(name))
      .map(([name, value]) => [OUR_NAMES[name] ?? name, unwrapped(value)] as const);
    expect(info).toEqual(Object.fromEntries(expected));
    expect([...new Set(faults)]).toEqual(canonical ? [] : ["KEYS_OUT_OF_ORDER"]);
  });

  const canonical = CASES.filter((vector) => vector.canonical);
  test.each(canonical)("$id, $device: encodes back to the same bytes, unknown members apart", ({ cbor }) => {
    const known = new Map(
      [...(decodeCbor(hexOf(cbor)) as ReadonlyMap<number, never>)].filter(([key]) => key !== 99),
    );
    expect(toHex(encodeInfo(parseInfo(hexOf(cbor))))).toBe(toHex(encodeCbor(known)));
  });

  test.each([
    ["no versions", "a10350" + "00".repeat(16), "MESSAGE_MISSING_FIELD"],
    ["no aaguid", "a10180", "MESSAGE_MISSING_FIELD"],
    ["nothing at all", "", "MESSAGE_MISSING_FIELD"],
    ["versions that are no list", "a20160" + "0350" + "00".repeat(16), "MESSAGE_UNEXPECTED_TYPE"],
    ["an aaguid of 15 bytes", "a20180" + "034f" + "00".repeat(15), "MESSAGE_INVALID_VALUE"],
    ["bytes that end too soon", "a201", "MESSAGE_MALFORMED"],
    ["a list instead of a map", "80", "MESSAGE_UNEXPECTED_TYPE"],
  ])("refuses %s", (_, body, code) => {
    expect(() => parseInfo(hexOf(body))).toThrow(expect.objectContaining({ code }));
  });
});

function unwrapped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrapped);
  if (typeof value !== "object" || value === null) return value;
  if ("$hex" in value) return hexOf(String(value.$hex));
  if ("$int" in value) {
    const exact = BigInt(String(value.$int));
    return exact > BigInt(Number.MAX_SAFE_INTEGER) ? exact : Number(exact);
  }
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, unwrapped(member)]));
}
