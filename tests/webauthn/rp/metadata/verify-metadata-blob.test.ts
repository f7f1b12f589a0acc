import { verifyMDSBlob } from "@simplewebauthn/server/helpers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toBase64url } from "../../../../src/core/bytes.js";
import type { MetadataCode } from "../../../../src/webauthn/rp/metadata/metadata-error.js";
import {
  verifyMetadataBlob,
  type MetadataBlobOptions,
} from "../../../../src/webauthn/rp/metadata/verify-metadata-blob.js";
import { Oid, ROOT_NAME, testKey, VALID_AT_MS } from "../certificate-maker.js";
import { der, sequence } from "../der-maker.js";
import { askOracle, setOracleRoots } from "../oracle.js";
import {
  keyFor,
  makeBlob,
  serviceRoot,
  SIGNER_KEY,
  signerCertificate,
  x5cOf,
  type BlobParts,
} from "./blob-maker.js";

const AAGUID = "0132d110-bf4e-4208-a403-ab4f5f12efe5";
const ENTRY = {
  aaguid: AAGUID,
  metadataStatement: {
    description: "A key of the tests",
    attestationTypes: ["basic_full"],
    attestationRootCertificates: [x5cOf(serviceRoot)[0]],
  },
  statusReports: [{ status: "FIDO_CERTIFIED_L1", effectiveDate: "2024-02-29", authenticatorVersion: 3 }],
  timeOfLastStatusChange: "2024-02-29",
};

const verify = (blob: string, options: Partial<MetadataBlobOptions> = {}) =>
  verifyMetadataBlob(blob, { trustAnchors: [serviceRoot], atEpochMs: VALID_AT_MS, ...options });
const refusedAs = (code: MetadataCode) =>
  expect.objectContaining({ name: "MetadataError", code, hint: expect.any(String) as string }) as Error;

beforeAll(() => setOracleRoots([serviceRoot]));
// The roots are a global of the library, and other test files run in this worker.
afterAll(() => setOracleRoots([]));

/** Whether the BLOB is one to @simplewebauthn/server as well. */
const theirs = (blob: string) =>
  askOracle(async () => {
    await verifyMDSBlob(blob);
    return { verified: true };
  }, VALID_AT_MS);

describe("a BLOB that its service signed", () => {
  test("gives its entries, by both libraries", async () => {
    const blob = makeBlob({ payload: { entries: [ENTRY] } });
    expect(await theirs(blob)).toBe("accepted");
    expect(verify(`${blob}\n`)).toEqual({
      no: 7,
      nextUpdate: "2025-06-30",
      outdatedAtMs: Date.UTC(2025, 6, 1),
      legalHeader: "Terms of a test",
      entries: [
        {
          aaguid: AAGUID,
          attestationCertificateKeyIdentifiers: [],
          description: "A key of the tests",
          attestationRootCertificates: [serviceRoot],
          attestationTypes: ["basic_full"],
          statusReports: [
            { status: "FIDO_CERTIFIED_L1", effectiveMs: Date.UTC(2024, 1, 29), authenticatorVersion: 3 },
          ],
          statement: ENTRY.metadataStatement,
        },
      ],
      findings: [],
    });
  });

  test.each(["RS256", "PS256", "ES384", "EdDSA"])("may be signed with %s", (alg) => {
    const key = keyFor(alg);
    expect(verify(makeBlob({ alg, key, header: { x5c: x5cOf(signerCertificate({ key })) } })).no).toBe(7);
  });

  test("may name a host in its alternative names, and then in those alone", () => {
    const name = (host: string) => ({
      id: Oid.SUBJECT_ALT_NAME,
      value: sequence(der(0x82, new TextEncoder().encode(host))),
    });
    const signedFor = (host: string) =>
      makeBlob({ header: { x5c: x5cOf(signerCertificate({ extensions: [name(host)] })) } });
    expect(verify(signedFor("MDS.fidoalliance.org")).no).toBe(7);
    expect(() => verify(signedFor("example.com"))).toThrow(refusedAs("METADATA_SIGNER"));
  });

  test("may leave its certificates to the caller, or be signed by an anchor itself", () => {
    const header = { x5c: undefined, x5u: "https://mds.fidoalliance.org/chain.pem" };
    const leaf = signerCertificate();
    expect(verify(makeBlob({ header }), { certificates: [leaf] }).no).toBe(7);
    expect(verify(makeBlob({ header }), { trustAnchors: [leaf] }).no).toBe(7);
  });

  test("says when it is overdue, and when it names no terms", () => {
    const blob = makeBlob({ payload: { legalHeader: undefined } });
    const at = (atEpochMs: number) => verify(blob, { atEpochMs }).findings.map(({ code }) => code);
    expect(at(Date.UTC(2025, 5, 30, 23, 59))).toEqual(["METADATA_LEGAL_HEADER"]);
    expect(at(Date.UTC(2025, 6, 1))).toEqual(["METADATA_LEGAL_HEADER", "METADATA_OUTDATED"]);
  });

  test("costs no entry for one that cannot be read", () => {
    const odd = [null, { aaguid: "x", statusReports: [] }, { aaguid: AAGUID }, ENTRY];
    const reports = [{ status: "REVOKED", effectiveDate: "soon", certificate: "!" }, {}];
    const half = {
      ...ENTRY,
      metadataStatement: { attestationRootCertificates: ["!"] },
      statusReports: reports,
    };
    const { entries, findings } = verify(makeBlob({ payload: { entries: [...odd, half] } }));
    expect(entries).toHaveLength(2);
    expect(entries[1]?.statusReports).toEqual([{ status: "REVOKED" }]);
    expect(findings.map(({ code }) => code)).toEqual([
      ...Array<string>(3).fill("METADATA_ENTRY"),
      ...Array<string>(4).fill("METADATA_MEMBER"),
    ]);
  });
});

describe("a BLOB that must not be used", () => {
  const stranger = testKey("stranger");
  const good = makeBlob();
  const [head = "", body = "", signature = ""] = good.split(".");
  const spoilt = (text: string) => toBase64url(Buffer.from(text));
  const CASES: readonly (readonly [
    what: string,
    blob: string,
    code: MetadataCode,
    options?: Partial<MetadataBlobOptions>,
  ])[] = [
    ["is no JWS", "blob", "METADATA_FORMAT"],
    ["has four parts", `${good}.x`, "METADATA_FORMAT"],
    ["is no base64url", `${head}.${body}.ä`, "METADATA_FORMAT"],
    ["is padded", `${head}.${body}.${signature}==`, "METADATA_FORMAT"],
    ["has a header that is no JSON", `${spoilt("{")}.${body}.${signature}`, "METADATA_FORMAT"],
    ["has a list for a payload", `${head}.${spoilt("[]")}.${signature}`, "METADATA_FORMAT"],
    [
      "has another payload than was signed",
      `${head}.${spoilt('{"no":8}')}.${signature}`,
      "METADATA_SIGNATURE",
    ],
    ["is signed by another key", makeBlob({ key: stranger }), "METADATA_SIGNATURE"],
    ["is not signed", makeBlob({ header: { alg: "none" } }), "METADATA_ALGORITHM"],
    ["is signed with a secret", makeBlob({ header: { alg: "HS256" } }), "METADATA_ALGORITHM"],
    [
      "names an algorithm of another kind of key",
      makeBlob({ header: { alg: "RS256" } }),
      "METADATA_ALGORITHM",
    ],
    ["names an algorithm of another curve", makeBlob({ header: { alg: "ES384" } }), "METADATA_ALGORITHM"],
    ["has no certificate", makeBlob({ header: { x5c: [] } }), "METADATA_CERTIFICATES"],
    ["has x5c that is no list", makeBlob({ header: { x5c: "x" } }), "METADATA_CERTIFICATES"],
    ["has a certificate that is none", makeBlob({ header: { x5c: ["AAAA"] } }), "METADATA_CERTIFICATES"],
    [
      "is of another service",
      good,
      "METADATA_CERTIFICATES",
      { trustAnchors: [signerCertificate({ issuerKey: stranger })] },
    ],
    ["is signed by an expired certificate", good, "METADATA_CERTIFICATES", { atEpochMs: Date.UTC(2031, 0) }],
    ["is signed for another host", good, "METADATA_SIGNER", { signerName: "mds.example.com" }],
    ["is older than the one known", good, "METADATA_ROLLBACK", { previousNo: 8 }],
    ["has no number", makeBlob({ payload: { no: "7" } }), "METADATA_FORMAT"],
    ["has no date", makeBlob({ payload: { nextUpdate: "2025-02-30" } }), "METADATA_FORMAT"],
    ["has no entries", makeBlob({ payload: { entries: {} } }), "METADATA_FORMAT"],
  ];

  test.each(CASES.map((row) => [row[0], row] as const))("because it %s", (_what, [, blob, code, options]) => {
    expect(() => verify(blob, options)).toThrow(refusedAs(code));
  });

  test("is judged so by the other library, where it looks", async () => {
    const forged: readonly BlobParts[] = [
      { key: stranger },
      { header: { x5c: x5cOf(signerCertificate({ issuerKey: stranger })) } },
      { header: { x5c: x5cOf(signerCertificate({ notAfterMs: VALID_AT_MS - 1000 })) } },
      { header: { x5c: x5cOf(signerCertificate({ issuer: [...ROOT_NAME, [Oid.UNIT, "another"]] })) } },
    ];
    for (const parts of forged) {
      const blob = makeBlob({ key: SIGNER_KEY, ...parts });
      expect(() => verify(blob)).toThrow(expect.objectContaining({ name: "MetadataError" }) as Error);
      expect(await theirs(blob)).toMatch(/^refused/);
    }
  });

  test("is no fault of the same one read again, and any signer will do where the site says so", () => {
    expect(verify(good, { previousNo: 7, signerName: null }).no).toBe(7);
  });
});
