import { describe, expect, test } from "vitest";
import { fromHex, toHex } from "../../../src/core/bytes.js";
import {
  encodeConfigRequest,
  minPinLengthParameters,
  parseConfigRequest,
  readMinPinLengthParameters,
  readVendorPrototypeParameters,
  vendorPrototypeParameters,
} from "../../../src/ctap/messages/authenticator-config.js";
import { CtapStatus } from "../../../src/ctap/status.js";

/** Source: our own, written out by hand from the key tables of the specification. */
const ENCODED = [
  ["a bare subcommand", { subCommand: 2 }, "0da10102"],
  [
    "everything setMinPINLength takes",
    {
      subCommand: 3,
      subCommandParams: minPinLengthParameters({
        newMinPinLength: 6,
        minPinLengthRpIds: ["a.example"],
        forceChangePin: true,
        pinComplexityPolicy: true,
      }),
      pinUvAuthProtocol: 2,
      pinUvAuthParam: Uint8Array.of(0xaa),
    },
    "0da4010302a4010602816961" + "2e6578616d706c65" + "03f504f5030204" + "41aa",
  ],
  [
    "a vendor's command of 64 bits with a member of its own",
    {
      subCommand: 0xff,
      subCommandParams: vendorPrototypeParameters({ vendorCommandId: 2n ** 63n }, new Map([[2, true]])),
    },
    "0da20118ff02a2011b800000000000000002f5",
  ],
] as const;

describe("encodeConfigRequest", () => {
  test.each(ENCODED)("%s", (_, request, encoded) => {
    expect(toHex(encodeConfigRequest(request))).toBe(encoded);
    expect(parseConfigRequest(fromHex(encoded).subarray(1))).toEqual(request);
  });
});

describe("parseConfigRequest", () => {
  test("keeps the bytes that were signed, members nobody knows included", () => {
    const { subCommandParams } = parseConfigRequest(fromHex("a2010302a201061864f5"));
    expect(toHex(subCommandParams?.cbor ?? new Uint8Array(0))).toBe("a201061864f5");
  });

  test.each([
    ["no subcommand", "a0", CtapStatus.MISSING_PARAMETER],
    ["a subcommand that is text", "a1016161", CtapStatus.CBOR_UNEXPECTED_TYPE],
    ["parameters that are a list", "a201030280", CtapStatus.CBOR_UNEXPECTED_TYPE],
    ["members out of order", "a2030101" + "02", CtapStatus.INVALID_CBOR],
    ["nothing at all", "", CtapStatus.INVALID_CBOR],
  ])("%s", (_, encoded, status) => {
    expect(() => parseConfigRequest(fromHex(encoded))).toThrow(expect.objectContaining({ status }));
  });
});

describe("the parameters", () => {
  test("of setMinPINLength are all optional", () => {
    expect(readMinPinLengthParameters({ subCommand: 3 })).toEqual({});
  });

  test.each([
    ["a length that is text", "a2010302a1016136"],
    ["a list with a number in it", "a2010302a1028101"],
    ["a force that is a number", "a2010302a10301"],
    ["a policy that is a number", "a2010302a10401"],
  ])("of setMinPINLength: %s is of an unexpected type", (_, encoded) => {
    const request = parseConfigRequest(fromHex(encoded));
    expect(() => readMinPinLengthParameters(request)).toThrow(
      expect.objectContaining({ status: CtapStatus.CBOR_UNEXPECTED_TYPE }),
    );
  });

  test("of vendorPrototype need a command", () => {
    expect(() => readVendorPrototypeParameters({ subCommand: 0xff })).toThrow(
      expect.objectContaining({ status: CtapStatus.MISSING_PARAMETER }),
    );
  });

  test("a vendor's member cannot take the place of the command", () => {
    const parameters = vendorPrototypeParameters({ vendorCommandId: 7 }, new Map([[1, 8]]));
    expect(toHex(parameters.cbor)).toBe("a10107");
  });
});
