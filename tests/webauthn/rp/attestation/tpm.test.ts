import { describe, expect, test } from "vitest";
import type { CborKey, CborValue } from "../../../../src/cbor/value.js";
import { concat, fromHex } from "../../../../src/core/bytes.js";
import { defaultCrypto } from "../../../../src/crypto/default.js";
import type { RpCode } from "../../../../src/webauthn/rp/verification-hints.js";
import {
  aaguidExtension,
  AUTHENTICATOR_NAME,
  basicConstraints,
  makeCertificate,
  nameOf,
  Oid,
  ROOT_NAME,
  signWith,
  testKey,
  type CertificateParts,
  type NameParts,
} from "../certificate-maker.js";
import { explicit, oid, sequence } from "../der-maker.js";
import { refusal } from "../refusal.js";
import { AAGUID, AUTH_DATA, CLIENT_DATA_HASH, CREDENTIAL_KEY, verifyStatement } from "./ceremony.js";

const AIK = testKey("attestation identity key");

const GOOD_TPM: NameParts = [
  ["2.23.133.2.1", "id:49465800"],
  ["2.23.133.2.2", "SLB 9670"],
  ["2.23.133.2.3", "id:13"],
];

const alternativeName = (name: NameParts) => ({
  id: Oid.SUBJECT_ALT_NAME,
  critical: true,
  value: sequence(explicit(4, nameOf(name))),
});
const keyUsage = (usage: string) => ({ id: Oid.EXTENDED_KEY_USAGE, value: sequence(oid(usage)) });
const USAGE = keyUsage("2.23.133.8.3");

const LEAF: CertificateParts = {
  subject: [],
  issuer: ROOT_NAME,
  key: AIK,
  issuerKey: testKey("root"),
  extensions: [alternativeName(GOOD_TPM), USAGE, basicConstraints(false), aaguidExtension(AAGUID)],
};

const u16 = (value: number) => Uint8Array.of(value >> 8, value & 0xff);
const sized = (bytes: Uint8Array) => concat(u16(bytes.length), bytes);

const pubAreaOf = (point: Uint8Array, curve = 3) =>
  concat(
    fromHex("0023000b00060472"),
    sized(new Uint8Array(0)),
    fromHex("00100010"),
    u16(curve),
    fromHex("0010"),
    sized(point.subarray(1, 33)),
    sized(point.subarray(33)),
  );
const PUB_AREA = pubAreaOf(CREDENTIAL_KEY.publicKey);
const EXTRA_DATA = defaultCrypto.sha256(concat(AUTH_DATA, CLIENT_DATA_HASH));

interface CertifyParts {
  readonly magic?: string;
  readonly type?: string;
  readonly extraData?: Uint8Array;
  readonly certified?: Uint8Array;
  readonly tail?: Uint8Array;
}

const certInfoOf = ({ magic, type, extraData, certified, tail }: CertifyParts) =>
  concat(
    fromHex(magic ?? "ff544347"),
    fromHex(type ?? "8017"),
    sized(new Uint8Array(4)),
    sized(extraData ?? EXTRA_DATA),
    new Uint8Array(8 + 4 + 4 + 1 + 8),
    sized(concat(fromHex("000b"), defaultCrypto.sha256(certified ?? PUB_AREA))),
    sized(new Uint8Array(0)),
    tail ?? new Uint8Array(0),
  );

interface StatementParts {
  readonly leaf?: Partial<CertificateParts>;
  readonly pubArea?: Uint8Array;
  readonly certify?: CertifyParts;
  readonly change?: (statement: Map<CborKey, CborValue>) => unknown;
}

function statementOf({ leaf, pubArea = PUB_AREA, certify = {}, change }: StatementParts) {
  const certInfo = certInfoOf({ certified: pubArea, ...certify });
  const attStmt = new Map<CborKey, CborValue>([
    ["ver", "2.0"],
    ["alg", -7],
    ["sig", signWith(AIK, certInfo)],
    ["certInfo", certInfo],
    ["pubArea", pubArea],
    ["x5c", [makeCertificate({ ...LEAF, ...leaf })]],
  ]);
  change?.(attStmt);
  return { fmt: "tpm", attStmt };
}

const extensionsWithout = (id: string) => (LEAF.extensions ?? []).filter((extension) => extension.id !== id);
const withTpm = (name: NameParts) => ({
  leaf: { extensions: [alternativeName(name), ...extensionsWithout(Oid.SUBJECT_ALT_NAME)] },
});

describe("tpm", () => {
  test("a good statement is of an attestation authority, without findings", () => {
    expect(verifyStatement(statementOf({}))).toMatchObject({ type: "attca", findings: [] });
  });

  const BAD: readonly (readonly [string, StatementParts, RpCode])[] = [
    ["of version 1.2", { change: (s) => s.set("ver", "1.2") }, "RP_ATTESTATION_STATEMENT"],
    ["signed by another key", { leaf: { key: testKey("another") } }, "RP_ATTESTATION_SIGNATURE"],
    ["about another key", { pubArea: pubAreaOf(AIK.publicKey) }, "RP_ATTESTATION_KEY"],
    ["whose public area ends early", { pubArea: PUB_AREA.subarray(0, -1) }, "RP_ATTESTATION_TPM"],
    [
      "with bytes after the public area",
      { pubArea: concat(PUB_AREA, Uint8Array.of(0)) },
      "RP_ATTESTATION_TPM",
    ],
    ["on an unknown curve", { pubArea: pubAreaOf(CREDENTIAL_KEY.publicKey, 0x20) }, "RP_ATTESTATION_TPM"],
    ["of a symmetric key", { pubArea: concat(fromHex("0025"), PUB_AREA.subarray(2)) }, "RP_ATTESTATION_TPM"],
    [
      "with an unknown name hash",
      { pubArea: concat(fromHex("00230027"), PUB_AREA.subarray(4)) },
      "RP_ATTESTATION_TPM",
    ],
    ["made outside a TPM", { certify: { magic: "ff544348" } }, "RP_ATTESTATION_TPM"],
    ["that is a quote", { certify: { type: "8018" } }, "RP_ATTESTATION_TPM"],
    ["with bytes after the certification", { certify: { tail: Uint8Array.of(0) } }, "RP_ATTESTATION_TPM"],
    ["that certifies another key", { certify: { certified: AUTH_DATA } }, "RP_ATTESTATION_TPM"],
    ["of another ceremony", { certify: { extraData: CLIENT_DATA_HASH } }, "RP_ATTESTATION_NONCE"],
    [
      "whose certificate has a subject",
      { leaf: { subject: AUTHENTICATOR_NAME } },
      "RP_ATTESTATION_CERTIFICATE",
    ],
    [
      "whose certificate is of version 1",
      { leaf: { version: 1, extensions: [] } },
      "RP_ATTESTATION_CERTIFICATE",
    ],
    [
      "whose certificate has no alternative name",
      { leaf: { extensions: extensionsWithout(Oid.SUBJECT_ALT_NAME) } },
      "RP_ATTESTATION_CERTIFICATE",
    ],
    ["whose certificate names no model", withTpm(GOOD_TPM.slice(0, 1)), "RP_ATTESTATION_CERTIFICATE"],
    ["whose certificate names no manufacturer", withTpm(GOOD_TPM.slice(1)), "RP_ATTESTATION_CERTIFICATE"],
    [
      "whose certificate states no usage",
      { leaf: { extensions: extensionsWithout(Oid.EXTENDED_KEY_USAGE) } },
      "RP_ATTESTATION_CERTIFICATE",
    ],
    [
      "whose certificate is for web servers",
      { leaf: { extensions: [alternativeName(GOOD_TPM), keyUsage("1.3.6.1.5.5.7.3.1")] } },
      "RP_ATTESTATION_CERTIFICATE",
    ],
    [
      "whose certificate is an authority's",
      { leaf: { extensions: [alternativeName(GOOD_TPM), USAGE, basicConstraints(true)] } },
      "RP_ATTESTATION_CERTIFICATE",
    ],
    [
      "whose certificate names another model",
      {
        leaf: {
          extensions: [...extensionsWithout(Oid.FIDO_AAGUID), aaguidExtension(new Uint8Array(16))],
        },
      },
      "RP_ATTESTATION_AAGUID",
    ],
  ];

  test.each(BAD)("a statement %s is refused", (_what, parts, code) => {
    expect(() => verifyStatement(statementOf(parts))).toThrow(refusal(code));
  });

  test("an unregistered manufacturer is a finding", () => {
    const { findings } = verifyStatement(
      statementOf(withTpm([["2.23.133.2.1", "id:00000000"], ...GOOD_TPM.slice(1)])),
    );
    expect(findings.map(({ code }) => code)).toEqual(["TPM_VENDOR"]);
  });
});
