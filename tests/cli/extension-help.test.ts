import { expect, test } from "vitest";
import { EXTENSION_HELP } from "../../src/cli/extension-help.js";
import { KNOWN_EXTENSIONS } from "../../src/webauthn/extensions/known-extensions.js";
import { parseCreationOptionsFromJSON, parseRequestOptionsFromJSON } from "../../src/entry/webauthn.js";
import { creationOptions, requestOptions } from "../helpers/ceremony-options.js";

test("the help names every extension that is processed", () => {
  for (const { id } of KNOWN_EXTENSIONS) {
    // Two extensions go by other names in the inputs of a page.
    const name = id === "credProtect" ? "credentialProtectionPolicy" : id;
    expect(EXTENSION_HELP).toContain(`"${name}"`);
  }
});

test("what the help shows is read as it stands", () => {
  const bytes = "AAEC";
  const create = {
    credProps: true,
    minPinLength: true,
    pinComplexityPolicy: true,
    credentialProtectionPolicy: "userVerificationOptionalWithCredentialIDList",
    enforceCredentialProtectionPolicy: true,
    credBlob: bytes,
    largeBlob: { support: "preferred" },
    appidExclude: "https://example.com/appid",
    payment: { isPayment: true },
    prf: { eval: { first: bytes, second: bytes } },
    uvm: true,
  };
  expect(
    Object.keys(parseCreationOptionsFromJSON({ ...creationOptions(), extensions: create }).extensions ?? {}),
  ).toEqual(expect.arrayContaining(Object.keys(create)));
  const get = {
    getCredBlob: true,
    largeBlob: { read: true },
    appid: "https://example.com/appid",
    prf: { evalByCredential: { AAEC: { first: bytes } } },
  };
  expect(
    Object.keys(parseRequestOptionsFromJSON({ ...requestOptions(), extensions: get }).extensions ?? {}),
  ).toEqual(expect.arrayContaining(Object.keys(get)));
});
