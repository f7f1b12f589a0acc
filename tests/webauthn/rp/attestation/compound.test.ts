import { describe, expect, test } from "vitest";
import type { CborKey, CborValue } from "../../../../src/cbor/value.js";
import type { RpCode } from "../../../../src/webauthn/rp/verification-hints.js";
import {
  AUTHENTICATOR_NAME,
  basicConstraints,
  makeCertificate,
  ROOT_NAME,
  signWith,
  testKey,
} from "../certificate-maker.js";
import { refusal } from "../refusal.js";
import { AUTH_DATA, CLIENT_DATA_HASH, CREDENTIAL_KEY, verifyStatement } from "./ceremony.js";

const LEAF_KEY = testKey("compound leaf");
const CERTIFICATE = makeCertificate({
  subject: AUTHENTICATOR_NAME,
  issuer: ROOT_NAME,
  key: LEAF_KEY,
  issuerKey: testKey("root"),
  extensions: [basicConstraints(false)],
});

const part = (fmt: string, attStmt: CborValue) =>
  new Map<CborKey, CborValue>([
    ["fmt", fmt],
    ["attStmt", attStmt],
  ]);
const packed = (key: typeof LEAF_KEY, ...x5c: readonly Uint8Array[]) =>
  part(
    "packed",
    new Map<CborKey, CborValue>([
      ["alg", -7],
      ["sig", signWith(key, AUTH_DATA, CLIENT_DATA_HASH)],
      ...(x5c.length > 0 ? [["x5c", x5c] as const] : []),
    ]),
  );

const SELF = packed(CREDENTIAL_KEY);
const BASIC = packed(LEAF_KEY, CERTIFICATE);
const BROKEN = packed(testKey("another"));
const NONE = part("none", new Map());
const compound = (...parts: readonly CborValue[]) => ({ fmt: "compound", attStmt: parts });

describe("compound", () => {
  test("counts as its strongest part, in whatever order they come", () => {
    for (const parts of [
      [SELF, BASIC],
      [BASIC, SELF],
    ]) {
      expect(verifyStatement(compound(...parts))).toMatchObject({ type: "basic", trustPath: [CERTIFICATE] });
    }
    expect(verifyStatement(compound(NONE, SELF)).type).toBe("self");
  });

  test("names the parts that hold", () => {
    expect(verifyStatement(compound(SELF, BASIC)).parts).toEqual([
      { fmt: "packed", type: "self" },
      { fmt: "packed", type: "basic" },
    ]);
  });

  const BAD: readonly (readonly [string, CborValue, RpCode])[] = [
    ["is no array", new Map(), "RP_ATTESTATION_COMPOUND"],
    ["holds one statement", [SELF], "RP_ATTESTATION_COMPOUND"],
    ["holds nine statements", Array<CborValue>(9).fill(SELF), "RP_ATTESTATION_COMPOUND"],
    ["holds a compound", [SELF, part("compound", [SELF, BASIC])], "RP_ATTESTATION_COMPOUND"],
    ["holds something that is no statement", [SELF, 1], "RP_ATTESTATION_COMPOUND"],
    ["holds a statement without a format", [SELF, new Map([["attStmt", 1]])], "RP_ATTESTATION_COMPOUND"],
    ["holds an unknown format", [SELF, part("novel", new Map())], "RP_UNKNOWN_FORMAT"],
    ["holds a statement that does not hold", [SELF, BROKEN], "RP_ATTESTATION_SIGNATURE"],
  ];

  test.each(BAD)("one that %s is refused", (_what, attStmt, code) => {
    expect(() => verifyStatement({ fmt: "compound", attStmt })).toThrow(refusal(code));
  });

  test("one good part suffices where the site says so, and the other is a finding", () => {
    const { type, findings, parts } = verifyStatement({
      ...compound(BROKEN, SELF),
      policy: { compound: "any" },
    });
    expect({ type, parts }).toEqual({ type: "self", parts: [{ fmt: "packed", type: "self" }] });
    expect(findings.map(({ code }) => code)).toEqual(["COMPOUND_PART_RP_ATTESTATION_SIGNATURE"]);
  });

  test("no good part is refused even then", () => {
    expect(() =>
      verifyStatement({ ...compound(BROKEN, part("novel", new Map())), policy: { compound: "any" } }),
    ).toThrow(refusal("RP_ATTESTATION_SIGNATURE"));
  });
});
