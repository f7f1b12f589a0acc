import type { CausePart, Sentences } from "../messages.js";

/** What a customer is told of causes that only sign-in has, with a passkey or in another way. */
export const CUSTOMER_LOGIN = {
  "transports-internal-only": [
    "The website looked for your passkey on this computer only, {state}.",
    "Sign in on the phone that holds your passkey, or in another way, and tell the website's support.",
  ],
  "late-commit": [
    "The website was not yet done with setting up your passkey, {state}.",
    "Wait a few minutes, and try again.",
  ],
  "unknown-credential": [
    "Your device used a passkey that this website does not know, {state}.",
    "Sign in another way, delete that passkey from your device, and set up a new one.",
  ],
  "sign-counter": [
    "The website suspected a copy of your passkey, {state}.",
    "Sign in another way and ask support to check your account.",
  ],
  "challenge-superseded": [
    "A newer attempt, perhaps in another window, took the place of this one, {state}.",
    "Close the other windows of this website, reload the page, and try again.",
  ],
  "locked-out": [
    "Your account is locked for some time after too many wrong codes, {state}.",
    "Wait until the lock is over without trying again, or ask support for help.",
  ],
  "provider-other-account": [
    "The phone that was asked belongs to another account, which has none of your passkeys, {state}.",
    "Sign in on that phone with the account that made the passkey, or use the other phone.",
  ],
  "verification-not-done": [
    "The website wanted to be sure that it is you, and your device had not asked you, {state}.",
    "Set up a code or fingerprint on your device and try again, or ask support for help.",
  ],
  "sync-lag": [
    "Your passkey had not yet reached this device, {state}.",
    "Wait a few minutes, or use the device on which you set up the passkey.",
  ],
  "other-authenticator": [
    "Another device was used than the one with your passkey, {state}.",
    "Use the device on which you set up the passkey.",
  ],
  "phone-index-lag": [
    "Your phone did not find its passkey yet, {state}.",
    "Wait a few minutes, and try again with the same phone.",
  ],
  "read-replica-lag": [
    "The website did not know of your new passkey yet, {state}.",
    "Wait a minute, and try again.",
  ],
  "no-credential": [
    "Your device has no passkey that the website asked for, {state}.",
    "Use the device on which you set up the passkey, or sign in another way.",
  ],
  "backup-eligibility-changed": [
    "Your passkey has moved to another password manager, and the website did not accept that, {state}.",
    "Sign in another way, and ask the website's support.",
  ],
  "code-expired": [
    "The code was too old when it was entered, {state}.",
    "Ask for a new code, and enter it soon after it arrives.",
  ],
  "code-never-sent": [
    "The website could not send you a code, {state}.",
    "Ask for a new code, or choose another way to sign in.",
  ],
  "code-not-received": [
    "No code reached you in time, {state}.",
    "Look into the folder for unwanted mail, and ask for the code in another way if there is none.",
  ],
  "code-voided": ["The code was replaced by a newer one, {state}.", "Enter the code of the newest message."],
  "code-eaten-by-scanner": [
    "A program that checks your mail opened the link before you did, {state}.",
    "Ask for a code to type in, or for a link to another mail address.",
  ],
  "code-undeliverable": [
    "The code cannot be sent to the number that the website has for you, {state}.",
    "Choose a call, a mail or an app for the code, and correct the number later.",
  ],
  "flag-before-credential": [
    "Your account was switched to passkeys before it had one, {state}.",
    "Please ask the website's support to let you in and to switch your password on again.",
  ],
  "password-off": [
    "This account no longer takes a password, {state}.",
    "Use your passkey, on the device on which you set it up.",
  ],
  "not-linked": [
    "That sign-in service does not belong to an account here, {state}.",
    "Sign in the way you usually do, and connect the service afterwards.",
  ],
  "not-enrolled": [
    "Your account does not have this way to sign in, {state}.",
    "Choose one of the other ways that the website offers.",
  ],
  "factor-lost": [
    "The device with your code app is gone, {state}.",
    "Use one of your recovery codes or another way, or ask support for help.",
  ],
  "factor-needed": [
    "The website asked for the very thing that you wanted to change, {state}.",
    "Please ask the website's support, because you cannot change it alone.",
  ],
  "code-wrong": [
    "The code was not the one that was sent, {state}.",
    "Look at the newest message, and enter its code with care.",
  ],
  "password-wrong": [
    "The password or the name was not right, {state}.",
    "Use the link for a forgotten password, or sign in with your passkey.",
  ],
  "caller-not-recognised": [
    "The call came from a number that the website does not know, {state}.",
    "Call again from the telephone that you gave to the website, with your number shown.",
  ],
} satisfies CausePart<Sentences>;
