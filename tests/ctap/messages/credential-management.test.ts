import { describe, expect, test } from "vitest";
import { fromHex, toHex, utf8 } from "../../../src/core/bytes.js";
import { CtapCommand } from "../../../src/ctap/command.js";
import {
  credentialManagementMessage,
  credentialManagementParameters,
  encodeCredentialManagementRequest,
  encodeCredentialManagementResponse,
  parseCredentialManagementRequest,
  parseCredentialManagementResponse,
  readCredentialManagementParameters,
} from "../../../src/ctap/messages/credential-management.js";
import { CtapStatus } from "../../../src/ctap/status.js";

const HASH = new Uint8Array(32).fill(0x11);
const ID = Uint8Array.of(0xc1, 0xc2);

/** Source: our own, written out by hand from the key tables of the specification. */
const REQUESTS = [
  ["a bare subcommand", { subCommand: 3 }, "a10103"],
  [
    "getCredsMetadata with its signature",
    { subCommand: 1, pinUvAuthProtocol: 1, pinUvAuthParam: Uint8Array.of(0xaa) },
    "a3010103010441aa",
  ],
  [
    "enumerateCredentialsBegin",
    { subCommand: 4, subCommandParams: credentialManagementParameters({ rpIdHash: HASH }) },
    `a2010402a1015820${"11".repeat(32)}`,
  ],
  [
    "deleteCredential: the descriptor has its canonical order",
    {
      subCommand: 6,
      subCommandParams: credentialManagementParameters({ credentialId: { type: "public-key", id: ID } }),
    },
    "a2010602a102a2626964" + "42c1c2" + "6474797065" + "6a7075626c69632d6b6579",
  ],
  [
    "updateUserInformation: names left out are left out",
    {
      subCommand: 7,
      subCommandParams: credentialManagementParameters({
        credentialId: { type: "public-key", id: ID },
        user: { id: utf8("u"), name: "n" },
      }),
    },
    "a2010702a202a262696442c1c264747970656a7075626c69632d6b6579" + "03a2626964417564" + "6e616d65616e",
  ],
] as const;

describe("requests", () => {
  test.each(REQUESTS)("%s", (_, request, encoded) => {
    expect(toHex(encodeCredentialManagementRequest(request))).toBe(`0a${encoded}`);
    expect(parseCredentialManagementRequest(fromHex(encoded))).toEqual(request);
  });

  test("the preview differs in its command byte alone", () => {
    const request = { subCommand: 1 };
    const encoded = encodeCredentialManagementRequest(request, CtapCommand.credentialManagementPreview);
    expect(toHex(encoded)).toBe("41a10101");
  });

  test("without parameters the subcommand byte is all that is signed", () => {
    expect(toHex(credentialManagementMessage({ subCommand: 2 }))).toBe("02");
  });

  test("what is signed is what was received, members nobody knows included", () => {
    const user = "a3626964417564" + "69636f6e617864" + "6e616d65616e";
    const received = `a2010702a103${user}`;
    const request = parseCredentialManagementRequest(fromHex(received));
    expect(toHex(credentialManagementMessage(request))).toBe(`07a103${user}`);
    expect(readCredentialManagementParameters(request).user).toEqual({ id: utf8("u"), name: "n" });
  });

  test.each([
    ["no subcommand", "a0", CtapStatus.MISSING_PARAMETER],
    ["a subcommand that is bytes", "a1014101", CtapStatus.CBOR_UNEXPECTED_TYPE],
    ["parameters that are text", "a20104026161", CtapStatus.CBOR_UNEXPECTED_TYPE],
    ["a signature that is text", "a20101046161", CtapStatus.CBOR_UNEXPECTED_TYPE],
    ["trailing bytes", "a1010100", CtapStatus.INVALID_CBOR],
  ])("%s", (_, encoded, status) => {
    expect(() => parseCredentialManagementRequest(fromHex(encoded))).toThrow(
      expect.objectContaining({ status }),
    );
  });

  test.each([
    ["a hash that is text", "a2010402a1016161", CtapStatus.CBOR_UNEXPECTED_TYPE],
    ["a descriptor without type", "a2010602a102a162696441c1", CtapStatus.MISSING_PARAMETER],
    ["a user without id", "a2010702a103a0", CtapStatus.MISSING_PARAMETER],
    ["a name that is a number", "a2010702a103a26269644175646e616d6501", CtapStatus.CBOR_UNEXPECTED_TYPE],
  ])("parameters: %s", (_, encoded, status) => {
    const request = parseCredentialManagementRequest(fromHex(encoded));
    expect(() => readCredentialManagementParameters(request)).toThrow(expect.objectContaining({ status }));
  });
});

describe("responses", () => {
  const RESPONSES = [
    [
      "metadata",
      { existingResidentCredentialsCount: 2, maxPossibleRemainingResidentCredentialsCount: 23 },
      "a2010202" + "17",
    ],
    [
      "the first site",
      { rp: { id: "a.example" }, rpIdHash: HASH, totalRps: 1 },
      `a303a162696469612e6578616d706c65045820${"11".repeat(32)}0501`,
    ],
    [
      "a credential's extras",
      { totalCredentials: 1, credProtect: 2, largeBlobKey: HASH, thirdPartyPayment: false },
      `a409010a020b5820${"11".repeat(32)}0cf4`,
    ],
    ["nothing", {}, "a0"],
  ] as const;

  test.each(RESPONSES)("%s", (_, response, encoded) => {
    expect(toHex(encodeCredentialManagementResponse(response))).toBe(encoded);
    expect(parseCredentialManagementResponse(fromHex(encoded))).toEqual(response);
  });

  test("no body at all reads as an empty one", () => {
    expect(parseCredentialManagementResponse(new Uint8Array(0))).toEqual({});
  });

  test("members out of order are read, and named", () => {
    const faults: string[] = [];
    const read = parseCredentialManagementResponse(fromHex("a202170101"), (fault) => faults.push(fault));
    expect(read).toEqual({
      existingResidentCredentialsCount: 1,
      maxPossibleRemainingResidentCredentialsCount: 23,
    });
    expect(faults).toEqual(["KEYS_OUT_OF_ORDER"]);
  });
});
