import { FIVE_MINUTES_MS, TEN_MINUTES_MS, type Remedies, type RemedyTable } from "./remedy.js";

/** A guard behind the longest that a client with the usual floor waits. */
const GUARD_BEHIND_CLIENT_MS = 185_000;

const OTHER_AUTHENTICATOR: Remedies = {
  "Let the user try another authenticator.": [{ "key.which": "second" }],
};

/** What pages and clients can do about their own causes. */
export const CLIENT_REMEDIES: RemedyTable = {
  "competing-authenticator-error": {
    "Put an AbortController of the page's own at the effective timeout and a few seconds.": [
      { "page.guardMs": GUARD_BEHIND_CLIENT_MS, "page.aborts": true },
    ],
    "Do not show a failure while the promise is pending.": [{ "page.guardMs": null }],
  },
  "focus-missing-at-call": {
    "Call create() from the press of a button, never from a timer or a page that is still loading.": [
      { "page.focused": true },
    ],
  },
  "focus-lost-at-completion": {
    "Ask the user to come back to this page before confirming.": [{ "page.focused": true }],
    "On this rejection try again once: with the same user handle the retry takes the orphan's place.": [
      { "page.autoRetry": 1, "rp.userIdStable": true },
    ],
  },
  "verification-unavailable": {
    "Require user verification only where the account needs it; ask for it as preferred otherwise.": [
      { "rp.userVerification": "preferred" },
    ],
    "Say that the security key needs a PIN, and how to set one.": [
      { "key.pinSet": true },
      { "os.setsUpPin": true },
    ],
  },
  "request-pending": {
    "Abort the pending request and wait until it has settled before the next one is started.": [
      { "page.abortsPending": true },
    ],
  },
  "own-request-aborted": {
    "Start the autofill request when the page loads, and never while the user's own request is pending.": [
      { "page.autofillMs": 0 },
    ],
  },
  "extension-refused": {
    "Say that a password manager may have answered, and how to choose another authenticator.": [
      { "ext.vault": "none" },
    ],
    "As an extension: hand on what cannot be answered.": [
      { "ext.whenClosed": "hands-on", "ext.whenEmpty": "hands-on", "ext.inFrames": "hands-on" },
    ],
  },
  "hello-setting-diverts": {
    "Have the user switch the setting off, or open the page in another browser.": [
      { "browser.helloForPasswords": false },
    ],
    "Store and send the transports the authenticator reported, `hybrid` among them.": [
      { "rp.transports": "as-reported" },
      { "rp.transports": "with-hybrid" },
    ],
  },
  "no-authenticator": {
    "Store and send the transports the authenticator reported, `hybrid` among them, or none at all.": [
      { "rp.transports": "as-reported" },
      { "rp.transports": "with-hybrid" },
      { "rp.transports": "omitted" },
    ],
  },
  "client-refused": {
    ...OTHER_AUTHENTICATOR,
    "Leave `authenticatorAttachment` out, or offer the other kind beside it.": [{ "rp.attachment": "any" }],
    "Ask for `residentKey` as preferred where a named passkey does as well.": [
      { "rp.residentKey": "discouraged" },
    ],
    "Say that the security key needs its PIN.": [{ "key.pinSet": true }],
    "Let the user fall back to the PIN.": [{ "key.pinSet": true }],
    "Fetch the options before the click, and call create() or get() in its handler.": [{ "rp.optionsMs": 0 }],
    'Give the frame `allow="publickey-credentials-get; publickey-credentials-create"`.': [
      { "page.frameAllows": true },
    ],
  },
  "browser-unsupported": {
    "Name the ceremony in the call itself, with a signed state, and not by a cookie alone.": [
      { "rp.sessionIn": "body" },
    ],
  },
  "page-gave-up": {
    "Give the page's guard at least the time the client really allows.": [{ "page.guardMs": TEN_MINUTES_MS }],
  },
  "client-timeout": {
    "Ask for a timeout of 300 s or more, and offer other ways beside the pending request.": [
      { "client.timeoutMs": FIVE_MINUTES_MS },
      { "client.timeoutMs": TEN_MINUTES_MS },
    ],
  },
  "client-timer-orphan": {
    "Ask for a timeout of 300 s or more; clients move it into their own range.": [
      { "client.timeoutMs": FIVE_MINUTES_MS },
      { "client.timeoutMs": TEN_MINUTES_MS },
    ],
    "Keep the user handle stable: a second attempt then overwrites the orphan.": [
      { "rp.userIdStable": true },
    ],
  },
  "still-waiting": {
    "Give every wait a limit, and say what is waited for.": [
      { "page.guardMs": FIVE_MINUTES_MS, "page.aborts": true },
      { "client.timeoutMs": FIVE_MINUTES_MS },
    ],
  },
  "late-delivery": {
    "Do not show a failure while the promise is pending.": [{ "page.guardMs": null }],
    "If the page wants a guard of its own, abort the request and say that it may still finish on the device.":
      [{ "page.aborts": true }],
    "When the handler succeeds after all, replace the error text.": [{ "page.corrects": true }],
    "Ask the site for the state of the ceremony before declaring a failure.": [{ "page.asksState": true }],
  },
  "error-not-corrected": {
    "Replace the error text when a later attempt succeeds.": [{ "page.corrects": true }],
  },
};
