import { describe, expect, test } from "vitest";
import { equalBytes, toHex } from "../../../src/core/bytes.js";
import { verifyAttestation } from "../../../src/webauthn/rp/verify-attestation.js";
import type { AttestationPolicy } from "../../../src/webauthn/rp/attestation/attestation-input.js";
import type { RpCode } from "../../../src/webauthn/rp/verification-hints.js";
import { hexOf } from "../../helpers/vectors.js";
import { ATTESTATIONS, objectBytes, objectOf, policyFor, type AttestationCase } from "./vector-case.js";

/**
 * Statements whose signature holds, or which have none, and which a site must refuse all the same.
 * Source of the rules: WebAuthn Level 3 §8.
 */
const REFUSED: Readonly<Record<string, readonly [code: RpCode, why: string]>> = {
  "android-safetynet-003": ["RP_ATTESTATION_SAFETYNET", "its certificate is not of attest.android.com"],
  "android-safetynet-004": ["RP_ATTESTATION_SAFETYNET", "ctsProfileMatch is false"],
  "apple-009": ["RP_ATTESTATION_CERTIFICATE", "the nonce stands in tag [0], Apple's is in [1]"],
  "fido-u2f-006": ["RP_AUTHENTICATOR_DATA", "the credential key has no alg"],
  "none-021": ["RP_AUTHENTICATOR_DATA", "the aaguid is left out, so that its place holds other fields"],
  "none-039": ["RP_AUTHENTICATOR_DATA", "an assertion's authenticator data, without a credential"],
  "packed-001": ["RP_ATTESTATION_AAGUID", "the certificate names another model"],
  "packed-021": ["RP_ATTESTATION_AAGUID", "the certificate names another model"],
  "packed-064": ["RP_ATTESTATION_AAGUID", "the certificate names another model"],
  "packed-067": ["RP_AUTHENTICATOR_DATA", "the credential key has no alg"],
  "packed-098": ["RP_ATTESTATION_CERTIFICATE", "the subject has no CN"],
  "tpm-004": ["RP_ATTESTATION_AAGUID", "the certificate names another model"],
};

/** Rows in which the authenticator data's key is not read as the bytes that stand there. */
const REPAIRED_KEYS = ["none-017", "none-034", "none-036"];

const FOREIGN_HASH = new Uint8Array(32);

/** What a statement made for other client data breaks, by format. */
const UNBOUND: Readonly<Record<string, RpCode>> = {
  "android-key": "RP_ATTESTATION_SIGNATURE",
  "android-safetynet": "RP_ATTESTATION_NONCE",
  apple: "RP_ATTESTATION_NONCE",
  "apple-appattest": "RP_UNKNOWN_FORMAT",
  "fido-u2f": "RP_ATTESTATION_SIGNATURE",
  packed: "RP_ATTESTATION_SIGNATURE",
  tpm: "RP_ATTESTATION_NONCE",
};

const verify = (
  row: AttestationCase,
  clientDataHash: Uint8Array,
  policy: AttestationPolicy = policyFor(row),
) =>
  verifyAttestation({
    attestationObject: row.attestationObject === undefined ? objectOf(row) : objectBytes(row),
    clientDataHash,
    policy,
  });

const refused = ATTESTATIONS.filter(({ id }) => id in REFUSED);
const needsHash = (row: AttestationCase) => row.fmt !== "none";
const others = ATTESTATIONS.filter(({ id }) => !(id in REFUSED));
const unverifiable = others.filter((row) => needsHash(row) && row.clientDataHash === null);
const verifiable = others.filter((row) => !needsHash(row) || row.clientDataHash !== null);

test("every row is in exactly one of the groups below, and no exception is for a row that is gone", () => {
  expect(ATTESTATIONS).toHaveLength(179);
  expect(refused).toHaveLength(Object.keys(REFUSED).length);
  expect(refused.length + unverifiable.length + verifiable.length).toBe(ATTESTATIONS.length);
});

test("every row that its source verified, and that is not refused for a reason, is in the group that must verify", () => {
  const claimed = ATTESTATIONS.filter((row) => row.signatureVerified === true && !(row.id in REFUSED));
  expect(claimed.filter((row) => !verifiable.includes(row)).map(({ id }) => id)).toEqual([]);
  expect(verifiable.filter(({ signatureVerified }) => signatureVerified === false)).toEqual([]);
});

describe("a statement that is sound", () => {
  test.each(verifiable)("$id ($fmt) verifies", (row) => {
    const clientDataHash = row.clientDataHash === null ? FOREIGN_HASH : hexOf(row.clientDataHash);
    const { credential, authenticatorData, type, fmt } = verify(row, clientDataHash);
    expect({
      fmt,
      attType: type,
      rpIdHash: toHex(authenticatorData.rpIdHash),
      signCount: authenticatorData.signCount,
      up: authenticatorData.userPresent,
      uv: authenticatorData.userVerified,
      be: authenticatorData.backupEligible,
      bs: authenticatorData.backedUp,
      aaguid: toHex(credential.aaguid),
      credentialId: toHex(credential.credentialId),
      alg: credential.publicKey.alg,
    }).toEqual({
      fmt: row.fmt,
      attType: row.expected.attType,
      rpIdHash: row.expected.rpIdHash,
      signCount: row.expected.signCount,
      up: (row.expected.flags & 0x01) !== 0,
      uv: (row.expected.flags & 0x04) !== 0,
      be: (row.expected.flags & 0x08) !== 0,
      bs: (row.expected.flags & 0x10) !== 0,
      aaguid: row.expected.aaguid,
      credentialId: row.expected.credentialId,
      alg: row.expected.alg,
    });
    if (!REPAIRED_KEYS.includes(row.id)) {
      expect(toHex(credential.publicKeyCose)).toBe(row.expected.publicKeyCose);
    }
  });

  const signed = verifiable.filter(needsHash);
  test.each(signed)("$id ($fmt) is refused with other client data", (row) => {
    expect(() => verify(row, FOREIGN_HASH)).toThrow(
      expect.objectContaining({ code: UNBOUND[row.fmt] as string }) as Error,
    );
  });
});

test.each(verifiable.filter((row) => policyFor(row).basicConstraints !== undefined))(
  "$id ($fmt, $source) is refused by default: its certificate does not say that it is no authority",
  (row) => {
    expect(() => verify(row, hexOf(row.clientDataHash ?? ""), {})).toThrow(
      expect.objectContaining({ code: "RP_ATTESTATION_NO_BASIC_CONSTRAINTS" }) as Error,
    );
    expect(row.source).toMatch(/java-webauthn-server: .*RegistrationTestData/);
  },
);

describe("a statement that is refused", () => {
  test.each(refused.map((row) => [row.id, ...(REFUSED[row.id] as readonly [RpCode, string]), row] as const))(
    "%s with %s: %s",
    (_id, code, _why, row) => {
      const clientDataHash = row.clientDataHash === null ? FOREIGN_HASH : hexOf(row.clientDataHash);
      expect(() => verify(row, clientDataHash)).toThrow(expect.objectContaining({ code }) as Error);
    },
  );
});

describe("a statement whose client data was not published cannot be verified from its row", () => {
  test.each(unverifiable)("$id ($fmt, $source) is read, and refused with foreign client data", (row) => {
    expect(() => verify(row, FOREIGN_HASH)).toThrow(
      expect.objectContaining({ code: UNBOUND[row.fmt] as string }) as Error,
    );
  });
});

describe("encoding rules broken in the wild are findings", () => {
  const FINDINGS: Readonly<Record<string, string>> = {
    "unsorted-keys": "CBOR_KEYS_OUT_OF_ORDER",
    indefinite: "CBOR_INDEFINITE_LENGTH",
    "non-minimal-int": "CBOR_NOT_SHORTEST",
  };
  const odd = verifiable.filter(({ attestationObject, cbor }) => attestationObject && cbor.issues.length > 0);

  test.each(odd)("$id: $cbor.issues", (row) => {
    const clientDataHash = row.clientDataHash === null ? FOREIGN_HASH : hexOf(row.clientDataHash);
    const codes = verify(row, clientDataHash).findings.map(({ code }) => code);
    expect(codes).toEqual(expect.arrayContaining(row.cbor.issues.map((issue) => FINDINGS[issue])));
  });

  test.each(REPAIRED_KEYS)("%s: a key with text labels, as Firefox 117 wrote it", (id) => {
    const row = ATTESTATIONS.find((candidate) => candidate.id === id) as AttestationCase;
    const { credential, findings } = verify(row, FOREIGN_HASH);
    expect(findings.map(({ code }) => code)).toContain("KEY_WITH_TEXT_LABELS");
    const { key } = credential.publicKey;
    expect(key.kty).toBe("OKP");
    const { authData } = objectOf(row);
    const asArray = "crv" in key && "x" in key ? Array.from(key.x) : [];
    // The coordinate stands in the original as an array of numbers: each in one byte or two.
    const written = Uint8Array.from(asArray.flatMap((byte) => (byte < 24 ? [byte] : [0x18, byte])));
    expect(equalBytes(authData.subarray(authData.length - written.length), written)).toBe(true);
  });
});
