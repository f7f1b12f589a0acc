import { HarnessError, type ErrorDetail } from "../../core/errors.js";

export type SiteErrorCode =
  /** The site's description is not what it should be; the message names the member. */
  | "SITE_CONFIG"
  /** The description names an environment variable that is not set. */
  | "SITE_SECRET_MISSING"
  /** The environment variable holds what no header can carry, such as a line break. */
  | "SITE_SECRET_UNFIT"
  /** Knobs that only a simulated site obeys. */
  | "SITE_KNOB_REFUSED"
  /** A step of the script that only a simulated site offers. */
  | "SITE_VERB_REFUSED"
  /** No connection came about: the request never left. */
  | "SITE_UNREACHABLE"
  /** The connection ended before the answer was there. */
  | "SITE_HUNG_UP"
  /** No answer within `timeoutMs`. */
  | "SITE_TIMEOUT"
  /** The site's answer is not where the description says it is. */
  | "SITE_BAD_ANSWER"
  /** The site's answer is larger or deeper than is read; the message names the limit. */
  | "SITE_ANSWER_TOO_LARGE"
  /** A step of `signIn` was refused. */
  | "SITE_SIGN_IN_REFUSED";

export interface SiteErrorDetail extends ErrorDetail {
  /** Which call it happened to: `registration/finish`, ... */
  readonly call?: string;
  /** Knobs or steps that were refused. */
  readonly refused?: readonly string[];
}

/**
 * A real site, or the description of one, got in the way.
 *
 * With aftermath `unknown` the request was on its way: a finish call may have been committed all the same.
 * Never carries what was sent or answered: both hold secrets.
 */
export class SiteError extends HarnessError<SiteErrorCode> {
  readonly call: string | undefined;
  readonly refused: readonly string[];

  constructor(code: SiteErrorCode, message: string, detail: SiteErrorDetail = {}) {
    super(code, message, detail);
    this.call = detail.call;
    this.refused = detail.refused ?? [];
  }

  override toJSON() {
    return {
      ...super.toJSON(),
      ...(this.call !== undefined && { call: this.call }),
      ...(this.refused.length > 0 && { refused: this.refused }),
    };
  }
}
