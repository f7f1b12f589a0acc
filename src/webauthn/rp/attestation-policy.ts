import type { AttestationType } from "./attestation/attestation-input.js";

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
  /** Accept an Android device that fails the compatibility test suite. */
  readonly safetyNetWithoutCts?: boolean;
}
