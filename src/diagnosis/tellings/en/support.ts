import type { SupportMessages } from "../messages.js";
import { SUPPORT_CLIENT } from "./support-client.js";
import { SUPPORT_DEVICES } from "./support-devices.js";
import { SUPPORT_LOGIN } from "./support-login.js";
import { SUPPORT_SITE } from "./support-site.js";
import { VALUES_EN } from "./values.js";

/** Every message for a support desk in English. */
export const SUPPORT_EN: SupportMessages = {
  titles: {
    registration: "Registration of a passkey",
    login: "Sign-in with a passkey",
    factor: "Another way than the passkey",
  },
  values: VALUES_EN,
  labels: {
    atFault: "At fault",
    state: "Now",
    waitedFor: "It waited for",
    consequence: "Also",
    ask: "Ask",
    say: "Say",
  },
  parties: {
    page: "the site's page",
    site: "the site",
    browser: "the browser",
    extension: "an extension of the browser",
    computer: "the computer or its operating system",
    authenticator: "the security key, or whichever device holds the passkey",
    phone: "the phone",
    network: "the network",
    relay: "the relay service between phone and computer",
    delivery: "the delivery of mails and messages",
    user: "nobody; something the customer did or chose",
    nobody: "nobody",
    unknown: "not known",
  },
  states: {
    saved: "The passkey exists, at the site and on the device.",
    "signed-in": "The customer was signed in.",
    worked: "It worked.",
    "not-saved": "The site saved no passkey from this attempt.",
    "device-only":
      "The device holds a passkey that the site does not have: it signs, and the site refuses it.",
    "site-only": "The site lists a passkey that no device holds.",
    mismatched: "Site and device hold passkeys that do not match.",
    unknown: "The trace does not show whether a passkey was saved; look at the account.",
    "not-signed-in": "This attempt did not sign the customer in.",
    "sign-in-unknown": "The trace does not show whether the customer was signed in.",
    "not-worked": "This attempt did not work.",
    "way-unknown": "The trace does not show whether it worked.",
  },
  denied: {
    "success-reported-as-failure": {
      text: "The page had reported a failure.",
      say: {
        registration: "The message was wrong: your passkey exists, and you can sign in with it now.",
        login: "The message was wrong: you were signed in; please reload the page.",
        factor: "An earlier message said otherwise, but in the end it worked; please reload the page.",
      },
    },
    "success-not-reported": {
      text: "The page did not say so.",
      say: {
        registration: "The page did not say so, but your passkey exists, and you can sign in with it now.",
        login: "The page did not say so, but you were signed in; please reload the page.",
        factor: "The page did not say so, but it worked; please reload the page.",
      },
    },
  },
  conditions: {
    "site-options": "the site's first answer",
    network: "the network",
    extension: "a browser extension",
    bluetooth: "Bluetooth to be switched on at the computer",
    "phone-scan": "the phone to read the code",
    "phone-tap": "the phone's notification to be answered",
    advert: "the computer to find the phone nearby",
    tunnel: "the connection through the relay service",
    link: "the connection to the device",
    "pin-entry": "the PIN",
    "host-stall": "the computer to go on",
    "channel-busy": "another program to release the key",
    gesture: "the customer to confirm on the device",
    "authenticator-work": "the device to finish its work",
    "account-choice": "the browser to show the list of accounts",
    "site-finish": "the site's last answer",
    "site-work": "the site to finish its work",
  },
  consequences: {
    orphan: { ask: "Does the device offer more than one passkey for this site?" },
    ghost: {},
    "success-reported-as-failure": {},
    "flag-before-credential": {
      text: "The account was switched to passkeys before it had one; switch its password on again.",
      ask: "Can the customer still sign in with the password?",
    },
    "single-passkey-replaced": { text: "The site deleted the only passkey when this attempt began." },
    "second-passkey": {
      text: "A later attempt made a second passkey; of the two that the device shows one works, the newer.",
    },
    "second-phone-ignored": {
      text: "A second phone read the same code, and the computer listened to the first one only.",
      ask: "Were two phones used?",
    },
  },
  causes: { ...SUPPORT_CLIENT, ...SUPPORT_DEVICES, ...SUPPORT_SITE, ...SUPPORT_LOGIN },
};
