/** Revocation lists that another library writes, and judges beside ours. */
import "reflect-metadata";
import {
  Extension,
  X509Certificate,
  X509Crl,
  X509CrlGenerator,
  X509CrlReason,
  type X509CrlEntryParams,
} from "@peculiar/x509";
import { beforeAll, describe, expect, test } from "vitest";
import { judgeTrust, type TrustInput } from "../../../../src/webauthn/rp/certificate-chain.js";
import { readCertificate } from "../../../../src/webauthn/rp/certificate.js";
import {
  AUTHENTICATOR_NAME,
  basicConstraints,
  makeCertificate,
  Oid,
  ROOT_NAME,
  testKey,
  VALID_AT_MS,
  type ExtensionParts,
  type NameParts,
  type TestKey,
} from "../certificate-maker.js";
import { boolean, der, explicit, sequence } from "../der-maker.js";
import { refusal } from "../refusal.js";

const ROOT_KEY = testKey("revocation root");
const MIDDLE_KEY = testKey("revocation middle");
const MIDDLE_NAME: NameParts = [[Oid.COMMON_NAME, "Revoking authority"]];
const MIDDLE_TEXT = "CN=Revoking authority";
const DAY_MS = 86_400_000;

const ROOT = makeCertificate({
  subject: ROOT_NAME,
  issuer: ROOT_NAME,
  key: ROOT_KEY,
  issuerKey: ROOT_KEY,
  extensions: [basicConstraints(true)],
});
const middleWith = (...more: readonly ExtensionParts[]) =>
  makeCertificate({
    subject: MIDDLE_NAME,
    issuer: ROOT_NAME,
    key: MIDDLE_KEY,
    issuerKey: ROOT_KEY,
    extensions: [basicConstraints(true), ...more],
  });
const leafWith = (...more: readonly ExtensionParts[]) =>
  makeCertificate({
    subject: AUTHENTICATOR_NAME,
    issuer: MIDDLE_NAME,
    key: testKey("revocation leaf"),
    issuerKey: MIDDLE_KEY,
    extensions: [basicConstraints(false), ...more],
  });
const MIDDLE = middleWith();
const LEAF = leafWith();

const CRL_NUMBER = "2.5.29.20";
const ISSUING_DISTRIBUTION_POINT = "2.5.29.28";
const DELTA_INDICATOR = "2.5.29.27";

/** Every certificate of the tests has this serial number. */
const SERIAL = "01";

interface ListParts {
  readonly issuer?: string;
  readonly key?: TestKey;
  readonly entries?: readonly X509CrlEntryParams[];
  readonly thisUpdate?: number;
  readonly nextUpdate?: number;
  readonly extensions?: readonly Extension[];
}

/** Written by @peculiar/x509. */
async function listWith({
  issuer = MIDDLE_TEXT,
  key = MIDDLE_KEY,
  ...parts
}: ListParts): Promise<Uint8Array> {
  const jwk = key.privateKey.export({ format: "jwk" });
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const signingKey = await crypto.subtle.importKey("jwk", jwk, algorithm, true, ["sign"]);
  const list = await X509CrlGenerator.create({
    issuer,
    signingKey,
    signingAlgorithm: { name: "ECDSA", hash: "SHA-256" },
    thisUpdate: new Date(parts.thisUpdate ?? VALID_AT_MS - DAY_MS),
    nextUpdate: new Date(parts.nextUpdate ?? VALID_AT_MS + DAY_MS),
    entries: [...(parts.entries ?? [])],
    extensions: [new Extension(CRL_NUMBER, false, Uint8Array.of(0x02, 1, 9)), ...(parts.extensions ?? [])],
  });
  return new Uint8Array(list.rawData);
}

const revoked = (serialNumber: string, reason?: X509CrlReason): X509CrlEntryParams => ({
  serialNumber,
  revocationDate: new Date(Date.UTC(2024, 4, 1)),
  ...(reason !== undefined && { reason }),
});

const judge = (
  revocationLists: readonly Uint8Array[],
  more: Partial<TrustInput> = {},
  path = [LEAF, MIDDLE],
) =>
  judgeTrust(path.map(readCertificate), {
    trustAnchors: [ROOT],
    atEpochMs: VALID_AT_MS,
    revocationLists,
    ...more,
  });
const required = { revocationPolicy: "required" } as const;

let good: Uint8Array;
let bad: Uint8Array;
let rootsGood: Uint8Array;

beforeAll(async () => {
  good = await listWith({ entries: [revoked("02"), revoked("0100")] });
  bad = await listWith({ entries: [revoked("02"), revoked(SERIAL, X509CrlReason.keyCompromise)] });
  rootsGood = await listWith({ issuer: "CN=Test root", key: ROOT_KEY });
});

/** What that library reads in the list: whether the authority signed it, and whether the leaf is in it. */
async function theirs(list: Uint8Array) {
  const read = new X509Crl(Uint8Array.from(list));
  const publicKey = new X509Certificate(Uint8Array.from(MIDDLE)).publicKey;
  return { signed: await read.verify({ publicKey }), revoked: read.findRevoked(SERIAL) !== null };
}

describe("a certificate that its issuer", () => {
  test("revoked is refused, also by an old list", async () => {
    expect(await theirs(bad)).toEqual({ signed: true, revoked: true });
    expect(() => judge([good, bad])).toThrow(refusal("RP_ATTESTATION_REVOKED"));
    expect(() => judge([bad], { atEpochMs: VALID_AT_MS + 9 * DAY_MS })).toThrow(
      refusal("RP_ATTESTATION_REVOKED"),
    );
    expect(() => judge([bad])).toThrow(
      "its issuer revoked a certificate at 2024-05-01T00:00:00.000Z, reason 1",
    );
  });

  test("revoked further up is refused", async () => {
    const list = await listWith({ issuer: "CN=Test root", key: ROOT_KEY, entries: [revoked(SERIAL)] });
    expect(() => judge([list])).toThrow(refusal("RP_ATTESTATION_REVOKED"));
  });

  test("does not list is good; one whose issuer has no list is unknown, which counts only where it is required", async () => {
    expect(await theirs(good)).toEqual({ signed: true, revoked: false });
    expect(judge([good]).findings).toEqual([]);
    expect(judge([good, rootsGood], required).verdict.anchored).toBe(true);
    expect(() => judge([good], required)).toThrow(refusal("RP_ATTESTATION_REVOCATION_UNKNOWN"));
    expect(() => judge([], required)).toThrow(refusal("RP_ATTESTATION_REVOCATION_UNKNOWN"));
  });

  test("took from the list again is good", async () => {
    expect(
      judge([await listWith({ entries: [revoked(SERIAL, X509CrlReason.removeFromCRL)] })]).findings,
    ).toEqual([]);
  });
});

describe("a list that does not count", () => {
  const useless: readonly (readonly [what: string, parts: ListParts, detail: string])[] = [
    ["of another key", { key: ROOT_KEY, entries: [revoked(SERIAL)] }, "its signature does not hold"],
    ["of yesterday", { nextUpdate: VALID_AT_MS - 1000 }, "it is older than the date allows"],
    ["of tomorrow", { thisUpdate: VALID_AT_MS + 1000 }, "it was made after the date"],
  ];
  test.each(useless)("%s is a finding, and not enough where it is required", async (_what, parts, detail) => {
    const list = await listWith(parts);
    expect(judge([list]).findings).toEqual([
      { code: "REVOCATION_UNKNOWN", detail: `certificate 0: ${detail}` },
    ]);
    expect(() => judge([list, rootsGood], required)).toThrow(refusal("RP_ATTESTATION_REVOCATION_UNKNOWN"));
  });

  test("because its issuer may not sign lists", () => {
    const usage = { id: "2.5.29.15", critical: true, value: der(0x03, Uint8Array.of(2, 0x04)) };
    const [finding] = judge([bad], {}, [LEAF, middleWith(usage)]).findings;
    expect(finding?.detail).toBe("certificate 0: its issuer may not sign lists");
  });

  /** Members of an issuing distribution point, or of a distribution point: the names of a place where a list is. */
  const place = (uri: string) => explicit(0, der(0xa0, der(0x86, new TextEncoder().encode(uri))));
  const scope = (...members: readonly Uint8Array[]) =>
    new Extension(ISSUING_DISTRIBUTION_POINT, true, Uint8Array.from(sequence(...members)));
  const flag = (tag: number) => der(0x80 | tag, boolean(true).subarray(2));

  test.each([
    ["for authorities alone", scope(flag(2)), "it is not for certificates of this kind"],
    [
      "for some reasons",
      scope(der(0x83, Uint8Array.of(0, 0x40))),
      "it is for other certificates, or for some reasons only",
    ],
    ["indirect", scope(flag(4)), "it is for other certificates, or for some reasons only"],
    [
      "one part of several",
      scope(place("https://a.test/1")),
      "it is one part of its issuer's, and the certificate names another",
    ],
    [
      "a delta",
      new Extension(DELTA_INDICATOR, true, Uint8Array.of(0x02, 1, 1)),
      `it has the critical extension ${DELTA_INDICATOR}`,
    ],
  ] as const)(
    "that is %s does not say of a certificate that it is good, and still revokes",
    async (_what, extension, detail) => {
      const extensions = [extension];
      expect(judge([await listWith({ extensions })]).findings).toEqual([
        { code: "REVOCATION_UNKNOWN", detail: `certificate 0: ${detail}` },
      ]);
      const list = await listWith({ extensions, entries: [revoked(SERIAL)] });
      expect(() => judge([list])).toThrow(refusal("RP_ATTESTATION_REVOKED"));
    },
  );

  test("but one part that the certificate names does, and so does one for certificates of its kind", async () => {
    const points = { id: "2.5.29.31", value: sequence(sequence(place("https://a.test/1"))) };
    const part = await listWith({ extensions: [scope(place("https://a.test/1"))] });
    expect(judge([part, rootsGood], required, [leafWith(points), MIDDLE]).findings).toEqual([]);
    expect(judge([await listWith({ extensions: [scope(flag(1))] })]).findings).toEqual([]);
  });

  test("of another issuer says nothing", () => {
    expect(judge([rootsGood], { trustAnchors: [MIDDLE] }).findings).toEqual([]);
  });

  test.each([
    ["nothing", new Uint8Array()],
    ["text", new TextEncoder().encode("-----BEGIN X509 CRL-----")],
    ["a certificate", ROOT],
  ])("because it is %s, is the site's mistake", (_what, bytes) => {
    expect(() => judge([bytes])).toThrow(refusal("RP_REVOCATION_LIST"));
  });
});
