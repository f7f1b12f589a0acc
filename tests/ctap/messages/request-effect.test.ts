import { describe, expect, test } from "vitest";
import { encodeCbor } from "../../../src/cbor/encode.js";
import type { CborKey, CborValue } from "../../../src/cbor/value.js";
import { concat } from "../../../src/core/bytes.js";
import { CtapCommand } from "../../../src/ctap/command.js";
import { requestEffect } from "../../../src/ctap/messages/request-effect.js";

const request = (command: number, members?: readonly (readonly [CborKey, CborValue])[]) =>
  concat(Uint8Array.of(command), members ? encodeCbor(new Map(members)) : new Uint8Array(0));

const { clientPin, credentialManagement, bioEnrollment, largeBlobs, getAssertion } = CtapCommand;

describe("what a request leaves on the authenticator", () => {
  test.each([
    ["getInfo", request(CtapCommand.getInfo), "nothing"],
    ["selection", request(CtapCommand.selection), "nothing"],
    ["getPinRetries", request(clientPin, [[2, 1]]), "nothing"],
    ["getKeyAgreement", request(clientPin, [[2, 2]]), "nothing"],
    ["getUvRetries", request(clientPin, [[2, 7]]), "nothing"],
    ["getPinToken", request(clientPin, [[2, 5]]), "attempt"],
    ["a token by built-in verification", request(clientPin, [[2, 6]]), "attempt"],
    ["a token by PIN", request(clientPin, [[2, 9]]), "attempt"],
    ["setPin", request(clientPin, [[2, 3]]), "change"],
    ["changePin", request(clientPin, [[2, 4]]), "change"],
    ["credential metadata", request(credentialManagement, [[1, 1]]), "nothing"],
    ["the next site", request(credentialManagement, [[1, 3]]), "nothing"],
    [
      "the next credential of the preview",
      request(CtapCommand.credentialManagementPreview, [[1, 5]]),
      "nothing",
    ],
    ["deleteCredential", request(credentialManagement, [[1, 6]]), "change"],
    ["updateUserInformation", request(credentialManagement, [[1, 7]]), "change"],
    ["a subcommand of a maker", request(credentialManagement, [[1, 0x40]]), "change"],
    ["enumerateEnrollments", request(bioEnrollment, [[2, 4]]), "nothing"],
    ["getModality", request(bioEnrollment, [[6, true]]), "nothing"],
    ["enrollBegin", request(bioEnrollment, [[2, 1]]), "change"],
    [
      "a large blob that is read",
      request(largeBlobs, [
        [1, 10],
        [3, 0],
      ]),
      "nothing",
    ],
    [
      "a large blob that is written",
      request(largeBlobs, [
        [2, new Uint8Array(1)],
        [3, 0],
      ]),
      "change",
    ],
    [
      "a probe",
      request(getAssertion, [
        [1, "example.com"],
        [5, new Map([["up", false]])],
      ]),
      "attempt",
    ],
    ["getAssertion", request(getAssertion, [[1, "example.com"]]), "change"],
    ["getNextAssertion", request(CtapCommand.getNextAssertion), "change"],
    ["makeCredential", request(CtapCommand.makeCredential, [[1, new Uint8Array(32)]]), "change"],
    ["reset", request(CtapCommand.reset), "change"],
    ["a command of a maker", request(0x50), "change"],
    ["parameters that are none", Uint8Array.of(getAssertion, 0xff), "change"],
  ] as const)("%s", (_, bytes, effect) => {
    expect(requestEffect(bytes)).toBe(effect);
  });
});
