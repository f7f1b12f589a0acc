import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "../../webauthn/json.js";
import type { CredentialRecord } from "../../webauthn/rp/stored-credential.js";
import { VerificationError } from "../../webauthn/rp/verification-error.js";
import { verifyAssertion } from "../../webauthn/rp/verify-assertion.js";
import { verifyRegistration } from "../../webauthn/rp/verify-registration.js";
import type { Knobs } from "../knobs/knobs.js";
import { PORTAL_ORIGIN } from "../portal.js";
import type { SiteAnswer } from "./gateway.js";

export interface SiteVerifierDeps {
  readonly knobs: () => Knobs;
  readonly origin: string;
  readonly rpId: string;
}

type Refused = SiteAnswer & { readonly status: 400 };

/** Verifies answers for real, as strictly as the site is configured; what breaks a rule becomes an answer with its code. */
export class SiteVerifier {
  readonly #deps: SiteVerifierDeps;

  constructor(deps: SiteVerifierDeps) {
    this.#deps = deps;
  }

  registration(
    response: RegistrationResponseJSON,
    challenge: string,
  ): { readonly credential: CredentialRecord } | Refused {
    return refusalsAsAnswers(() => verifyRegistration(response, this.#expected(challenge)));
  }

  /** @param credential the record of the passkey that the response names. */
  assertion(
    response: AuthenticationResponseJSON,
    { challenge, credential }: { readonly challenge: string; readonly credential: CredentialRecord },
  ): { readonly credential: CredentialRecord } | Refused {
    const { signCounter, backupEligibility } = this.#deps.knobs().rp;
    const tolerant = signCounter === "signal" && credential.backupEligible === true;
    return refusalsAsAnswers(() =>
      verifyAssertion(response, {
        ...this.#expected(challenge),
        credential: backupEligibility === "may-change" ? withoutEligibility(credential) : credential,
        counterPolicy: tolerant ? "warn" : "reject",
      }),
    );
  }

  #expected(challenge: string) {
    const { origin, rpId, knobs } = this.#deps;
    const { userVerification, topOrigins } = knobs().rp;
    const framed = topOrigins === "portal" ? { topOrigins: [PORTAL_ORIGIN] } : {};
    return { challenge, origins: [origin], rpId, userVerification, ...framed };
  }
}

/** For a site that does not hold a passkey to what it said of its backup when it was made. */
function withoutEligibility({ backupEligible: _, ...credential }: CredentialRecord): CredentialRecord {
  return credential;
}

/** A response that breaks a rule is the caller's fault: 400 with the rule's code. */
function refusalsAsAnswers<T extends object>(verify: () => T): T | Refused {
  try {
    return verify();
  } catch (error) {
    if (error instanceof VerificationError) return { status: 400, code: error.code };
    throw error;
  }
}
