/** `register` holds an attestation against whatever the command line names: anchors, metadata, revocation lists. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeLenient } from "../../src/cbor/lenient.js";
import { fromBase64url, toBase64 } from "../../src/core/bytes.js";
import { makeBlob, serviceRoot } from "../webauthn/rp/metadata/blob-maker.js";
import { runCli } from "../helpers/run-cli.js";

let folder = "";
let aaguid = "";
const at = (name: string) => join(folder, name);
const put = (name: string, content: string | Uint8Array) => (writeFileSync(at(name), content), at(name));
const pem = (der: Uint8Array) => `-----BEGIN CERTIFICATE-----\n${toBase64(der)}\n-----END CERTIFICATE-----\n`;

const register = (...more: readonly string[]) => runCli(["register", "--attestation", "direct", ...more]);

interface Registered {
  readonly response: { readonly response: { readonly attestationObject: string } };
  readonly verified: { readonly aaguid: string };
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "trust-"));
  const { response, verified } = JSON.parse((await register("--json")).stdout) as Registered;
  const object = decodeLenient(fromBase64url(response.response.attestationObject)).value as Map<
    string,
    Map<string, Uint8Array[]>
  >;
  const [leaf = new Uint8Array(0)] = object.get("attStmt")?.get("x5c") ?? [];
  put("leaf.der", leaf);
  put("both.pem", `the service's\n${pem(serviceRoot)}\n${pem(leaf)}`);
  put("other.pem", pem(serviceRoot));
  put("service.pem", pem(serviceRoot));
  aaguid = verified.aaguid.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  const entry = {
    aaguid,
    metadataStatement: {
      description: "A model\u001b[31m of a test",
      attestationRootCertificates: [toBase64(leaf)],
      attestationTypes: ["basic_full"],
    },
    statusReports: [{ status: "FIDO_CERTIFIED" }],
    timeOfLastStatusChange: "2024-01-01",
  };
  const revoked = { ...entry, statusReports: [{ status: "REVOKED", effectiveDate: "2024-01-01" }] };
  put("blob.jwt", `${makeBlob({ payload: { nextUpdate: "2026-12-31", entries: [entry] } })}\n`);
  put("revoked.jwt", makeBlob({ payload: { nextUpdate: "2026-12-31", entries: [revoked] } }));
  put("empty.jwt", makeBlob({ payload: { nextUpdate: "2026-12-31" } }));
  put(
    "changed.jwt",
    makeBlob().replace(/\.(.)([^.]*)$/, (_, first, rest) => `.${first === "A" ? "B" : "A"}${rest}`),
  );
  put("junk.pem", "no certificate");
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("accepts", () => {
  const anchored = "trust: the attestation leads to a trust anchor";
  test.each<[string, () => readonly string[], readonly string[]]>([
    ["an anchor as DER", () => ["--trust-anchor", at("leaf.der")], [anchored]],
    ["one of several in a PEM file", () => ["--trust-anchor", at("both.pem")], [anchored]],
    [
      "an anchor of this model, whatever holds for the others",
      () => [
        "--trust-anchor",
        `${aaguid.toUpperCase()}=${at("leaf.der")}`,
        "--trust-anchor",
        at("other.pem"),
      ],
      [anchored],
    ],
    [
      "a model that the metadata lists",
      () => ["--metadata", at("blob.jwt"), "--metadata-anchor", at("service.pem")],
      [anchored, "metadata: A model\uFFFD[31m of a test"],
    ],
    [
      "a model that is not listed, where that is a finding",
      () => ["--metadata", at("empty.jwt"), "--metadata-anchor", at("service.pem"), "--unlisted", "warn"],
      ["finding: METADATA_UNLISTED"],
    ],
  ])("%s", async (_, args, says) => {
    const { exitCode, stdout } = await register(...args());
    for (const line of says) expect(stdout).toContain(line);
    expect(exitCode).toBe(0);
  });

  test("and says so in the document", async () => {
    const { stdout } = await register("--json", "--trust-anchor", at("leaf.der"));
    expect((JSON.parse(stdout) as { verified: object }).verified).toMatchObject({
      anchored: true,
      findings: [],
    });
  });
});

describe("refuses as the site would, once the key has acted", () => {
  test.each<[string, () => readonly string[]]>([
    ["RP_ATTESTATION_UNTRUSTED", () => ["--trust-anchor", at("other.pem")]],
    ["RP_ATTESTATION_POLICY", () => ["--attestation-types", "none,attca"]],
    ["RP_METADATA_STATUS", () => ["--metadata", at("revoked.jwt"), "--metadata-anchor", at("service.pem")]],
    ["RP_METADATA_UNLISTED", () => ["--metadata", at("empty.jwt"), "--metadata-anchor", at("service.pem")]],
  ])("%s", async (code, args) => {
    const { exitCode, stdout } = await register(...args());
    expect(exitCode).toBe(1);
    expect(stdout).toContain(`the site refuses the answer: ${code}`);
    expect(stdout).toContain("the device holds a new passkey");
  });
});

describe("is refused before any key is asked", () => {
  test.each<[string, () => readonly string[]]>([
    ["ENVIRONMENT: .*junk.pem holds no certificate", () => ["--trust-anchor", at("junk.pem")]],
    ["ENVIRONMENT: .*junk.pem holds no revocation list", () => ["--crl", at("junk.pem")]],
    ["ENVIRONMENT: certificate .*nofile cannot be read", () => ["--trust-anchor", at("nofile")]],
    ["USAGE: --metadata goes with --metadata-anchor", () => ["--metadata", at("blob.jwt")]],
    ["USAGE: --metadata-anchor goes with --metadata", () => ["--metadata-anchor", at("service.pem")]],
    ["USAGE: --unlisted goes with --metadata", () => ["--unlisted", "warn"]],
    ["USAGE: --attestation-types takes none, self", () => ["--attestation-types", "basics"]],
    [
      "METADATA_SIGNATURE: .*changed.jwt",
      () => ["--metadata", at("changed.jwt"), "--metadata-anchor", at("service.pem")],
    ],
    [
      "METADATA_SIGNER: .*blob.jwt",
      () => [
        ...["--metadata", at("blob.jwt"), "--metadata-anchor", at("service.pem")],
        ...["--metadata-signer", "mds.example.com"],
      ],
    ],
    [
      "METADATA_CERTIFICATES: .*blob.jwt",
      () => ["--metadata", at("blob.jwt"), "--metadata-anchor", at("leaf.der")],
    ],
  ])("%s", async (says, args) => {
    const store = at("store.json");
    const { exitCode, stderr } = await register("--store", store, ...args());
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(new RegExp(`^${says}`));
    expect(() => readFileSync(store)).toThrow("ENOENT");
  });
});
