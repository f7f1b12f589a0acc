import { describe, expect, test } from "vitest";
import type { CborKey, CborValue } from "../../../../src/cbor/value.js";
import type { RpCode } from "../../../../src/webauthn/rp/verification-hints.js";
import { AUTHENTICATOR_NAME, makeCertificate, ROOT_NAME, signWith, testKey } from "../certificate-maker.js";
import { refusal } from "../refusal.js";
import {
  authDataWith,
  CLIENT_DATA_HASH,
  COSE_KEY,
  CREDENTIAL_ID,
  CREDENTIAL_KEY,
  RP_ID_HASH,
  verifyStatement,
} from "./ceremony.js";
import { RSA_CERTIFICATE } from "./rsa-certificate.js";

const LEAF_KEY = testKey("u2f leaf");
const CERTIFICATE = makeCertificate({
  subject: AUTHENTICATOR_NAME,
  issuer: ROOT_NAME,
  key: LEAF_KEY,
  issuerKey: testKey("root"),
});
const NO_AAGUID = authDataWith(new Uint8Array(16));

/** @see FIDO U2F Raw Message Formats 1.2 §4.3 */
const SIGNED = [Uint8Array.of(0), RP_ID_HASH, CLIENT_DATA_HASH, CREDENTIAL_ID, CREDENTIAL_KEY.publicKey];

function statementOf(change: (statement: Map<CborKey, CborValue>) => unknown = () => undefined) {
  const attStmt = new Map<CborKey, CborValue>([
    ["sig", signWith(LEAF_KEY, ...SIGNED)],
    ["x5c", [CERTIFICATE]],
  ]);
  change(attStmt);
  return { fmt: "fido-u2f", attStmt, authData: NO_AAGUID };
}

describe("fido-u2f", () => {
  test("a good statement is basic, without findings", () => {
    expect(verifyStatement(statementOf())).toMatchObject({
      type: "basic",
      trustPath: [CERTIFICATE],
      findings: [],
    });
  });

  test("an aaguid is a finding: U2F signs none", () => {
    const { findings } = verifyStatement({ ...statementOf(), authData: authDataWith() });
    expect(findings.map(({ code }) => code)).toEqual(["U2F_AAGUID"]);
  });

  const BAD: readonly (readonly [string, (statement: Map<CborKey, CborValue>) => unknown, RpCode])[] = [
    ["has two certificates", (s) => s.set("x5c", [CERTIFICATE, CERTIFICATE]), "RP_ATTESTATION_STATEMENT"],
    ["has a certificate of an RSA key", (s) => s.set("x5c", [RSA_CERTIFICATE]), "RP_ATTESTATION_CERTIFICATE"],
    [
      "lacks the leading zero",
      (s) => s.set("sig", signWith(LEAF_KEY, ...SIGNED.slice(1))),
      "RP_ATTESTATION_SIGNATURE",
    ],
    [
      "is signed by the credential",
      (s) => s.set("sig", signWith(CREDENTIAL_KEY, ...SIGNED)),
      "RP_ATTESTATION_SIGNATURE",
    ],
    ["has no signature", (s) => s.delete("sig"), "RP_ATTESTATION_STATEMENT"],
  ];

  test.each(BAD)("a statement that %s is refused", (_what, change, code) => {
    expect(() => verifyStatement(statementOf(change))).toThrow(refusal(code));
  });

  test("a credential key that is not on P-256 is refused", () => {
    const authData = authDataWith(new Uint8Array(16), {
      alg: -8,
      key: { kty: "OKP", crv: "Ed25519", x: CREDENTIAL_KEY.publicKey.subarray(1, 33) },
    });
    expect(COSE_KEY.key.kty).toBe("EC");
    expect(() => verifyStatement({ ...statementOf(), authData })).toThrow(refusal("RP_ATTESTATION_KEY"));
  });
});
