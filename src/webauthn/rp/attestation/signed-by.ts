import { concat, equalBytes } from "../../../core/bytes.js";
import type { CoseKey } from "../../../ctap/messages/cose.js";
import { certificateKey } from "../certificate-key.js";
import { ExtensionOid, isAuthority, type Certificate } from "../certificate.js";
import { readDer } from "../der.js";
import { octetsOf } from "../der-values.js";
import type { Finding } from "../finding.js";
import { demandSignature } from "../signature.js";
import { reading, VerificationError } from "../verification-error.js";
import type { AttestationInput, AttestationPolicy } from "./attestation-input.js";

/** What most formats sign: authenticator data, then the hash of the client data. */
export function signedBytes(input: AttestationInput): Uint8Array {
  return concat(input.authData, input.clientDataHash);
}

interface StatementSignature {
  readonly alg: number;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

/** @throws {VerificationError} `RP_ATTESTATION_SIGNATURE`, `RP_ATTESTATION_ALGORITHM`, `RP_ALGORITHM_UNSUPPORTED`. */
export function demandSignedByKey(key: CoseKey["key"], signed: StatementSignature): void {
  demandSignature(
    { ...signed, key },
    { wrong: "RP_ATTESTATION_SIGNATURE", mismatch: "RP_ATTESTATION_ALGORITHM" },
  );
}

/** The same for the key of a certificate. */
export function demandSignedByCertificate(leaf: Certificate, signed: StatementSignature): void {
  demandSignedByKey(certificateKey(leaf), signed);
}

/**
 * The rule about the model a certificate was issued for: where it says so, it says this one.
 *
 * @throws {VerificationError} `RP_ATTESTATION_AAGUID`; `RP_ATTESTATION_CERTIFICATE` when it is marked critical.
 */
export function demandAaguid(leaf: Certificate, aaguid: Uint8Array): void {
  const extension = leaf.extensions.get(ExtensionOid.FIDO_AAGUID);
  if (extension === undefined) return;
  if (extension.critical) {
    throw new VerificationError("RP_ATTESTATION_CERTIFICATE", "the aaguid extension is critical");
  }
  const stated = reading("RP_ATTESTATION_CERTIFICATE", "aaguid extension", () =>
    octetsOf(readDer(extension.value)),
  );
  if (!equalBytes(stated, aaguid)) {
    throw new VerificationError(
      "RP_ATTESTATION_AAGUID",
      "certificate and authenticator data name two models",
    );
  }
}

/**
 * Version 3, and no authority.
 *
 * @throws {VerificationError} `RP_ATTESTATION_CERTIFICATE`, `RP_ATTESTATION_NO_BASIC_CONSTRAINTS`.
 * @see WebAuthn Level 3 §8.2.1, §8.3.1
 */
export function demandEndEntity(
  leaf: Certificate,
  { basicConstraints }: AttestationPolicy,
): readonly Finding[] {
  if (leaf.version !== 3) {
    throw new VerificationError("RP_ATTESTATION_CERTIFICATE", `version ${leaf.version}, not 3`);
  }
  const authority = isAuthority(leaf);
  if (authority === true) {
    throw new VerificationError("RP_ATTESTATION_CERTIFICATE", "the leaf is an authority");
  }
  if (authority === false) return [];
  const detail = "the leaf does not say that it is no authority";
  if (basicConstraints === "optional") return [{ code: "NO_BASIC_CONSTRAINTS", detail }];
  throw new VerificationError("RP_ATTESTATION_NO_BASIC_CONSTRAINTS", detail);
}
