import { maybe, parameters } from "../../../core/argument.js";
import { shape } from "../../../core/shape.js";
import type { CborValue } from "../../../cbor/value.js";
import type { AttestedCredential, AuthenticatorData } from "../../../ctap/messages/authenticator-data.js";
import type { Certificate } from "../certificate.js";
import type { Finding } from "../finding.js";

/** Attestation types. @see WebAuthn Level 3 §6.5.3 */
export type AttestationType = "none" | "self" | "basic" | "attca" | "anonca";

/** Everything a statement is judged against. */
export interface AttestationInput {
  readonly attStmt: CborValue;
  /** As received: signatures cover these bytes. */
  readonly authData: Uint8Array;
  readonly parsed: AuthenticatorData;
  readonly credential: AttestedCredential;
  readonly clientDataHash: Uint8Array;
  readonly policy: AttestationPolicy;
  /** The date statements with a timestamp are judged by, in milliseconds since 1970. */
  readonly atEpochMs?: number;
  /** Verifiers by format, for statements that hold other statements. */
  readonly formats: ReadonlyMap<string, AttestationVerifier>;
}

export interface AttestationResult {
  /**
   * "basic" also where only metadata could distinguish the type from "attca": packed and fido-u2f with certificates.
   */
  readonly type: AttestationType;
  /** Certificates, leaf first; empty for none and self. Not yet held against trust anchors. */
  readonly trustPath: readonly Certificate[];
  readonly findings: readonly Finding[];
  /** Of a compound statement: one result per statement that held. */
  readonly parts?: readonly (AttestationResult & { readonly fmt: string })[];
}

/** @throws {VerificationError} with the rule of the format that the statement broke. */
export type AttestationVerifier = (input: AttestationInput) => AttestationResult;

/** What a site accepts among sound statements. Everything absent is the specification's own rule. */
export interface AttestationPolicy {
  /** Formats accepted; every known one when absent. */
  readonly formats?: readonly string[];
  /** Types accepted; every one when absent. */
  readonly types?: readonly AttestationType[];
  /** Statements of a compound that must hold: all of them (default), or one. */
  readonly compound?: "all" | "any";
  /** Where an Android key's origin and purpose must be stated: either list (default), or the trusted environment's. */
  readonly androidKey?: "any" | "tee";
  /**
   * Whether the certificates of packed and TPM statements must say that they are no authorities, as §8.2.1 and §8.3.1 want
   * (default), or may be silent: then that is a finding. Certificates of other formats may always be.
   */
  readonly basicConstraints?: "required" | "optional";
  /** Accept an Android device that fails the compatibility test suite. */
  readonly safetyNetWithoutCts?: boolean;
}

export const ATTESTATION_POLICY = parameters<AttestationPolicy>({
  formats: maybe(shape.list(shape.text)),
  types: maybe(shape.list(shape.oneOf(["none", "self", "basic", "attca", "anonca"]))),
  compound: maybe(shape.oneOf(["all", "any"])),
  androidKey: maybe(shape.oneOf(["any", "tee"])),
  basicConstraints: maybe(shape.oneOf(["required", "optional"])),
  safetyNetWithoutCts: maybe(shape.flag),
});
