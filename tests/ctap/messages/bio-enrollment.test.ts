import { describe, expect, test } from "vitest";
import { fromHex, toHex } from "../../../src/core/bytes.js";
import {
  bioEnrollmentMessage,
  bioEnrollmentParameters,
  BioEnrollmentSubcommand,
  encodeBioEnrollmentRequest,
  encodeBioEnrollmentResponse,
  nameOfSampleStatus,
  parseBioEnrollmentRequest,
  parseBioEnrollmentResponse,
  readBioEnrollmentParameters,
} from "../../../src/ctap/messages/bio-enrollment.js";
import { CtapCommand } from "../../../src/ctap/command.js";

const TEMPLATE = Uint8Array.of(0xaa, 0xbb);

describe("a request", () => {
  const parameters = bioEnrollmentParameters({
    templateId: TEMPLATE,
    templateFriendlyName: "left",
    timeoutMilliseconds: 5000,
  });
  const signed = { subCommand: BioEnrollmentSubcommand.setFriendlyName, subCommandParams: parameters };

  test("has the members of the specification, in their order", () => {
    const bytes = encodeBioEnrollmentRequest(
      { modality: 1, ...signed, pinUvAuthProtocol: 2, pinUvAuthParam: Uint8Array.of(9) },
      CtapCommand.bioEnrollment,
    );
    expect(toHex(bytes)).toBe("09a501010205" + "03a30142aabb02646c65667403191388" + "0402" + "054109");
    const read = parseBioEnrollmentRequest(bytes.subarray(1));
    expect(read).toMatchObject({ modality: 1, subCommand: 5, pinUvAuthProtocol: 2 });
    expect(readBioEnrollmentParameters(read)).toEqual({
      templateId: TEMPLATE,
      templateFriendlyName: "left",
      timeoutMilliseconds: 5000,
    });
  });

  test("is signed over modality, subcommand and the parameters as they are sent", () => {
    expect(toHex(bioEnrollmentMessage(signed))).toBe("0105" + "a30142aabb02646c65667403191388");
    expect(toHex(bioEnrollmentMessage({ subCommand: 4 }))).toBe("0104");
  });

  test("in the drafts of 2.1 has another command byte", () => {
    const bytes = encodeBioEnrollmentRequest({ getModality: true }, CtapCommand.bioEnrollmentPreview);
    expect(toHex(bytes)).toBe("40a106f5");
  });
});

test("a response has the members of the specification", () => {
  const response = {
    modality: 1,
    fingerprintKind: 1,
    maxCaptureSamplesRequiredForEnroll: 4,
    templateId: TEMPLATE,
    lastEnrollSampleStatus: 5,
    remainingSamples: 3,
    templateInfos: [{ templateId: TEMPLATE, friendlyName: "left" }, { templateId: Uint8Array.of(1) }],
    maxTemplateFriendlyName: 32,
  };
  const bytes = fromHex(
    "a8010102010304" + "0442aabb" + "05050603" + "0782a20142aabb02646c656674a1014101" + "081820",
  );
  expect(toHex(encodeBioEnrollmentResponse(response))).toBe(toHex(bytes));
  expect(parseBioEnrollmentResponse(bytes)).toEqual(response);
});

test.each([
  [0x00, "GOOD"],
  [0x01, "TOO_HIGH"],
  [0x02, "TOO_LOW"],
  [0x03, "TOO_LEFT"],
  [0x04, "TOO_RIGHT"],
  [0x05, "TOO_FAST"],
  [0x06, "TOO_SLOW"],
  [0x07, "POOR_QUALITY"],
  [0x08, "TOO_SKEWED"],
  [0x09, "TOO_SHORT"],
  [0x0a, "MERGE_FAILURE"],
  [0x0b, "EXISTS"],
  [0x0c, "0x0c"],
  [0x0d, "NO_USER_ACTIVITY"],
  [0x0e, "NO_PRESENCE_TRANSITION"],
  [0x0f, "0x0f"],
])("sample status %i is %s", (status, name) => {
  expect(nameOfSampleStatus(status)).toBe(name);
});
