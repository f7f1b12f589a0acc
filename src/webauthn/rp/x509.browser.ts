import { VerificationError } from "./verification-error.js";
import type { X509 } from "./x509.js";

/**
 * Takes the place of x509.ts where there is no node:crypto: attestation certificates are refused, with a code of its own.
 * Statements without a certificate (none, self attestation) are verified as on Node.
 *
 * @throws {VerificationError} `RP_ATTESTATION_NEEDS_NODE`
 */
export function openX509(_der: Uint8Array): X509 {
  throw new VerificationError("RP_ATTESTATION_NEEDS_NODE", "an attestation certificate, and no node:crypto");
}
