import type { TraceContext } from "../../core/trace.js";
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "../../webauthn/json.js";
import type { CreationOptionsInput, RequestOptionsInput } from "../../webauthn/json-input.js";
import type { SiteAnswer } from "./gateway.js";
import type { SiteCeremony } from "./site-ceremonies.js";

/** Options together with the site's name for the ceremony. */
export interface CeremonyOptions<Options> {
  readonly ceremony: string;
  readonly publicKey: Options;
}

/** How far the site got with a ceremony, for pages that ask. */
export interface CeremonyState {
  readonly outcome: SiteCeremony["outcome"] | "open";
}

/** What comes along with every call of a page. */
export interface CallTerms {
  /** The span of the page that calls; the site opens a ceremony of its own when absent. */
  readonly context?: TraceContext | undefined;
}

/** What comes along with an options call for a registration. */
export interface RegistrationTerms extends CallTerms {
  /** The ceremony that a web link on another screen began. */
  readonly pairing?: string | undefined;
}

/** What comes along with a finish call. */
export interface FinishTerms extends CallTerms {
  /** The browser has lost the cookie the options came with. */
  readonly withoutCookie?: boolean;
}

/** A web link as a QR code, and the call that waits for the screen that follows it. */
export interface SiteLinks {
  /** Begins a registration on another screen. */
  registrationLink(terms?: CallTerms): Promise<SiteAnswer<{ readonly ceremony: string }>>;
  awaitRegistration(ceremony: string, terms?: CallTerms): Promise<SiteAnswer<CeremonyState>>;
}

/**
 * The site as its page knows it. A simulated site and a real one across HTTP look alike from here.
 *
 * Refusals are answers, and so is silence ({@link NO_ANSWER}): a page goes on after both.
 */
export interface SitePort extends Partial<SiteLinks> {
  registrationOptions(
    account: string,
    terms?: RegistrationTerms,
  ): Promise<SiteAnswer<CeremonyOptions<CreationOptionsInput>>>;
  finishRegistration(
    ceremony: string,
    response: RegistrationResponseJSON,
    terms?: FinishTerms,
  ): Promise<SiteAnswer>;
  registrationState(ceremony: string, terms?: CallTerms): Promise<SiteAnswer<CeremonyState>>;
  loginOptions(account: string, terms?: CallTerms): Promise<SiteAnswer<CeremonyOptions<RequestOptionsInput>>>;
  finishLogin(
    ceremony: string,
    response: AuthenticationResponseJSON,
    terms?: FinishTerms,
  ): Promise<SiteAnswer>;
}
