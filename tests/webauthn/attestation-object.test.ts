import { expect, test } from "vitest";
import { decodeCbor } from "../../src/cbor/decode.js";
import type { CborMap } from "../../src/cbor/value.js";
import type { MakeCredentialResponse } from "../../src/ctap/messages/make-credential.js";
import { buildAttestationObject } from "../../src/webauthn/attestation-object.js";
import { hexOf, loadVectors } from "../helpers/vectors.js";

interface AttestationCase {
  readonly id: string;
  readonly source: string;
  readonly fmt: string;
  readonly attestationObject: string;
}

/** The W3C's objects are canonical: taken apart and put together again they are the same bytes. */
const published = loadVectors<AttestationCase>("attestation").filter(({ source }) =>
  source.startsWith("w3c/"),
);

function responseOf({ attestationObject }: AttestationCase): MakeCredentialResponse {
  const map = decodeCbor(hexOf(attestationObject)) as CborMap;
  return {
    fmt: map.get("fmt") as string,
    authData: map.get("authData") as Uint8Array,
    attStmt: map.get("attStmt") as CborMap,
  };
}

const caseNamed = (id: string): AttestationCase => {
  const found = published.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no vector ${id}`);
  return found;
};

test("the published vectors are there", () => {
  expect(published.length).toBeGreaterThan(5);
});

test.each(published)("with direct conveyance $id is passed on byte for byte", (one) => {
  expect(buildAttestationObject(responseOf(one), "direct").bytes).toEqual(hexOf(one.attestationObject));
});

test("a batch certificate and the model id are wiped for a site that asked for none", () => {
  const response = responseOf(caseNamed("w3c-packed-es384"));
  const { bytes, authData } = buildAttestationObject(response, "none");
  expect(authData.subarray(37, 53)).toEqual(new Uint8Array(16));
  expect(decodeCbor(bytes)).toEqual(
    new Map<string, unknown>([
      ["fmt", "none"],
      ["attStmt", new Map()],
      ["authData", authData],
    ]),
  );
  expect(response.authData.subarray(37, 53), "the original is untouched").not.toEqual(new Uint8Array(16));
});

test("all other bytes of the authenticator data stay", () => {
  const { authData: before, ...rest } = responseOf(caseNamed("w3c-packed-es384"));
  const { authData: after } = buildAttestationObject({ ...rest, authData: before }, "none");
  expect(after.subarray(0, 37)).toEqual(before.subarray(0, 37));
  expect(after.subarray(53)).toEqual(before.subarray(53));
});

test("self attestation without a model id names nobody and stays", () => {
  const self = responseOf(caseNamed("w3c-packed-self-es256"));
  const authData = self.authData.slice().fill(0, 37, 53);
  expect(buildAttestationObject({ ...self, authData }, "none").bytes).toEqual(
    buildAttestationObject({ ...self, authData }, "direct").bytes,
  );
});

test("self attestation with a model id is wiped", () => {
  const self = responseOf(caseNamed("w3c-packed-self-es256"));
  const object = decodeCbor(buildAttestationObject(self, "none").bytes) as CborMap;
  expect(object.get("fmt")).toBe("none");
});
