import type { CustomerMessages } from "../messages.js";
import { CUSTOMER_CLIENT } from "./customer-client.js";
import { CUSTOMER_DEVICES } from "./customer-devices.js";
import { CUSTOMER_LOGIN } from "./customer-login.js";
import { CUSTOMER_SITE } from "./customer-site.js";
import { VALUES_EN } from "./values.js";

const HAS_PASSKEY = "You can sign in with it now, and you do not need to set up another one.";

/** Every message for a customer in English. */
export const CUSTOMER_EN: CustomerMessages = {
  titles: {
    registration: "Setting up your passkey",
    login: "Signing in with your passkey",
    factor: "Using another way than your passkey",
  },
  values: VALUES_EN,
  states: {
    "not-saved": { clause: "so this website saved no passkey this time" },
    "device-only": { clause: "so your device holds a passkey that this website does not know" },
    "site-only": {
      clause: "so this website lists a passkey that your device does not hold",
      next: "Sign in another way, remove that passkey from your account, and set up a new one.",
    },
    mismatched: {
      clause: "so the passkey on your device is not the one that this website knows",
      next: "Please ask the website's support, because trying again will not help.",
    },
    unknown: {
      clause: "so we cannot tell whether a passkey was saved",
      next: "Look at the list of passkeys in your account, and try again only if the new one is missing.",
    },
    "not-signed-in": { clause: "so this attempt did not sign you in" },
    "sign-in-unknown": {
      clause: "so we cannot tell whether you were signed in",
      next: "Reload the page to see whether you are signed in, and try again if you are not.",
    },
    "not-worked": { clause: "so this attempt did not work" },
    "way-unknown": {
      clause: "so we cannot tell whether it worked",
      next: "Reload the page to see whether it worked, and try again if it did not.",
    },
  },
  results: {
    registration: {
      success: ["Your passkey was saved.", "You can use it the next time you sign in."],
      "success-reported-as-failure": ["The message was wrong: your passkey exists.", HAS_PASSKEY],
      "success-not-reported": ["The page did not say so, but your passkey exists.", HAS_PASSKEY],
    },
    login: {
      success: ["You were signed in.", "There is nothing more to do."],
      "success-reported-as-failure": [
        "The message was wrong: you were signed in, and your passkey works.",
        "Reload the page to go on.",
      ],
      "success-not-reported": [
        "The page did not say so, but you were signed in, and your passkey works.",
        "Reload the page to go on.",
      ],
    },
    factor: {
      success: ["It worked.", "There is nothing more to do."],
      "success-reported-as-failure": [
        "An earlier message said otherwise, but in the end it worked.",
        "Reload the page to go on.",
      ],
      "success-not-reported": ["The page did not say so, but it worked.", "Reload the page to go on."],
    },
  },
  consequences: {
    "flag-before-credential": {
      now: "Your account was switched to passkeys before it had one, {state}.",
      next: "Please ask the website's support to let you in and to switch your password on again.",
    },
    "single-passkey-replaced": {
      now: "The website removed your only passkey before the new one was ready, {state}.",
      next: "Sign in another way and set up a new passkey, or ask the website's support for help.",
    },
    "second-passkey": {
      next: "A later attempt made a second passkey, so choose the newer one when your device offers both.",
    },
    "second-phone-ignored": {
      next: "Start again, and use one phone only from the code to the end.",
    },
    orphan: {},
    ghost: {},
    "success-reported-as-failure": {},
  },
  causes: { ...CUSTOMER_CLIENT, ...CUSTOMER_DEVICES, ...CUSTOMER_SITE, ...CUSTOMER_LOGIN },
};
