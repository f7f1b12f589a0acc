import type { Env } from "../../core/env.js";
import type { LaggingStore } from "../authenticator/store/lagging-store.js";
import type { PhoneOptions } from "../phone/phone-options.js";
import { SimPhone, type PhoneDeps } from "../phone/phone.js";

/** Phones with a name for what is wrong with them, and where such a one was seen. */

type MorePhoneOptions = Partial<PhoneOptions>;

/** Sends its linking data 10 s after the answer, when the client has hung up. Source: Chromium, v2_test_util.cc */
export function phoneThatLinksLate(env: Env, deps: PhoneDeps, options: MorePhoneOptions = {}): SimPhone {
  return new SimPhone(env, deps, { offersLink: true, linksLateMs: LATE_LINK_MS, ...options });
}

const LATE_LINK_MS = 10_000;

/** Answers the handshake with other keys than were agreed on: one bit is wrong. */
export function phoneThatBotchesTheHandshake(
  env: Env,
  deps: PhoneDeps,
  options: MorePhoneOptions = {},
): SimPhone {
  return new SimPhone(env, deps, {
    tamper(what, bytes) {
      if (what !== "handshake") return bytes;
      const wrong = bytes.slice();
      wrong[wrong.length - 1] = (wrong.at(-1) as number) ^ 1;
      return wrong;
    },
    ...options,
  });
}

/**
 * Puts two bytes behind the 20 of its advert, the beginning of a map: clients that accept exactly 20 ignore the advert.
 * Source: a public report of such a phone; Chromium does not react, libwebauthn does.
 */
export function phoneWith22ByteAdvert(env: Env, deps: PhoneDeps, options: MorePhoneOptions = {}): SimPhone {
  return new SimPhone(env, deps, { advertSuffix: Uint8Array.of(0xa1, 0x01), ...options });
}

/** Creates a phone that carries out requests and reports success to its user, but never answers the client. */
export function phoneThatNeverReplies(env: Env, deps: PhoneDeps, options: MorePhoneOptions = {}): SimPhone {
  return new SimPhone(env, deps, {
    tamper: (what, bytes) => (what === "answer" ? undefined : bytes),
    ...options,
  });
}

/** Keeps its passkeys and never finds them again. */
export function phoneThatForgetsTheIndex(
  env: Env,
  deps: PhoneDeps & { readonly store: LaggingStore },
  options: MorePhoneOptions = {},
): SimPhone {
  const { store, ...phone } = deps;
  store.lagMs = Infinity;
  return new SimPhone(env, phone, options);
}

/** Ends before it does anything (Chrome's number for it is 110). Source: Chromium, CableAuthenticatorUI.java */
export function phoneWithoutScreenLock(env: Env, deps: PhoneDeps, options: MorePhoneOptions = {}): SimPhone {
  return new SimPhone(env, deps, { screenLock: false, ...options });
}

/**
 * Creates a phone with Bluetooth and no connection to its tunnel service; the client is not notified. Source: a public
 * KeePassDX report
 */
export function phoneWithoutMobileData(env: Env, deps: PhoneDeps, options: MorePhoneOptions = {}): SimPhone {
  return new SimPhone(env, deps, { mobileData: false, ...options });
}

/** Was not allowed to use Bluetooth (111). Source: Chromium, CableAuthenticatorUI.java */
export function phoneWithoutBluetoothPermission(
  env: Env,
  deps: PhoneDeps,
  options: MorePhoneOptions = {},
): SimPhone {
  return new SimPhone(env, deps, { btPermission: false, ...options });
}
