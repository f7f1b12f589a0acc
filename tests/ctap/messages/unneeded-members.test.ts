import { describe, expect, test } from "vitest";
import { encodeCbor } from "../../../src/cbor/encode.js";
import type { CborKey, CborValue } from "../../../src/cbor/value.js";
import { parseBioEnrollmentResponse } from "../../../src/ctap/messages/bio-enrollment.js";
import { parseClientPinRequest, parseClientPinResponse } from "../../../src/ctap/messages/client-pin.js";
import { parseCredentialManagementResponse } from "../../../src/ctap/messages/credential-management.js";
import {
  parseGetAssertionRequest,
  parseGetAssertionResponse,
} from "../../../src/ctap/messages/get-assertion.js";
import { parseInfo } from "../../../src/ctap/messages/get-info.js";
import { parseMakeCredentialResponse } from "../../../src/ctap/messages/make-credential.js";
import type { ResponseParser } from "../../../src/ctap/messages/message.js";

const map = (...entries: readonly (readonly [CborKey, CborValue])[]) => new Map(entries);
const BYTES = Uint8Array.of(1, 2, 3);
const INFO = [
  [1, ["FIDO_2_1"]],
  [3, new Uint8Array(16)],
] as const;
const CREATED = [
  [1, "packed"],
  [2, BYTES],
  [3, map(["alg", -7])],
] as const;
const ASSERTED = [
  [2, BYTES],
  [3, BYTES],
] as const;
const COORDINATE = new Uint8Array(32).fill(7);
const KEY_WITHOUT_ALG = map([1, 2], [-1, 1], [-2, COORDINATE], [-3, COORDINATE]);

/** Reads an answer, and says what it was read without. */
function read<T>(parse: ResponseParser<T>, ...entries: readonly (readonly [CborKey, CborValue])[]) {
  const findings: string[] = [];
  const answer = parse(encodeCbor(map(...entries)), (fault, _, member) =>
    findings.push(`${member} ${fault}`),
  );
  return { answer, findings };
}

describe("an answer with a member that is not as specified is read without it", () => {
  const PARAMETERS = map(["alg", -7], ["type", "public-key"]);

  test.each<[string, readonly [CborKey, CborValue], object, string]>([
    [
      "an option that is no boolean",
      [4, map(["rk", true], ["up", "yes"])],
      { options: { rk: true } },
      "options.up MESSAGE_UNEXPECTED_TYPE",
    ],
    ["options that are a list", [4, ["rk"]], {}, "options MESSAGE_UNEXPECTED_TYPE"],
    ["a maxMsgSize that is text", [5, "1200"], {}, "maxMsgSize MESSAGE_UNEXPECTED_TYPE"],
    [
      "a PIN protocol that is text",
      [6, [1, "2"]],
      { pinUvAuthProtocols: [1] },
      "pinUvAuthProtocols[1] MESSAGE_UNEXPECTED_TYPE",
    ],
    [
      "an extension that is no text",
      [2, ["prf", 7]],
      { extensions: ["prf"] },
      "extensions[1] MESSAGE_UNEXPECTED_TYPE",
    ],
    [
      "a certification level that is text",
      [0x13, map(["FIDO", "L1"], ["CC-EAL", 5])],
      { certifications: { "CC-EAL": 5 } },
      "certifications.FIDO MESSAGE_UNEXPECTED_TYPE",
    ],
    ["certifications as text", [0x13, "FIDO L1"], {}, "certifications MESSAGE_UNEXPECTED_TYPE"],
    // What is left of such a list is not all that the authenticator supports.
    [
      "an algorithm without alg",
      [0x0a, [PARAMETERS, map(["type", "public-key"])]],
      {},
      "algorithms MESSAGE_MISSING_FIELD",
    ],
    [
      "an algorithm without type",
      [0x0a, [map(["alg", -8])]],
      { algorithms: [{ type: "public-key", alg: -8 }] },
      "algorithms[0].type MESSAGE_MISSING_FIELD",
    ],
  ])("getInfo: %s", (_, member, expected, finding) => {
    const { answer, findings } = read(parseInfo, ...INFO, member);
    expect(answer).toEqual({ versions: ["FIDO_2_1"], aaguid: new Uint8Array(16), ...expected });
    expect(findings).toEqual([finding]);
  });

  test("getInfo: a firmware version of 64 bits is one", () => {
    const { answer, findings } = read(parseInfo, ...INFO, [0x0e, 2n ** 63n]);
    expect(answer.firmwareVersion).toBe(2n ** 63n);
    expect(findings).toEqual([]);
  });

  test("makeCredential: epAtt that is a number", () => {
    const { answer, findings } = read(parseMakeCredentialResponse, ...CREATED, [4, 1]);
    expect(answer).toEqual({ fmt: "packed", authData: BYTES, attStmt: map(["alg", -7]) });
    expect(findings).toEqual(["epAtt MESSAGE_UNEXPECTED_TYPE"]);
  });

  test.each<[string, readonly (readonly [CborKey, CborValue])[], string]>([
    ["absent", [], "MESSAGE_MISSING_FIELD"],
    ["text", [[3, "none"]], "MESSAGE_UNEXPECTED_TYPE"],
  ])("makeCredential: a statement that is %s, where the format has none", (_, statement, fault) => {
    const members = [[1, "none"], [2, BYTES], ...statement] as const;
    const { answer, findings } = read(parseMakeCredentialResponse, ...members);
    expect(answer).toEqual({ fmt: "none", authData: BYTES, attStmt: new Map() });
    expect(findings).toEqual([`attStmt ${fault}`]);
  });

  test("makeCredential: an unsigned output without a name", () => {
    const outputs = map(["prf", map(["enabled", true])], [7, true]);
    const { answer, findings } = read(parseMakeCredentialResponse, ...CREATED, [6, outputs]);
    expect([...(answer.unsignedExtensionOutputs?.keys() ?? [])]).toEqual(["prf"]);
    expect(findings).toEqual(["unsignedExtensionOutputs.7 MESSAGE_UNEXPECTED_TYPE"]);
  });

  test("getAssertion: a descriptor without type", () => {
    const { answer, findings } = read(parseGetAssertionResponse, ...ASSERTED, [1, map(["id", BYTES])]);
    expect(answer.credential).toEqual({ id: BYTES, type: "public-key" });
    expect(findings).toEqual(["credential.type MESSAGE_MISSING_FIELD"]);
  });

  test("getAssertion: a user without id, and a count that is text", () => {
    const user = map(["name", "a"]);
    const { answer, findings } = read(parseGetAssertionResponse, ...ASSERTED, [4, user], [5, "2"]);
    expect(answer).toEqual({ authData: BYTES, signature: BYTES });
    expect(findings).toEqual(["user MESSAGE_MISSING_FIELD", "numberOfCredentials MESSAGE_UNEXPECTED_TYPE"]);
  });

  test("getAssertion: a user's name that is bytes", () => {
    const user = map(["id", BYTES], ["name", BYTES], ["displayName", "A"]);
    const { answer, findings } = read(parseGetAssertionResponse, ...ASSERTED, [4, user]);
    expect(answer.user).toEqual({ id: BYTES, displayName: "A" });
    expect(findings).toEqual(["user.name MESSAGE_UNEXPECTED_TYPE"]);
  });

  test("clientPin: powerCycleState that is a number", () => {
    const { answer, findings } = read(parseClientPinResponse, [3, 8], [4, 0]);
    expect(answer).toEqual({ pinRetries: 8 });
    expect(findings).toEqual(["powerCycleState MESSAGE_UNEXPECTED_TYPE"]);
  });

  test("clientPin: a key agreement without alg, as keys of 2018 have it", () => {
    const { answer, findings } = read(parseClientPinResponse, [1, KEY_WITHOUT_ALG]);
    expect(answer.keyAgreement).toEqual({
      alg: -25,
      key: { kty: "EC", crv: "P-256", x: COORDINATE, y: COORDINATE },
    });
    expect(findings).toEqual(["keyAgreement.alg MESSAGE_MISSING_FIELD"]);
  });

  test("credentialManagement: an rp without id", () => {
    const { answer, findings } = read(parseCredentialManagementResponse, [3, map(["name", "x"])], [4, BYTES]);
    expect(answer).toEqual({ rpIdHash: BYTES });
    expect(findings).toEqual(["rp MESSAGE_MISSING_FIELD"]);
  });

  test("bioEnrollment: a finger without id", () => {
    const { answer, findings } = read(parseBioEnrollmentResponse, [7, [map([2, "left"]), map([1, BYTES])]]);
    expect(answer).toEqual({ templateInfos: [{ templateId: BYTES }] });
    expect(findings).toEqual(["templateInfos[0] MESSAGE_MISSING_FIELD"]);
  });
});

describe("what an answer cannot do without still fails it", () => {
  test.each<[string, ResponseParser<unknown>, readonly (readonly [CborKey, CborValue])[]]>([
    ["an aaguid of 15 bytes", parseInfo, [INFO[0], [3, new Uint8Array(15)]]],
    ["authenticator data that are text", parseMakeCredentialResponse, [CREATED[0], [2, "x"], CREATED[2]]],
    ["no statement of a format that has one", parseMakeCredentialResponse, [CREATED[0], CREATED[1]]],
    ["no signature", parseGetAssertionResponse, [ASSERTED[0]]],
  ])("%s", (_, parse, members) => {
    expect(() => read(parse, ...members)).toThrow(expect.objectContaining({ name: "MessageError" }));
  });
});

describe("a request is read strictly, as authenticators do", () => {
  test.each<
    [string, (parameters: Uint8Array) => unknown, readonly (readonly [CborKey, CborValue])[], string]
  >([
    [
      "a descriptor without type",
      parseGetAssertionRequest,
      [
        [1, "example.com"],
        [2, new Uint8Array(32)],
        [3, [map(["id", BYTES])]],
      ],
      "MESSAGE_MISSING_FIELD",
    ],
    [
      "an option that is no boolean",
      parseGetAssertionRequest,
      [
        [1, "example.com"],
        [2, new Uint8Array(32)],
        [5, map(["up", 1])],
      ],
      "MESSAGE_UNEXPECTED_TYPE",
    ],
    [
      "a key agreement without alg",
      parseClientPinRequest,
      [
        [1, 1],
        [2, 5],
        [3, KEY_WITHOUT_ALG],
      ],
      "MESSAGE_INVALID_VALUE",
    ],
  ])("%s", (_, parse, members, code) => {
    expect(() => parse(encodeCbor(map(...members)))).toThrow(expect.objectContaining({ code }));
  });
});
