import { fromBase64url } from "../../../src/core/bytes.js";
import { VerificationError } from "../../../src/webauthn/rp/verification-error.js";
import { verifyAssertion } from "../../../src/webauthn/rp/verify-assertion.js";
import { verifyRegistration } from "../../../src/webauthn/rp/verify-registration.js";
import type {
  AuthenticationResponseInput,
  RegistrationResponseInput,
} from "../../../src/webauthn/json-input.js";

/** A response and what a relying party needs to judge it. */
export interface JudgedCase {
  readonly id: string;
  readonly rpId: string;
  readonly origin: string;
  readonly challenge: string;
  readonly alg: readonly number[];
  readonly roots?: readonly string[];
  readonly atEpochMs?: number;
  readonly registrationResponseJSON?: RegistrationResponseInput;
  readonly authenticationResponseJSON?: AuthenticationResponseInput;
  readonly stored?: { readonly id: string };
  readonly credentialPublicKey?: string;
  readonly counter?: number;
}

/** Says what a relying party makes of it: the code, or "accepted" with findings and a word on trust. */
export function judged(one: JudgedCase): string {
  const page = { challenge: one.challenge, origins: [one.origin], rpId: one.rpId };
  try {
    if (one.registrationResponseJSON === undefined) {
      const credential = {
        ...(one.stored as { readonly id: string }),
        publicKeyCose: fromBase64url(one.credentialPublicKey ?? ""),
        signCount: one.counter ?? 0,
      };
      verifyAssertion(one.authenticationResponseJSON as AuthenticationResponseInput, { ...page, credential });
      return "accepted";
    }
    const { findings, trust } = verifyRegistration(one.registrationResponseJSON, {
      ...page,
      allowedAlgorithms: one.alg,
      ...(one.roots && { trustAnchors: one.roots.map(fromBase64url) }),
      ...(one.atEpochMs !== undefined && { atEpochMs: one.atEpochMs }),
    });
    const words = [
      "accepted",
      ...findings.map(({ code }) => code),
      ...(trust.anchored === false ? ["unanchored"] : []),
    ];
    return words.join(" ");
  } catch (error) {
    if (error instanceof VerificationError) return error.code;
    throw error;
  }
}
