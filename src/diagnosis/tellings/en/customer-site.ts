import type { CausePart, Sentences } from "../messages.js";

/** What a customer is told of causes at the website, whatever the attempt was for. */
export const CUSTOMER_SITE = {
  "accepted-not-kept": [
    "The website accepted your passkey and then did not keep it, {state}.",
    "Please tell the website's support, and use another way to sign in until they have answered.",
  ],
  "options-timeout": [
    "The website took too long to start, {state}.",
    "Nothing was asked of your device, so wait a minute and try again.",
  ],
  "rp-owned-qr": [
    "The page on this screen stopped waiting for your phone, {state}.",
    "Finish on the phone, then reload this page.",
  ],
  "credential-id-truncated": [
    "The website stored your passkey under a wrong name, {state}.",
    "Please tell the website's support, because trying again will not help.",
  ],
  "gateway-504-late-commit": [
    "The website took too long to answer, {state}.",
    "Wait a few minutes, reload the page, and look before you try again.",
  ],
  "async-outbox": [
    "The website was still at work when the page stopped waiting, {state}.",
    "Wait a few minutes and reload the page before you try again.",
  ],
  "side-effects-before-validation": [
    "The website began to store your passkey and then refused it, {state}.",
    "Please tell the website's support before you try again.",
  ],
  "double-finish": [
    "The website took a repeated message for a second attempt, {state}.",
    "Reload the page before you try again.",
  ],
  "overwrite-race": [
    "Two attempts crossed, and the newer passkey on your device took the place of the one the website knows, {state}.",
    "Sign in another way, remove the old passkey from your account, and set up a new one.",
  ],
  "challenge-expired": [
    "The website had stopped waiting when you were done, {state}.",
    "Reload the page, and try again without a long pause.",
  ],
  "session-lost": [
    "The website had forgotten your visit when you were done, {state}.",
    "Reload the page and start again, and do not clear the browser's data in between.",
  ],
  "step-up-expired": [
    "Too much time had passed since you proved who you are, {state}.",
    "Start again, confirm who you are, and go on without a pause.",
  ],
  "step-up-needed": [
    "The website first wanted you to prove who you are, {state}.",
    "Confirm who you are with the way that the website offers, and try again.",
  ],
  "session-not-fresh": [
    "You had signed in too long ago for this website, {state}.",
    "Sign out, sign in again, and try once more.",
  ],
  "passkey-limit": [
    "Your account has as many passkeys as this website allows, {state}.",
    "Remove one that you no longer use from your account, and try again.",
  ],
  "link-consumed": [
    "The link in the mail had been used already, {state}.",
    "Ask for a new mail, and use its link once.",
  ],
  "origin-refused": [
    "The website did not accept the address that the page was opened under, {state}.",
    "Open the website by its own address, without add-ons, and try again.",
  ],
  "site-error": ["Something failed at the website, {state}.", "Wait a few minutes, and try again."],
  "site-rate-limited": [
    "The website had too many attempts in a short time, {state}.",
    "Wait for some time without trying, and then try once.",
  ],
  "site-unreachable": [
    "The website could not be reached, {state}.",
    "Check your internet connection, reload the page, and try again.",
  ],
  "site-call-refused": [
    "The website refused the attempt, {state}.",
    "Reload the page and try again, and ask support if it is refused once more.",
  ],
  "finish-answer-lost": [
    "The website's answer was lost on the way, {state}.",
    "Reload the page before you try again.",
  ],
  "site-silent": ["The website did not answer, {state}.", "Wait a few minutes, and try again."],
  "site-refused": [
    "The website refused the attempt, {state}.",
    "Reload the page and try again, and ask support if it is refused once more.",
  ],
} satisfies CausePart<Sentences>;
