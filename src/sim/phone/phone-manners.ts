import type { PhoneOptions } from "./phone-options.js";

/**
 * What an iPhone does otherwise than Chrome for Android: it meets its clients at Apple's tunnel service, sends no update
 * of its own accord, and hangs up after its one answer.
 *
 * Source: webauthn-rs (`webauthn-authenticator-rs/src/cable`), which met one with iOS 16.
 */
const IPHONE: Partial<PhoneOptions> = {
  name: "iPhone",
  tunnelCode: 1,
  hangsUpAfterAnswer: true,
  sendsUpdate: false,
};

const MANNERS: ReadonlyMap<string, Partial<PhoneOptions>> = new Map([["iphone", IPHONE]]);

/**
 * Returns how a phone behaves whose authenticator is of this profile, where that is known to be otherwise than the
 * standard phone's.
 *
 * @param profile name of an authenticator profile, such as `iphone`.
 * @returns options for a `SimPhone`; empty for a profile without manners of its own.
 *
 * @example
 * const phone = new SimPhone(env, deps, phoneMannersOf("iphone"));
 */
export function phoneMannersOf(profile: string): Partial<PhoneOptions> {
  return MANNERS.get(profile) ?? {};
}
