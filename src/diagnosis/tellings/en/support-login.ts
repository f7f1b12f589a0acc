import type { CausePart, SupportMessage } from "../messages.js";

/** What a support desk is told of causes that only logins have, with a passkey or with a fallback factor. */
export const SUPPORT_LOGIN = {
  "transports-internal-only": {
    atFault: "site",
    ask: ["On which device was the passkey made?"],
    say: "The site looked for the passkey on this computer only; please sign in on the phone that holds it, we pass this on.",
  },
  "late-commit": {
    atFault: "site",
    ask: ["How long before was the passkey set up?"],
    say: "The site was not yet done with the new passkey; please wait a few minutes and try again.",
  },
  "unknown-credential": {
    atFault: "site",
    ask: ["Was the passkey removed from the account, or did its setup end with a failure?"],
    say: "The device used a passkey that the site does not have; please sign in another way and set up a new one.",
  },
  "sign-counter": {
    atFault: "site",
    ask: ["Is the passkey on more than one device, or was a device restored from a backup?"],
    say: "The site suspected a copy of the passkey; please sign in another way while we check the account.",
  },
  "challenge-superseded": {
    atFault: "site",
    ask: ["Is the site open in more than one window?"],
    say: "A newer attempt took the place of this one; please close the other windows and try again.",
  },
  "locked-out": {
    atFault: "site",
    ask: ["How many codes were entered, and were they late or wrong?"],
    say: "The account is locked after too many codes that did not fit; please do not try again until the lock is over, or let us open it.",
  },
  "provider-other-account": {
    atFault: "phone",
    ask: ["Which account is the phone's password manager signed in to, and which one made the passkey?"],
    say: "The phone is signed in to another account, which has none of the passkeys; please sign in to the one that made it.",
  },
  "verification-not-done": {
    atFault: "site",
    ask: ["Does the device have a screen lock, a fingerprint or a PIN set up?"],
    say: "The site demanded at the end what it had not asked for at the start; please try again with a device that has a PIN.",
  },
  "sync-lag": {
    atFault: "phone",
    ask: [
      "On which device was the passkey made, and how long ago?",
      "Do both devices use the same account for passkeys?",
    ],
    say: "The passkey had not reached this device yet; please wait a few minutes or use the device it was made on.",
  },
  "other-authenticator": {
    atFault: "user",
    ask: ["On which device was the passkey made, and which one was used now?"],
    say: "Another device was used than the one with the passkey; please use that one.",
  },
  "phone-index-lag": {
    atFault: "phone",
    ask: ["How long before was the passkey made on this phone?"],
    say: "The phone did not list its passkey yet; please wait a few minutes and use the same phone.",
  },
  "read-replica-lag": {
    atFault: "site",
    ask: ["How long before was the passkey set up?"],
    say: "The site did not know of the new passkey yet; please wait a minute and try again.",
  },
  "no-credential": {
    atFault: "nobody",
    ask: [
      "On which device was the passkey made, and was it deleted there?",
      "Did its setup end with a failure?",
    ],
    say: "The device has none of the passkeys of this account; please use the device it was made on, or another way to sign in.",
  },
  "backup-eligibility-changed": {
    atFault: "site",
    ask: ["Was the passkey moved to another password manager?"],
    say: "The site did not accept a passkey that has moved; please sign in another way, we pass this on.",
  },
  "code-expired": {
    atFault: "site",
    ask: ["When did the code arrive, and when was it entered?"],
    say: "The code was too old when it was entered; please ask for a new one and enter it soon.",
  },
  "code-never-sent": {
    atFault: "site",
    ask: ["What did the page say when the code was asked for?"],
    say: "The code could not be sent; please ask for a new one, or choose another way.",
  },
  "code-not-received": {
    atFault: "delivery",
    ask: ["Is it in the spam folder, and is the address or number on record right?"],
    say: "No code arrived in time; please look into the spam folder, or ask for it in another way.",
  },
  "code-voided": {
    atFault: "site",
    ask: ["How often was a code asked for, and which one was entered?"],
    say: "A newer code had replaced this one; please enter that of the newest message.",
  },
  "code-eaten-by-scanner": {
    atFault: "delivery",
    ask: ["Does the company or the provider check links in mails?"],
    say: "A mail scanner used the link up before you; please ask for a code to type in.",
  },
  "code-undeliverable": {
    atFault: "delivery",
    ask: ["Which number is on record: a mobile, a landline, an old one?"],
    say: "No code can be delivered to the number on record; please choose a call, a mail or an app, and correct the number.",
  },
  "flag-before-credential": {
    atFault: "site",
    ask: ["Did the setup of the passkey end with a failure?"],
    say: "The account was switched to passkeys before it had one; we switch the password on again.",
  },
  "password-off": {
    atFault: "site",
    ask: ["On which device is the passkey?"],
    say: "The account does not take a password any more; please use the passkey.",
  },
  "not-linked": {
    atFault: "nobody",
    ask: ["Which sign-in service is used otherwise?"],
    say: "That sign-in service is linked to no account here; please sign in the usual way and link it afterwards.",
  },
  "not-enrolled": {
    atFault: "nobody",
    ask: ["Which ways does the page offer?"],
    say: "The account does not have this way to sign in; please choose another.",
  },
  "factor-lost": {
    atFault: "user",
    ask: ["Are there recovery codes, or another way to sign in?"],
    say: "The codes went with the device; please use a recovery code, or let us check who you are.",
  },
  "factor-needed": {
    atFault: "site",
    ask: ["What did the customer want to change?"],
    say: "The site asks for the very thing that is to be changed; only we can change it, after we have checked who you are.",
  },
  "code-wrong": {
    atFault: "user",
    ask: ["Which message was the code taken from?"],
    say: "The digits were not those that were sent; please enter those of the newest message.",
  },
  "password-wrong": {
    atFault: "user",
    ask: ["Is the name right, and was the password changed?"],
    say: "The password or the name was wrong; please use the link for a forgotten one, or the passkey.",
  },
  "caller-not-recognised": {
    atFault: "user",
    ask: ["From which number did the call come, and was it shown?"],
    say: "The call came from a number that we do not know; please call from the one on record, with the number shown.",
  },
} satisfies CausePart<SupportMessage>;
