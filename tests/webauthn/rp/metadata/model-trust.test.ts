/** Registrations held against metadata and anchors of single models. */
import { describe, expect, test } from "vitest";
import { toHex } from "../../../../src/core/bytes.js";
import { defaultCrypto } from "../../../../src/crypto/default.js";
import { readCertificate } from "../../../../src/webauthn/rp/certificate.js";
import { judgeModelTrust, type ModelTrustInput } from "../../../../src/webauthn/rp/model-trust.js";
import type { AttestationType } from "../../../../src/webauthn/rp/attestation/attestation-input.js";
import { verifyMetadataBlob } from "../../../../src/webauthn/rp/metadata/verify-metadata-blob.js";
import { verifyRegistration } from "../../../../src/webauthn/rp/verify-registration.js";
import { creationOptions, ORIGIN, RP_ID } from "../../../helpers/ceremony-options.js";
import { bench } from "../../../helpers/webauthn-bench.js";
import {
  AUTHENTICATOR_NAME,
  basicConstraints,
  makeCertificate,
  ROOT_NAME,
  testKey,
  VALID_AT_MS,
} from "../certificate-maker.js";
import { refusal } from "../refusal.js";
import { makeBlob, serviceRoot, x5cOf } from "./blob-maker.js";

const MODEL = "0132d110-bf4e-4208-a403-ab4f5f12efe5";
const AAGUID = Uint8Array.from(Buffer.from(MODEL.replaceAll("-", ""), "hex"));
const KEY = testKey("model root");
const ROOT = makeCertificate({
  subject: ROOT_NAME,
  issuer: ROOT_NAME,
  key: KEY,
  issuerKey: KEY,
  extensions: [basicConstraints(true)],
});
const leafWith = (label: string) =>
  makeCertificate({
    subject: AUTHENTICATOR_NAME,
    issuer: ROOT_NAME,
    key: testKey(label),
    issuerKey: KEY,
    extensions: [basicConstraints(false)],
  });
const LEAF = leafWith("model leaf");
const OTHER_ROOT = serviceRoot;

type Json = Readonly<Record<string, unknown>>;

const report = (status: string, effectiveDate?: string, more: Json = {}): Json => ({
  status,
  ...(effectiveDate !== undefined && { effectiveDate }),
  ...more,
});

const blobOf = (...entries: readonly Json[]) =>
  verifyMetadataBlob(makeBlob({ payload: { entries } }), {
    trustAnchors: [serviceRoot],
    atEpochMs: VALID_AT_MS,
  });

const entryWith = (statusReports: readonly Json[], statement: Json = {}, more: Json = {}): Json => ({
  aaguid: MODEL,
  metadataStatement: {
    attestationRootCertificates: x5cOf(ROOT),
    attestationTypes: ["basic_full"],
    ...statement,
  },
  statusReports,
  ...more,
});

const judge = (
  input: ModelTrustInput,
  {
    type = "basic",
    aaguid = AAGUID,
    path = [LEAF],
  }: { type?: AttestationType; aaguid?: Uint8Array; path?: Uint8Array[] } = {},
) =>
  judgeModelTrust({ type, trustPath: path.map(readCertificate), findings: [] }, aaguid, {
    atEpochMs: VALID_AT_MS,
    ...input,
  });

const CERTIFIED = report("FIDO_CERTIFIED_L1", "2023-01-01");
const codesOf = (findings: readonly { readonly code: string }[]) => findings.map(({ code }) => code);

describe("anchors of one model", () => {
  const byAaguid = { [MODEL.toUpperCase()]: [ROOT] };

  test("are trusted for it, and for no other", () => {
    expect(judge({ trustAnchorsByAaguid: byAaguid }).verdict).toMatchObject({ anchored: true, anchor: ROOT });
    const other = { aaguid: new Uint8Array(16).fill(7) };
    expect(() => judge({ trustAnchorsByAaguid: byAaguid }, other)).toThrow(
      refusal("RP_ATTESTATION_UNTRUSTED"),
    );
    expect(judge({ trustAnchorsByAaguid: byAaguid, trustAnchors: [ROOT] }, other).verdict.anchored).toBe(
      true,
    );
  });

  test("are the only ones for it: a general anchor vouches for models without anchors of their own", () => {
    const input = { trustAnchorsByAaguid: { [MODEL]: [OTHER_ROOT] }, trustAnchors: [ROOT] };
    expect(() => judge(input)).toThrow(refusal("RP_ATTESTATION_UNTRUSTED"));
  });
});

describe("a model in the metadata", () => {
  test("is anchored by the roots of its entry", () => {
    const { verdict, metadata, findings } = judge({ metadata: blobOf(entryWith([CERTIFIED])) });
    expect(verdict).toEqual({ anchored: true, anchor: ROOT, datesJudged: true });
    expect(metadata.map(({ aaguid }) => aaguid)).toEqual([MODEL]);
    expect(findings).toEqual([]);
  });

  test("may have its attestation certificate itself in place of a root", () => {
    const metadata = blobOf(entryWith([], { attestationRootCertificates: x5cOf(LEAF) }));
    expect(judge({ metadata }).verdict.anchor).toEqual(LEAF);
  });

  test("is refused when its certificate is of another maker", () => {
    const metadata = blobOf(entryWith([], { attestationRootCertificates: x5cOf(OTHER_ROOT) }));
    expect(() => judge({ metadata, trustAnchors: [ROOT] })).toThrow(refusal("RP_ATTESTATION_UNTRUSTED"));
  });

  test("is found by its certificate's key where it has no aaguid", () => {
    const id = toHex(defaultCrypto.hash("sha1", readCertificate(LEAF).publicKey.bits));
    const u2f = entryWith(
      [CERTIFIED],
      {},
      { aaguid: undefined, attestationCertificateKeyIdentifiers: [id.toUpperCase()] },
    );
    const zero = { aaguid: new Uint8Array(16) };
    expect(judge({ metadata: blobOf(u2f) }, zero).verdict.anchored).toBe(true);
    expect(() => judge({ metadata: blobOf(u2f) }, { ...zero, path: [leafWith("another")] })).toThrow(
      refusal("RP_METADATA_UNLISTED"),
    );
  });

  test("that is not listed is refused, or a finding where the site says so", () => {
    const metadata = blobOf(entryWith([], {}, { aaguid: MODEL.replace("0", "f") }));
    expect(() => judge({ metadata })).toThrow(refusal("RP_METADATA_UNLISTED"));
    const { verdict, findings } = judge({ metadata, metadataPolicy: { unlisted: "warn" } });
    expect(codesOf(findings)).toEqual(["METADATA_UNLISTED"]);
    expect(verdict.anchored).toBeUndefined();
    expect(judge({ metadata, trustAnchorsByAaguid: { [MODEL]: [ROOT] } }).verdict.anchored).toBe(true);
  });

  test.each([
    ["self", ["basic_full"], false],
    ["self", ["basic_full", "basic_surrogate"], true],
    ["basic", ["basic_surrogate"], false],
    ["basic", ["attca"], true],
    ["anonca", ["basic_full"], false],
    ["none", ["basic_full"], true],
    ["self", [], true],
  ] as const)(
    "attesting by %s where its metadata says %j: accepted %s",
    (type, attestationTypes, accepted) => {
      const metadata = blobOf(entryWith([], { attestationTypes }));
      const path = type === "self" || type === "none" ? [] : [LEAF];
      const run = () => judge({ metadata }, { type, path });
      if (accepted) expect(run().metadata).toHaveLength(1);
      else expect(run).toThrow(refusal("RP_METADATA_TYPE"));
    },
  );

  test("of a BLOB that is overdue is a finding, or refused where the site says so", () => {
    const metadata = blobOf(entryWith([CERTIFIED]));
    const atEpochMs = Date.UTC(2025, 6, 1);
    expect(codesOf(judge({ metadata, atEpochMs }).findings)).toEqual(["METADATA_OUTDATED"]);
    expect(() => judge({ metadata, atEpochMs, metadataPolicy: { outdated: "refuse" } })).toThrow(
      refusal("RP_METADATA_OUTDATED"),
    );
  });
});

describe("status reports", () => {
  const PROBLEMS = [
    "REVOKED",
    "ATTESTATION_KEY_COMPROMISE",
    "USER_KEY_REMOTE_COMPROMISE",
    "USER_KEY_PHYSICAL_COMPROMISE",
    "USER_VERIFICATION_BYPASS",
  ];
  const run = (reports: readonly Json[], input: ModelTrustInput = {}, model = {}) =>
    judge({ metadata: blobOf(entryWith(reports)), ...input }, model);

  test.each(PROBLEMS)("%s refuses from its day on, and is a finding where the site says so", (status) => {
    const reports = [CERTIFIED, report(status, "2025-01-01")];
    expect(() => run(reports)).toThrow(refusal("RP_METADATA_STATUS"));
    expect(() => run([report(status)])).toThrow(refusal("RP_METADATA_STATUS"));
    expect(run(reports, { atEpochMs: VALID_AT_MS - 1 }).findings).toEqual([]);
    const { findings } = run(reports, { metadataPolicy: { refuse: [] } });
    expect(findings).toEqual([{ code: "METADATA_STATUS", detail: `${status} since 2025-01-01` }]);
  });

  test("refuse an authenticator that only names the model, too", () => {
    const none = { type: "none", path: [] } as const;
    expect(() => run([report("REVOKED")], {}, none)).toThrow(refusal("RP_METADATA_STATUS"));
  });

  test.each(["UPDATE_AVAILABLE", "RETIRED", "NOT_FIDO_CERTIFIED"])("%s is a finding", (status) => {
    expect(codesOf(run([CERTIFIED, report(status, "2024-01-01")]).findings)).toEqual(["METADATA_STATUS"]);
    expect(() => run([report(status)], { metadataPolicy: { refuse: [status] } })).toThrow(
      refusal("RP_METADATA_STATUS"),
    );
  });

  test("of a user key are mended by a later update, of an attestation key and a revocation are not", () => {
    const update = report("UPDATE_AVAILABLE", "2024-06-01", { authenticatorVersion: 9 });
    for (const status of PROBLEMS) {
      const reports = [update, report(status, "2024-05-01")];
      if (status.startsWith("USER")) {
        expect(run(reports).findings).toEqual([
          { code: "METADATA_STATUS", detail: "UPDATE_AVAILABLE since 2024-06-01, version 9" },
        ]);
      } else expect(() => run(reports)).toThrow(refusal("RP_METADATA_STATUS"));
      expect(() => run([update, report(status, "2024-07-01")])).toThrow(refusal("RP_METADATA_STATUS"));
    }
  });

  test("about one batch concern the certificate of that batch alone", () => {
    const about = (der: Uint8Array, member: string) =>
      report("ATTESTATION_KEY_COMPROMISE", "2024-01-01", { [member]: x5cOf(der)[0] });
    for (const member of ["certificate", "batchCertificate"]) {
      expect(() => run([about(LEAF, member)])).toThrow(refusal("RP_METADATA_STATUS"));
      expect(run([about(leafWith("another"), member)]).findings).toEqual([]);
    }
  });
});

test("a registration of a simulated key is held against a BLOB", async () => {
  const { create, key } = await bench();
  const response = await create({ attestation: "direct" });
  const page = { challenge: creationOptions().challenge, origins: [ORIGIN], rpId: RP_ID };
  const { aaguid } = verifyRegistration(response, page);
  const text = toHex(aaguid).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  const entry = (status: string) =>
    blobOf(
      entryWith(
        [report(status, "2024-01-01")],
        { attestationRootCertificates: x5cOf(key.attestationRoot) },
        { aaguid: text },
      ),
    );
  const verified = verifyRegistration(response, { ...page, metadata: entry("FIDO_CERTIFIED_L2") });
  expect(verified.trust.anchored).toBe(true);
  expect(verified.metadata.map((one) => one.aaguid)).toEqual([text]);
  expect(() => verifyRegistration(response, { ...page, metadata: entry("REVOKED") })).toThrow(
    refusal("RP_METADATA_STATUS"),
  );
});
