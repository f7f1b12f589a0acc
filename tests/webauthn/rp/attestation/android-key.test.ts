import { describe, expect, test } from "vitest";
import type { CborKey, CborValue } from "../../../../src/cbor/value.js";
import type { RpCode } from "../../../../src/webauthn/rp/verification-hints.js";
import {
  AUTHENTICATOR_NAME,
  makeCertificate,
  ROOT_NAME,
  signWith,
  testKey,
  type CertificateParts,
} from "../certificate-maker.js";
import { der, explicit, integer, octets, sequence, set } from "../der-maker.js";
import { refusal } from "../refusal.js";
import { AUTH_DATA, CLIENT_DATA_HASH, CREDENTIAL_KEY, verifyStatement } from "./ceremony.js";

interface KeyDescriptionParts {
  readonly challenge?: Uint8Array;
  readonly software?: readonly Uint8Array[];
  readonly tee?: readonly Uint8Array[];
}

const SECURITY_LEVEL = der(0x0a, Uint8Array.of(1));
const purpose = (...purposes: readonly number[]) => explicit(1, set(...purposes.map(integer)));
const origin = (value: number) => explicit(702, integer(value));
const ALL_APPLICATIONS = explicit(600, der(0x05));
const GOOD_LIST = [purpose(2), origin(0)];

/** @see Android: Key attestation, extension data schema */
const description = ({
  challenge = CLIENT_DATA_HASH,
  software = [],
  tee = GOOD_LIST,
}: KeyDescriptionParts) => ({
  id: "1.3.6.1.4.1.11129.2.1.17",
  value: sequence(
    integer(3),
    SECURITY_LEVEL,
    integer(4),
    SECURITY_LEVEL,
    octets(challenge),
    octets(new Uint8Array(0)),
    sequence(...software),
    sequence(...tee),
  ),
});

function statementOf(parts: Partial<CertificateParts>, signer = CREDENTIAL_KEY) {
  const leaf = makeCertificate({
    subject: AUTHENTICATOR_NAME,
    issuer: ROOT_NAME,
    key: signer,
    issuerKey: testKey("root"),
    extensions: [description({})],
    ...parts,
  });
  return {
    fmt: "android-key",
    attStmt: new Map<CborKey, CborValue>([
      ["alg", -7],
      ["sig", signWith(signer, AUTH_DATA, CLIENT_DATA_HASH)],
      ["x5c", [leaf]],
    ]),
  };
}

const describing = (parts: KeyDescriptionParts) => statementOf({ extensions: [description(parts)] });

describe("android-key", () => {
  test("a good statement is basic, without findings", () => {
    expect(verifyStatement(describing({}))).toMatchObject({ type: "basic", findings: [] });
  });

  const BAD: readonly (readonly [string, KeyDescriptionParts, RpCode])[] = [
    ["was made for another challenge", { challenge: AUTH_DATA }, "RP_ATTESTATION_NONCE"],
    ["is open to all applications", { tee: [...GOOD_LIST, ALL_APPLICATIONS] }, "RP_ATTESTATION_ANDROID_KEY"],
    [
      "is open to all applications by the software's word",
      { software: [ALL_APPLICATIONS] },
      "RP_ATTESTATION_ANDROID_KEY",
    ],
    ["was imported", { tee: [purpose(2), origin(2)] }, "RP_ATTESTATION_ANDROID_KEY"],
    ["has no origin", { tee: [purpose(2)] }, "RP_ATTESTATION_ANDROID_KEY"],
    ["is for decryption", { tee: [purpose(1), origin(0)] }, "RP_ATTESTATION_ANDROID_KEY"],
    ["has no purpose", { tee: [origin(0)] }, "RP_ATTESTATION_ANDROID_KEY"],
  ];

  test.each(BAD)("a key that %s is refused", (_what, parts, code) => {
    expect(() => verifyStatement(describing(parts))).toThrow(refusal(code));
  });

  test("a certificate without a key description is refused", () => {
    expect(() => verifyStatement(statementOf({ extensions: [] }))).toThrow(
      refusal("RP_ATTESTATION_CERTIFICATE"),
    );
  });

  test("a key description that is cut short is refused", () => {
    const { id, value } = description({});
    const extensions = [{ id, value: value.subarray(0, -1) }];
    expect(() => verifyStatement(statementOf({ extensions }))).toThrow(refusal("RP_ATTESTATION_CERTIFICATE"));
  });

  test("a certificate of another key than the credential's is refused", () => {
    expect(() => verifyStatement(statementOf({}, testKey("another")))).toThrow(refusal("RP_ATTESTATION_KEY"));
  });

  test("a purpose beside signing is a finding", () => {
    const { findings } = verifyStatement(describing({ tee: [purpose(2, 3), origin(0)] }));
    expect(findings.map(({ code }) => code)).toEqual(["ANDROID_KEY_PURPOSES"]);
  });

  test("the software's word suffices, unless the site wants the trusted environment's", () => {
    const statement = describing({ software: GOOD_LIST, tee: [] });
    expect(verifyStatement(statement)).toMatchObject({ type: "basic" });
    expect(() => verifyStatement({ ...statement, policy: { androidKey: "tee" } })).toThrow(
      refusal("RP_ATTESTATION_ANDROID_KEY"),
    );
  });
});
