import { VerificationError } from "../verification-error.js";
import type { AttestationInput, AttestationResult } from "./attestation-input.js";
import { Statement } from "./statement.js";

/** No statement: nothing to check but that it is empty. @see WebAuthn Level 3 §8.7 */
export function verifyNone({ attStmt }: AttestationInput): AttestationResult {
  const { size } = new Statement("none", attStmt);
  if (size > 0) throw new VerificationError("RP_ATTESTATION_STATEMENT", `none: ${size} members, not 0`);
  return { type: "none", trustPath: [], findings: [] };
}
