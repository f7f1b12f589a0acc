import { describe, expect, test } from "vitest";
import { judgeTrust } from "../../../src/webauthn/rp/certificate-chain.js";
import { readCertificate } from "../../../src/webauthn/rp/certificate.js";
import type { RpCode } from "../../../src/webauthn/rp/verification-hints.js";
import {
  AUTHENTICATOR_NAME,
  basicConstraints,
  makeCertificate,
  Oid,
  ROOT_NAME,
  testKey,
  VALID_AT_MS,
  type CertificateParts,
  type NameParts,
} from "./certificate-maker.js";
import { der } from "./der-maker.js";
import { refusal } from "./refusal.js";

const ROOT_KEY = testKey("chain root");
const MIDDLE_KEY = testKey("chain middle");
const MIDDLE_NAME: NameParts = [[Oid.COMMON_NAME, "Test intermediate"]];

const rootWith = (parts: Partial<CertificateParts> = {}) =>
  makeCertificate({
    subject: ROOT_NAME,
    issuer: ROOT_NAME,
    key: ROOT_KEY,
    issuerKey: ROOT_KEY,
    extensions: [basicConstraints(true)],
    ...parts,
  });
const middleWith = (parts: Partial<CertificateParts> = {}) =>
  makeCertificate({
    subject: MIDDLE_NAME,
    issuer: ROOT_NAME,
    key: MIDDLE_KEY,
    issuerKey: ROOT_KEY,
    extensions: [basicConstraints(true)],
    ...parts,
  });
const leafWith = (parts: Partial<CertificateParts> = {}) =>
  makeCertificate({
    subject: AUTHENTICATOR_NAME,
    issuer: MIDDLE_NAME,
    key: testKey("chain leaf"),
    issuerKey: MIDDLE_KEY,
    extensions: [basicConstraints(false)],
    ...parts,
  });

const ROOT = rootWith();
const MIDDLE = middleWith();
const LEAF = leafWith();

const ROOT_V1 = rootWith({ version: 1, extensions: [] });

/** keyUsage digitalSignature and nothing else. */
const DIGITAL_SIGNATURE = { id: "2.5.29.15", critical: true, value: der(0x03, Uint8Array.of(7, 0x80)) };

const judge = (path: readonly Uint8Array[], anchors?: readonly Uint8Array[], atEpochMs?: number) =>
  judgeTrust(path.map(readCertificate), {
    ...(anchors && { trustAnchors: anchors }),
    ...(atEpochMs !== undefined && { atEpochMs }),
  });

describe("a path that reaches an anchor", () => {
  const GOOD: readonly (readonly [string, readonly Uint8Array[], Uint8Array])[] = [
    ["whose root is not sent", [LEAF, MIDDLE], ROOT],
    ["whose root is sent", [LEAF, MIDDLE, ROOT], ROOT],
    ["whose intermediate is the anchor", [LEAF, MIDDLE], MIDDLE],
    ["whose unsent intermediate is the anchor", [LEAF], MIDDLE],
    ["whose leaf is the anchor", [LEAF], LEAF],
    ["whose root is of version 1", [LEAF, MIDDLE], ROOT_V1],
    ["with a stranger after the anchor", [LEAF, MIDDLE, ROOT, LEAF], ROOT],
  ];

  test.each(GOOD)("%s is anchored", (_what, path, anchor) => {
    const { verdict, findings } = judge(path, [leafWith({ key: testKey("noise") }), anchor], VALID_AT_MS);
    expect(verdict).toEqual({ anchored: true, anchor, datesJudged: true });
    expect(findings).toEqual([]);
  });

  test("says that dates were not judged when no date was given", () => {
    expect(judge([LEAF, MIDDLE], [ROOT]).verdict).toMatchObject({ anchored: true, datesJudged: false });
  });

  test("is not held against the anchor's own dates", () => {
    const old = rootWith({ notAfterMs: Date.UTC(2021, 0, 1) });
    expect(judge([LEAF, MIDDLE], [old], VALID_AT_MS).verdict.anchored).toBe(true);
  });
});

describe("a path that is refused", () => {
  const impostor = rootWith({ key: testKey("impostor"), issuerKey: testKey("impostor") });
  const BAD: readonly (readonly [string, readonly Uint8Array[], readonly Uint8Array[], RpCode])[] = [
    ["without any anchor", [LEAF, MIDDLE], [], "RP_ATTESTATION_UNTRUSTED"],
    ["whose root has the right name and another key", [LEAF, MIDDLE], [impostor], "RP_ATTESTATION_UNTRUSTED"],
    ["whose intermediate is missing", [LEAF], [ROOT], "RP_ATTESTATION_UNTRUSTED"],
    ["whose certificates are out of order", [LEAF, ROOT, MIDDLE], [ROOT], "RP_ATTESTATION_CHAIN"],
    [
      "whose leaf is signed by another key than the next",
      [leafWith({ issuerKey: testKey("forger") }), MIDDLE],
      [ROOT],
      "RP_ATTESTATION_CHAIN",
    ],
    [
      "whose leaf is issued by another name",
      [leafWith({ issuer: ROOT_NAME }), MIDDLE],
      [ROOT],
      "RP_ATTESTATION_CHAIN",
    ],
    [
      "whose intermediate is no authority",
      [LEAF, middleWith({ extensions: [basicConstraints(false)] })],
      [ROOT],
      "RP_ATTESTATION_NOT_AN_AUTHORITY",
    ],
    [
      "whose intermediate does not say that it is an authority",
      [LEAF, middleWith({ extensions: [] })],
      [ROOT],
      "RP_ATTESTATION_NOT_AN_AUTHORITY",
    ],
    [
      "whose intermediate is an authority, but not for signing certificates",
      [LEAF, middleWith({ extensions: [basicConstraints(true), DIGITAL_SIGNATURE] })],
      [ROOT],
      "RP_ATTESTATION_NOT_AN_AUTHORITY",
    ],
    [
      "whose root says that it is no authority",
      [LEAF, MIDDLE],
      [rootWith({ extensions: [basicConstraints(false)] })],
      "RP_ATTESTATION_NOT_AN_AUTHORITY",
    ],
    [
      "longer than its root allows",
      [LEAF, MIDDLE],
      [rootWith({ extensions: [basicConstraints(true, 0)] })],
      "RP_ATTESTATION_PATH_LENGTH",
    ],
  ];

  test.each(BAD)("%s", (_what, path, anchors, code) => {
    expect(() => judge(path, anchors, VALID_AT_MS)).toThrow(refusal(code));
  });

  test("as long as its root allows is anchored", () => {
    const root = rootWith({ extensions: [basicConstraints(true, 1)] });
    expect(judge([LEAF, MIDDLE], [root]).verdict.anchored).toBe(true);
  });

  const EXPIRED = { notAfterMs: VALID_AT_MS - 1000 };
  const FUTURE = { notBeforeMs: VALID_AT_MS + 1000 };
  test.each([
    ["leaf has expired", [leafWith(EXPIRED), MIDDLE]],
    ["leaf is not valid yet", [leafWith(FUTURE), MIDDLE]],
    ["intermediate has expired", [LEAF, middleWith(EXPIRED)]],
  ])("whose %s, with anchors and without", (_what, path) => {
    expect(() => judge(path, [ROOT], VALID_AT_MS)).toThrow(refusal("RP_ATTESTATION_EXPIRED"));
    expect(() => judge(path, undefined, VALID_AT_MS)).toThrow(refusal("RP_ATTESTATION_EXPIRED"));
    expect(judge(path).verdict.datesJudged).toBe(false);
  });

  test.each(["notBeforeMs", "notAfterMs"])("the very instant of %s is still valid", (bound) => {
    expect(judge([leafWith({ [bound]: VALID_AT_MS })], undefined, VALID_AT_MS).verdict.datesJudged).toBe(
      true,
    );
  });
});

describe("a path without anchors", () => {
  test("is neither trusted nor distrusted", () => {
    expect(judge([LEAF, MIDDLE])).toEqual({
      verdict: { anchored: undefined, datesJudged: false },
      findings: [],
    });
  });

  test("whose links do not hold is a finding", () => {
    expect(judge([LEAF, ROOT]).findings).toEqual([
      { code: "CHAIN_LINK", detail: "certificate 0 is not issued by certificate 1" },
    ]);
  });

  test("that is empty has nothing to judge", () => {
    expect(judge([], [ROOT], VALID_AT_MS)).toEqual({
      verdict: { anchored: false, datesJudged: false },
      findings: [],
    });
  });
});
