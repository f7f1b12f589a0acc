import { concat } from "../../../core/bytes.js";
import { certificateKey } from "../certificate-key.js";
import { VerificationError } from "../verification-error.js";
import type { AttestationInput, AttestationResult } from "./attestation-input.js";
import { demandSignedByKey } from "./signed-by.js";
import { Statement } from "./statement.js";

const ES256 = -7;

/** Statements of U2F keys: one P-256 certificate, the message U2F has always signed. @see WebAuthn Level 3 §8.6 */
export function verifyFidoU2f({ attStmt, ...input }: AttestationInput): AttestationResult {
  const statement = new Statement("fido-u2f", attStmt);
  const signature = statement.bytes("sig");
  const trustPath = statement.certificates();
  if (trustPath.length !== 1) {
    throw new VerificationError(
      "RP_ATTESTATION_STATEMENT",
      `fido-u2f: ${trustPath.length} certificates, not 1`,
    );
  }
  const [leaf] = trustPath;
  const key = certificateKey(leaf);
  if (key.kty !== "EC" || key.crv !== "P-256") {
    throw new VerificationError(
      "RP_ATTESTATION_CERTIFICATE",
      "fido-u2f: the certificate's key is not on P-256",
    );
  }
  const own = input.credential.publicKey.key;
  if (own.kty !== "EC" || own.crv !== "P-256") {
    throw new VerificationError("RP_ATTESTATION_KEY", "fido-u2f: the credential's key is not on P-256");
  }
  const { rpIdHash } = input.parsed;
  const { credentialId, aaguid } = input.credential;
  const point = concat(Uint8Array.of(0x04), own.x, own.y);
  const message = concat(Uint8Array.of(0x00), rpIdHash, input.clientDataHash, credentialId, point);
  demandSignedByKey(key, { alg: ES256, message, signature });
  const zero = aaguid.every((byte) => byte === 0);
  return {
    type: "basic",
    trustPath,
    findings: zero
      ? []
      : [{ code: "U2F_AAGUID", detail: "a U2F key has no aaguid, yet this one states one" }],
  };
}
