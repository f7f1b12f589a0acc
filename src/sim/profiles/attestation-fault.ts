import type { RpCode } from "../../webauthn/rp/verification-hints.js";

/**
 * What can be wrong with an attestation, and the code a site that looks refuses it with.
 *
 * Those about certificates show on packed statements with certificates, and need a site with trust anchors
 * or a date where it says so; the others on every statement that has the part in question.
 */
export const ATTESTATION_FAULTS = {
  "wrong-signature": { what: "one bit of the signature is flipped", refusedAs: "RP_ATTESTATION_SIGNATURE" },
  "foreign-key": {
    what: "signed with a key the certificate does not have",
    refusedAs: "RP_ATTESTATION_SIGNATURE",
  },
  "wrong-algorithm": {
    what: "the statement names an algorithm of another kind of key",
    refusedAs: "RP_ATTESTATION_ALGORITHM",
  },
  "no-signature": { what: "the signature is left out", refusedAs: "RP_ATTESTATION_STATEMENT" },
  "empty-chain": { what: "x5c holds no certificate", refusedAs: "RP_ATTESTATION_STATEMENT" },
  "unknown-format": { what: "a format nobody registered", refusedAs: "RP_UNKNOWN_FORMAT" },
  "wrong-aaguid": { what: "the certificate names another model", refusedAs: "RP_ATTESTATION_AAGUID" },
  "critical-aaguid": {
    what: "the extension that names the model is marked critical",
    refusedAs: "RP_ATTESTATION_CERTIFICATE",
  },
  "wrong-subject": {
    what: "the certificate's OU is not Authenticator Attestation",
    refusedAs: "RP_ATTESTATION_CERTIFICATE",
  },
  "leaf-is-authority": {
    what: "the certificate says that it is an authority",
    refusedAs: "RP_ATTESTATION_CERTIFICATE",
  },
  expired: { what: "the certificate ended in 2021 (site judges dates)", refusedAs: "RP_ATTESTATION_EXPIRED" },
  "not-yet-valid": {
    what: "the certificate begins in 2048 (site judges dates)",
    refusedAs: "RP_ATTESTATION_EXPIRED",
  },
  "untrusted-root": {
    what: "issued by a root of the same name that nobody trusts (site has anchors)",
    refusedAs: "RP_ATTESTATION_UNTRUSTED",
  },
  "broken-chain": {
    what: "the intermediate certificate did not issue the first one (site has anchors)",
    refusedAs: "RP_ATTESTATION_CHAIN",
  },
  "issuer-no-authority": {
    what: "the intermediate certificate may not issue others (site has anchors)",
    refusedAs: "RP_ATTESTATION_NOT_AN_AUTHORITY",
  },
} as const satisfies Readonly<Record<string, { readonly what: string; readonly refusedAs: RpCode }>>;

export type AttestationFault = keyof typeof ATTESTATION_FAULTS;
