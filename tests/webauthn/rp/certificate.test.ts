import { X509Certificate } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { CborMap } from "../../../src/cbor/value.js";
import { concat } from "../../../src/core/bytes.js";
import { isAuthority, readCertificate } from "../../../src/webauthn/rp/certificate.js";
import {
  AUTHENTICATOR_NAME,
  basicConstraints,
  makeCertificate,
  ROOT_NAME,
  testKey,
  type CertificateParts,
} from "./certificate-maker.js";
import { octets, sequence } from "./der-maker.js";
import { refusal } from "./refusal.js";
import { ATTESTATIONS, objectOf } from "./vector-case.js";

const KEY_USAGE = "2.5.29.15";

const PUBLISHED = ATTESTATIONS.flatMap((row) => {
  const { attStmt } = objectOf(row);
  const x5c =
    attStmt instanceof Map ? ((attStmt as CborMap).get("x5c") as readonly Uint8Array[] | undefined) : [];
  return (x5c ?? []).map((der, index) => ({ id: `${row.id}, certificate ${index}`, der }));
});

describe("every published certificate reads as node:crypto reads it", () => {
  test("there are some", () => {
    expect(PUBLISHED.length).toBeGreaterThan(150);
  });

  test.each(PUBLISHED)("$id", ({ der }) => {
    const ours = readCertificate(der);
    const theirs = new X509Certificate(der);
    expect(ours.notBeforeMs).toBe(Date.parse(theirs.validFrom));
    expect(ours.notAfterMs).toBe(Date.parse(theirs.validTo));
    // node also wants keyUsage to allow signing certificates, where there is one.
    if (theirs.ca) expect(isAuthority(ours)).toBe(true);
    else expect(isAuthority(ours) === true && !ours.extensions.has(KEY_USAGE)).toBe(false);
    expect(ours.subject.length).toBe(theirs.subject ? theirs.subject.split(/\n| \+ /).length : 0);
  });
});

const GOOD: CertificateParts = {
  subject: AUTHENTICATOR_NAME,
  issuer: ROOT_NAME,
  key: testKey("leaf"),
  issuerKey: testKey("root"),
};

describe("readCertificate", () => {
  test("version 1 has no extensions", () => {
    const certificate = readCertificate(makeCertificate({ ...GOOD, version: 1 }));
    expect(certificate).toMatchObject({ version: 1 });
    expect(certificate.extensions.size).toBe(0);
  });

  test("an extension says whether it is critical", () => {
    const plain = { id: "1.2.3", value: octets(Uint8Array.of(7)) };
    const extensions = [plain, { ...plain, id: "1.2.4", critical: true }];
    const read = readCertificate(makeCertificate({ ...GOOD, extensions })).extensions;
    expect([...read]).toEqual([
      ["1.2.3", { critical: false, value: plain.value }],
      ["1.2.4", { critical: true, value: plain.value }],
    ]);
  });

  const der = makeCertificate({ ...GOOD, extensions: [basicConstraints(true)] });
  const repeated = { id: "1.2.3", value: octets(Uint8Array.of(7)) };
  test.each([
    ["bytes after it", concat(der, Uint8Array.of(0))],
    ["its last byte missing", der.subarray(0, -1)],
    ["nothing in it", sequence()],
    ["the same extension twice", makeCertificate({ ...GOOD, extensions: [repeated, repeated] })],
    [
      "more than 64 extensions",
      makeCertificate({
        ...GOOD,
        extensions: Array.from({ length: 65 }, (_, index) => ({ ...repeated, id: `1.2.${index}` })),
      }),
    ],
  ])("a certificate with %s is refused", (_what, bytes) => {
    expect(() => readCertificate(bytes)).toThrow(refusal("RP_ATTESTATION_CERTIFICATE"));
  });
});
