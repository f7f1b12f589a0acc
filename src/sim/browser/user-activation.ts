import type { ClientProfile } from "../../webauthn/profiles/client-profile.js";

/** Decides whether a call counts as the user's own, in clients that ask for that. */
export class UserActivation {
  #isFreeCallSpent = false;

  /**
   * Takes one call into account: WebKit lets one pass without an activation, until the next that has one.
   *
   * @param sinceClickMs from the click that led to the call; `undefined` for a call at the click itself.
   */
  allows({ userActivationMs }: ClientProfile, sinceClickMs = 0): boolean {
    if (userActivationMs === null || sinceClickMs <= userActivationMs) {
      this.#isFreeCallSpent = false;
      return true;
    }
    if (this.#isFreeCallSpent) return false;
    this.#isFreeCallSpent = true;
    return true;
  }
}
