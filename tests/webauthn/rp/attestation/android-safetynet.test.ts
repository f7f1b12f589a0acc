import { sign } from "node:crypto";
import { describe, expect, test } from "vitest";
import { concat, toBase64url, utf8 } from "../../../../src/core/bytes.js";
import { defaultCrypto } from "../../../../src/crypto/default.js";
import type { RpCode } from "../../../../src/webauthn/rp/verification-hints.js";
import {
  AUTHENTICATOR_NAME,
  makeCertificate,
  Oid,
  ROOT_NAME,
  testKey,
  VALID_AT_MS,
  type NameParts,
} from "../certificate-maker.js";
import { refusal } from "../refusal.js";
import { AUTH_DATA, CLIENT_DATA_HASH, verifyStatement } from "./ceremony.js";

const SERVICE_KEY = testKey("integrity service");
const certificateFor = (subject: NameParts) =>
  makeCertificate({ subject, issuer: ROOT_NAME, key: SERVICE_KEY, issuerKey: testKey("root") });
const CERTIFICATE = certificateFor([[Oid.COMMON_NAME, "attest.android.com"]]);
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");

const GOOD_PAYLOAD = {
  nonce: base64(defaultCrypto.sha256(concat(AUTH_DATA, CLIENT_DATA_HASH))),
  timestampMs: VALID_AT_MS,
  ctsProfileMatch: true,
};

interface Verdict {
  readonly header?: Readonly<Record<string, unknown>>;
  readonly payload?: Readonly<Record<string, unknown>>;
  readonly signer?: typeof SERVICE_KEY;
  readonly ver?: string;
  readonly edit?: (jws: string) => string;
}

/** A verdict signed with ES256, whose signature is r then s. */
function statementOf({ header, payload, signer = SERVICE_KEY, ver = "1", edit = (jws) => jws }: Verdict) {
  const part = (value: unknown) => toBase64url(utf8(JSON.stringify(value)));
  const head = part({ alg: "ES256", x5c: [base64(CERTIFICATE)], ...header });
  const signed = `${head}.${part({ ...GOOD_PAYLOAD, ...payload })}`;
  const signature = sign("sha256", utf8(signed), { key: signer.privateKey, dsaEncoding: "ieee-p1363" });
  const response = utf8(edit(`${signed}.${toBase64url(new Uint8Array(signature))}`));
  return {
    fmt: "android-safetynet",
    attStmt: new Map<string, string | Uint8Array>([
      ["ver", ver],
      ["response", response],
    ]),
  };
}

describe("android-safetynet", () => {
  test("a good verdict is basic; without a date its time is not judged", () => {
    const { type, findings } = verifyStatement(statementOf({}));
    expect(type).toBe("basic");
    expect(findings.map(({ code }) => code)).toEqual(["SAFETYNET_TIME_NOT_JUDGED"]);
  });

  test.each([-60_000, 0, 60_000])("a verdict %d ms from the date judged by is good", (offsetMs) => {
    const { findings } = verifyStatement({ ...statementOf({}), atEpochMs: VALID_AT_MS + offsetMs });
    expect(findings).toEqual([]);
  });

  test.each([-60_001, 60_001])("a verdict %d ms from the date judged by is refused", (offsetMs) => {
    expect(() => verifyStatement({ ...statementOf({}), atEpochMs: VALID_AT_MS + offsetMs })).toThrow(
      refusal("RP_ATTESTATION_TIME"),
    );
  });

  const BAD: readonly (readonly [string, Verdict, RpCode])[] = [
    ["of another ceremony", { payload: { nonce: base64(CLIENT_DATA_HASH) } }, "RP_ATTESTATION_NONCE"],
    ["without a nonce", { payload: { nonce: undefined } }, "RP_ATTESTATION_NONCE"],
    ["about a device that fails", { payload: { ctsProfileMatch: false } }, "RP_ATTESTATION_SAFETYNET"],
    ["without a time", { payload: { timestampMs: undefined } }, "RP_ATTESTATION_SAFETYNET"],
    [
      "of another host",
      { header: { x5c: [base64(certificateFor(AUTHENTICATOR_NAME))] } },
      "RP_ATTESTATION_SAFETYNET",
    ],
    ["signed by another key", { signer: testKey("another") }, "RP_ATTESTATION_SIGNATURE"],
    ["without a signature algorithm", { header: { alg: "none" } }, "RP_ATTESTATION_ALGORITHM"],
    ["with an RSA algorithm and an EC key", { header: { alg: "RS256" } }, "RP_ATTESTATION_ALGORITHM"],
    ["without certificates", { header: { x5c: undefined } }, "RP_ATTESTATION_STATEMENT"],
    ["with no certificate in the list", { header: { x5c: [] } }, "RP_ATTESTATION_STATEMENT"],
    ["with a certificate that is none", { header: { x5c: ["AAAA"] } }, "RP_ATTESTATION_CERTIFICATE"],
    ["without a version", { ver: "" }, "RP_ATTESTATION_STATEMENT"],
    ["in two parts", { edit: (jws) => jws.slice(0, jws.lastIndexOf(".")) }, "RP_ATTESTATION_STATEMENT"],
    ["in four parts", { edit: (jws) => `${jws}.` }, "RP_ATTESTATION_STATEMENT"],
    ["that is no JSON", { edit: (jws) => `e${jws.slice(2)}` }, "RP_ATTESTATION_STATEMENT"],
    ["that is no base64url", { edit: (jws) => `+${jws}` }, "RP_ATTESTATION_STATEMENT"],
  ];

  test.each(BAD)("a verdict %s is refused", (_what, verdict, code) => {
    expect(() => verifyStatement(statementOf(verdict))).toThrow(refusal(code));
  });

  test("a device that fails is accepted where the site says so", () => {
    const statement = statementOf({ payload: { ctsProfileMatch: false } });
    expect(verifyStatement({ ...statement, policy: { safetyNetWithoutCts: true } })).toMatchObject({
      type: "basic",
    });
  });
});
