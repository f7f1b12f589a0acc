import { describe, expect, test } from "vitest";
import { concat } from "../../../../src/core/bytes.js";
import { defaultCrypto } from "../../../../src/crypto/default.js";
import type { RpCode } from "../../../../src/webauthn/rp/verification-hints.js";
import {
  AUTHENTICATOR_NAME,
  makeCertificate,
  ROOT_NAME,
  testKey,
  type CertificateParts,
} from "../certificate-maker.js";
import { explicit, octets, sequence } from "../der-maker.js";
import { refusal } from "../refusal.js";
import { AUTH_DATA, CLIENT_DATA_HASH, CREDENTIAL_KEY, verifyStatement } from "./ceremony.js";

const NONCE = defaultCrypto.sha256(concat(AUTH_DATA, CLIENT_DATA_HASH));
const nonceExtension = (value: Uint8Array) => ({ id: "1.2.840.113635.100.8.2", value });

const LEAF: CertificateParts = {
  subject: AUTHENTICATOR_NAME,
  issuer: ROOT_NAME,
  key: CREDENTIAL_KEY,
  issuerKey: testKey("root"),
  extensions: [nonceExtension(sequence(explicit(1, octets(NONCE))))],
};

const statementOf = (parts: Partial<CertificateParts>) => ({
  fmt: "apple",
  attStmt: new Map([["x5c", [makeCertificate({ ...LEAF, ...parts })]]]),
});

describe("apple", () => {
  test("a good statement is anonymous", () => {
    expect(verifyStatement(statementOf({}))).toMatchObject({ type: "anonca", findings: [] });
  });

  const BAD: readonly (readonly [string, Partial<CertificateParts>, RpCode])[] = [
    ["has no nonce", { extensions: [] }, "RP_ATTESTATION_CERTIFICATE"],
    [
      "has the nonce under another tag",
      { extensions: [nonceExtension(sequence(explicit(2, octets(NONCE))))] },
      "RP_ATTESTATION_CERTIFICATE",
    ],
    [
      "has bytes after the nonce's structure",
      { extensions: [nonceExtension(concat(sequence(explicit(1, octets(NONCE))), Uint8Array.of(0)))] },
      "RP_ATTESTATION_CERTIFICATE",
    ],
    [
      "has another ceremony's nonce",
      { extensions: [nonceExtension(sequence(explicit(1, octets(CLIENT_DATA_HASH))))] },
      "RP_ATTESTATION_NONCE",
    ],
    ["is of another key", { key: testKey("another") }, "RP_ATTESTATION_KEY"],
  ];

  test.each(BAD)("a certificate that %s is refused", (_what, parts, code) => {
    expect(() => verifyStatement(statementOf(parts))).toThrow(refusal(code));
  });
});
