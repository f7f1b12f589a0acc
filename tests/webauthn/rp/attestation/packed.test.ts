import { describe, expect, test } from "vitest";
import type { CborKey, CborValue } from "../../../../src/cbor/value.js";
import type { RpCode } from "../../../../src/webauthn/rp/verification-hints.js";
import {
  aaguidExtension,
  AUTHENTICATOR_NAME,
  basicConstraints,
  makeCertificate,
  Oid,
  ROOT_NAME,
  signWith,
  testKey,
  type CertificateParts,
  type NameParts,
} from "../certificate-maker.js";
import { der } from "../der-maker.js";
import { refusal } from "../refusal.js";
import { AAGUID, AUTH_DATA, CLIENT_DATA_HASH, CREDENTIAL_KEY, verifyStatement } from "./ceremony.js";

const LEAF_KEY = testKey("packed leaf");

const LEAF: CertificateParts = {
  subject: AUTHENTICATOR_NAME,
  issuer: ROOT_NAME,
  key: LEAF_KEY,
  issuerKey: testKey("root"),
  extensions: [basicConstraints(false), aaguidExtension(AAGUID)],
};

const nameWith = (id: string, value?: string): NameParts =>
  AUTHENTICATOR_NAME.flatMap((part) =>
    part[0] !== id ? [part] : value === undefined ? [] : [[id, value] as const],
  );

function statementOf(
  leaf: CertificateParts,
  change: (statement: Map<CborKey, CborValue>) => unknown = () => undefined,
) {
  const attStmt = new Map<CborKey, CborValue>([
    ["alg", -7],
    ["sig", signWith(LEAF_KEY, AUTH_DATA, CLIENT_DATA_HASH)],
    ["x5c", [makeCertificate(leaf)]],
  ]);
  change(attStmt);
  return { fmt: "packed", attStmt };
}

const selfStatement = (alg: number, key = CREDENTIAL_KEY) => ({
  fmt: "packed",
  attStmt: new Map<CborKey, CborValue>([
    ["alg", alg],
    ["sig", signWith(key, AUTH_DATA, CLIENT_DATA_HASH)],
  ]),
});

describe("packed with certificates", () => {
  test("a good statement is basic, with its leaf as trust path and no findings", () => {
    const statement = statementOf(LEAF);
    const result = verifyStatement(statement);
    expect(result).toMatchObject({ fmt: "packed", type: "basic", findings: [] });
    expect(result.trustPath).toEqual(statement.attStmt.get("x5c"));
  });

  const BAD_LEAVES: readonly (readonly [what: string, parts: Partial<CertificateParts>, code: RpCode])[] = [
    ["is of version 1", { version: 1, extensions: [] }, "RP_ATTESTATION_CERTIFICATE"],
    ["has no country", { subject: nameWith(Oid.COUNTRY) }, "RP_ATTESTATION_CERTIFICATE"],
    [
      "has a country of three letters",
      { subject: nameWith(Oid.COUNTRY, "SWE") },
      "RP_ATTESTATION_CERTIFICATE",
    ],
    ["has no organization", { subject: nameWith(Oid.ORGANIZATION) }, "RP_ATTESTATION_CERTIFICATE"],
    ["is of another unit", { subject: nameWith(Oid.UNIT, "Attestation") }, "RP_ATTESTATION_CERTIFICATE"],
    ["has no common name", { subject: nameWith(Oid.COMMON_NAME) }, "RP_ATTESTATION_CERTIFICATE"],
    ["has an empty common name", { subject: nameWith(Oid.COMMON_NAME, "") }, "RP_ATTESTATION_CERTIFICATE"],
    ["is an authority", { extensions: [basicConstraints(true)] }, "RP_ATTESTATION_CERTIFICATE"],
    [
      "marks the aaguid critical",
      { extensions: [basicConstraints(false), aaguidExtension(AAGUID, true)] },
      "RP_ATTESTATION_CERTIFICATE",
    ],
    [
      "names another model",
      { extensions: [basicConstraints(false), aaguidExtension(new Uint8Array(16))] },
      "RP_ATTESTATION_AAGUID",
    ],
    [
      "has an aaguid that is no octet string",
      { extensions: [basicConstraints(false), { ...aaguidExtension(AAGUID), value: der(0x05) }] },
      "RP_ATTESTATION_CERTIFICATE",
    ],
    [
      "states the aaguid twice",
      { extensions: [basicConstraints(false), aaguidExtension(AAGUID), aaguidExtension(AAGUID)] },
      "RP_ATTESTATION_CERTIFICATE",
    ],
    ["is of another key", { key: testKey("another") }, "RP_ATTESTATION_SIGNATURE"],
  ];

  test.each(BAD_LEAVES)("a leaf that %s is refused", (_what, parts, code) => {
    expect(() => verifyStatement(statementOf({ ...LEAF, ...parts }))).toThrow(refusal(code));
  });

  test("a leaf that does not say whether it is an authority is refused, or a finding where the site allows it", () => {
    const silent = statementOf({ ...LEAF, extensions: [] });
    expect(() => verifyStatement(silent)).toThrow(refusal("RP_ATTESTATION_NO_BASIC_CONSTRAINTS"));
    const { findings } = verifyStatement({ ...silent, policy: { basicConstraints: "optional" } });
    expect(findings.map(({ code }) => code)).toEqual(["NO_BASIC_CONSTRAINTS"]);
  });

  const BAD_STATEMENTS: readonly (readonly [
    string,
    (statement: Map<CborKey, CborValue>) => unknown,
    RpCode,
  ])[] = [
    ["names an ECDAA key", (s) => s.set("ecdaaKeyId", Uint8Array.of(1)), "RP_ATTESTATION_STATEMENT"],
    ["has no certificate in x5c", (s) => s.set("x5c", []), "RP_ATTESTATION_STATEMENT"],
    ["has text in x5c", (s) => s.set("x5c", ["certificate"]), "RP_ATTESTATION_STATEMENT"],
    [
      "has eleven certificates",
      (s) => s.set("x5c", Array<Uint8Array>(11).fill(AAGUID)),
      "RP_ATTESTATION_STATEMENT",
    ],
    ["has an algorithm by name", (s) => s.set("alg", "ES256"), "RP_ATTESTATION_STATEMENT"],
    ["is signed with an unknown algorithm", (s) => s.set("alg", -25), "RP_ALGORITHM_UNSUPPORTED"],
    ["says ML-DSA over a key that is not", (s) => s.set("alg", -48), "RP_ATTESTATION_ALGORITHM"],
    ["claims an RSA signature of an EC key", (s) => s.set("alg", -257), "RP_ATTESTATION_ALGORITHM"],
  ];

  test.each(BAD_STATEMENTS)("a statement that %s is refused", (_what, change, code) => {
    expect(() => verifyStatement(statementOf(LEAF, change))).toThrow(refusal(code));
  });

  test("a statement that is no map is refused", () => {
    expect(() => verifyStatement({ fmt: "packed", attStmt: [] })).toThrow(
      refusal("RP_ATTESTATION_STATEMENT"),
    );
  });
});

describe("packed without certificates", () => {
  test("the credential's own signature is self attestation", () => {
    expect(verifyStatement(selfStatement(-7))).toMatchObject({ type: "self", trustPath: [], findings: [] });
  });

  test("another key's signature is refused", () => {
    expect(() => verifyStatement(selfStatement(-7, LEAF_KEY))).toThrow(refusal("RP_ATTESTATION_SIGNATURE"));
  });

  test("another algorithm than the credential's is refused", () => {
    expect(() => verifyStatement(selfStatement(-9))).toThrow(refusal("RP_ATTESTATION_ALGORITHM"));
  });
});
