import { decodeLenient } from "../../cbor/lenient.js";
import type { CborValue } from "../../cbor/value.js";
import type { Finding } from "./finding.js";
import { reading, VerificationError } from "./verification-error.js";

/** @see WebAuthn Level 3 §6.5.4 (attestation object) */
export interface AttestationObject {
  readonly fmt: string;
  /** As received: signatures cover these bytes. */
  readonly authData: Uint8Array;
  /** A map; an array for "compound". */
  readonly attStmt: CborValue;
}

/**
 * The three members of an attestation object. Encoding rules broken in the wild become findings.
 *
 * @throws {VerificationError} `RP_ATTESTATION_OBJECT`
 */
export function readAttestationObject(
  bytes: Uint8Array,
): AttestationObject & { readonly findings: readonly Finding[] } {
  const { value, faults } = reading("RP_ATTESTATION_OBJECT", "attestation object", () =>
    decodeLenient(bytes),
  );
  const members: ReadonlyMap<unknown, CborValue> =
    value instanceof Map ? value : new Map<unknown, CborValue>();
  const fmt = members.get("fmt");
  const authData = members.get("authData");
  const attStmt = members.get("attStmt");
  if (typeof fmt !== "string" || !(authData instanceof Uint8Array) || attStmt === undefined) {
    throw new VerificationError(
      "RP_ATTESTATION_OBJECT",
      "fmt, authData or attStmt is missing or of another type",
    );
  }
  if (faults.some(({ fault }) => fault === "DUPLICATE_KEY" || fault === "TRAILING_BYTES")) {
    // Two readers of such bytes may see two objects; nothing signed says which was meant.
    throw new VerificationError(
      "RP_ATTESTATION_OBJECT",
      "the attestation object has duplicate keys or trailing bytes",
    );
  }
  if (faults.some(({ fault }) => fault === "UNSUPPORTED_TYPE")) {
    // They read as absent: a statement with x5c null would pass for one without.
    throw new VerificationError(
      "RP_ATTESTATION_STATEMENT",
      "the attestation object has null or other values that CTAP2 does not know",
    );
  }
  const findings = faults.map(({ fault, offset }) => ({
    code: `CBOR_${fault}`,
    detail: `attestation object, offset ${offset}`,
  }));
  return { fmt, authData, attStmt, findings };
}
