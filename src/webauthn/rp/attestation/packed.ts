import { subjectTexts, type Certificate } from "../certificate.js";
import { VerificationError } from "../verification-error.js";
import type { AttestationInput, AttestationResult } from "./attestation-input.js";
import {
  demandAaguid,
  demandEndEntity,
  demandSignedByCertificate,
  demandSignedByKey,
  signedBytes,
} from "./signed-by.js";
import { Statement } from "./statement.js";

/** Attribute types of a subject. @see ITU-T X.520 */
const Subject = { COMMON_NAME: "2.5.4.3", COUNTRY: "2.5.4.6", ORGANIZATION: "2.5.4.10", UNIT: "2.5.4.11" };

/**
 * The format made for WebAuthn: signed by a certificate's key, or by the credential's own.
 *
 * ECDAA is gone from the specification since Level 2 and is refused.
 *
 * @see WebAuthn Level 3 §8.2
 */
export function verifyPacked(input: AttestationInput): AttestationResult {
  const statement = new Statement("packed", input.attStmt);
  const alg = statement.algorithm();
  const signed = { alg, message: signedBytes(input), signature: statement.bytes("sig") };
  if (statement.has("ecdaaKeyId")) {
    throw new VerificationError("RP_ATTESTATION_STATEMENT", "packed: ECDAA is no longer part of the format");
  }
  if (!statement.has("x5c")) return verifySelf(input, signed);
  const trustPath = statement.certificates();
  const [leaf] = trustPath;
  demandSignedByCertificate(leaf, signed);
  demandSubject(leaf);
  demandAaguid(leaf, input.credential.aaguid);
  return { type: "basic", trustPath, findings: demandEndEntity(leaf, input.policy) };
}

function verifySelf(
  { credential }: AttestationInput,
  signed: { readonly alg: number; readonly message: Uint8Array; readonly signature: Uint8Array },
): AttestationResult {
  const { alg, key } = credential.publicKey;
  if (alg !== signed.alg) {
    throw new VerificationError(
      "RP_ATTESTATION_ALGORITHM",
      `packed: the statement says ${signed.alg}, the credential's key ${alg}`,
    );
  }
  demandSignedByKey(key, signed);
  return { type: "self", trustPath: [], findings: [] };
}

/** @see WebAuthn Level 3 §8.2.1 (certificate requirements) */
function demandSubject(leaf: Certificate): void {
  const refuse = (what: string) => {
    throw new VerificationError("RP_ATTESTATION_CERTIFICATE", `packed: subject ${what}`);
  };
  if (!subjectTexts(leaf, Subject.COUNTRY).some((text) => text.length === 2)) refuse("C is no country code");
  if (!subjectTexts(leaf, Subject.ORGANIZATION).some((text) => text !== "")) refuse("O is missing");
  if (!subjectTexts(leaf, Subject.UNIT).includes("Authenticator Attestation")) {
    refuse("OU is not Authenticator Attestation");
  }
  if (!subjectTexts(leaf, Subject.COMMON_NAME).some((text) => text !== "")) refuse("CN is missing");
}
