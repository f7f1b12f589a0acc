import type { KnobOverrides } from "../../../sim/knobs/knobs.js";
import { STABLE_HANDLE, TEN_MINUTES_MS, type RemedyTable } from "./remedy.js";

const ASKS_STATE: readonly KnobOverrides[] = [{ "page.asksState": true }];
const SAFE_TO_REPEAT: readonly KnobOverrides[] = [{ "rp.idempotentFinish": true, "page.retriesFinish": 3 }];

/** Advice for a finish call without an answer, in front of a real site. */
const UNANSWERED = {
  "Make finish idempotent: the same credential for the same ceremony gets the stored result.": SAFE_TO_REPEAT,
  "On a finish call without an answer ask the site for the state of the ceremony before reporting a failure.":
    ASKS_STATE,
};

const KEEPS_PASSWORD = {
  "Keep the old way in until the first verified assertion.": [
    { "rp.flagAt": "first-login" },
    { "rp.passwordWhenFlagged": "allowed" },
  ],
} as const;

/** What sites can do about their own causes. */
export const SITE_REMEDIES: RemedyTable = {
  "options-timeout": {
    "Make options without waiting for anything slow: they need a challenge and the account's credential ids.":
      [{ "rp.optionsMs": 50 }],
  },
  "gateway-504-late-commit": {
    "Answer finish within seconds (202 and a status address) and do the slow work behind it.": [
      { "rp.finishMs": 300, "rp.workerMs": 150_000, "rp.pollMs": TEN_MINUTES_MS },
    ],
    "Make finish idempotent on ceremony and credential id, so that a repeated call returns the stored result.":
      SAFE_TO_REPEAT,
  },
  "async-outbox": {
    'After a 202 say "still working", never "failed".': [{ "rp.pollMs": TEN_MINUTES_MS }],
    "Push the final state to the page, or let it ask for as long as the worker may take.": [
      { "rp.pollMs": TEN_MINUTES_MS },
    ],
  },
  "side-effects-before-validation": {
    "Validate, commit, then mail, with the mail queued in the transaction of the row.": [
      { "rp.order": "validate-first" },
    ],
  },
  "double-finish": {
    "Make finish idempotent: the same credential for the same ceremony gets the stored result.": [
      { "rp.idempotentFinish": true },
    ],
  },
  "mail-queue-only": {
    "On an error behind an accepted finish ask the site for the state of the ceremony.": ASKS_STATE,
  },
  "rp-owned-qr": {
    "Poll with short requests, and go on after 408 or 504.": [{ "page.resumesPoll": true }],
    "Keep the ceremony's state at the site, so that a page that comes back learns how it ended.": ASKS_STATE,
  },
  "challenge-expired": {
    "Let a challenge live as long as the longest client timer plus a minute: 10 minutes or more.": [
      { "rp.challengeTtlMs": TEN_MINUTES_MS + 60_000 },
    ],
  },
  "challenge-superseded": {
    "Bind challenges to the session, not to the account.": [{ "rp.challengePer": "session" }],
  },
  "step-up-expired": {
    "Bind the step-up to the ceremony when options are asked for; do not look at its age again at finish.": [
      { "rp.stepUpCheckedAt": "options" },
    ],
  },
  "step-up-needed": {
    "Offer the step-up in place, and go on with the registration after it.": [{ "rp.stepUpTtlMs": null }],
  },
  "session-not-fresh": {
    "Ask for the password or another factor in place, then go on with the registration.": [
      { "rp.freshAgeMs": null },
    ],
  },
  "session-lost": {
    "Name the ceremony in the call itself, with a signed state, and do not know it by a cookie alone.": [
      { "rp.sessionIn": "body" },
    ],
  },
  "passkey-limit": {
    "Look for room when options are asked for, and let a new passkey of the same session take the old one's place.":
      [{ "rp.whenFull": "replace" }],
  },
  "link-consumed": {
    "Spend the link at the successful finish, and let it be used again for a short while.": [
      { "rp.linkSingleUse": "finish" },
    ],
  },
  "late-commit": {
    "Answer finish when the row is there; until then say that it is not done yet.": [
      { "rp.commitDelayMs": 0 },
    ],
  },
  "read-replica-lag": {
    "After a registration read login options from the primary (read-your-writes).": [
      { "rp.loginReads": "primary" },
    ],
    "Look a credential up on the primary before refusing it.": [{ "rp.finishReads": "primary" }],
    "Carry a read-your-writes token.": [{ "rp.loginReads": "primary", "rp.finishReads": "primary" }],
  },
  "unknown-credential": {
    "Keep the user handle stable: there is no leftover then.": STABLE_HANDLE,
  },
  "credential-id-truncated": {
    "Store ids of up to 1023 bytes.": [{ "rp.idColumnBytes": 1_023 }],
    "Read the row back after the insert and compare.": [{ "rp.readsBack": true }],
  },
  "sign-counter": {
    "Take the counter for a signal; never refuse a passkey that is backup eligible because of it.": [
      { "rp.signCounter": "signal" },
    ],
  },
  "flag-before-credential": KEEPS_PASSWORD,
  "password-off": KEEPS_PASSWORD,
  "transports-internal-only": {
    'Store transports as reported, and add "hybrid" for passkeys that synchronise or came from another device.':
      [{ "rp.transports": "with-hybrid" }, { "rp.transports": "as-reported" }],
    "Or send none at all: browsers then offer every way.": [{ "rp.transports": "omitted" }],
  },
  "origin-refused": {
    "List every origin and top origin that the site is used from; refuse the others with a text that says so.":
      [{ "rp.topOrigins": "portal" }],
    "Ask whether a password manager's extension answered in the browser's place.": [{ "ext.vault": "none" }],
  },
  "backup-eligibility-changed": {
    "Record a change of the backup flags; do not refuse the login for it.": [
      { "rp.backupEligibility": "may-change" },
    ],
  },
  "verification-not-done": {
    "Require at finish what the options required, and remember it with the challenge.": [
      { "rp.userVerification": "required" },
      { "rp.userVerification": "preferred" },
    ],
  },
  "site-error": {
    "Make every call safe to repeat, and let the page repeat it.": SAFE_TO_REPEAT,
    "On a finish call that failed ask the site for the state of the ceremony before reporting a failure.":
      ASKS_STATE,
  },
  "site-unreachable": {
    "Repeat a call that got no answer; make finish idempotent for it.": SAFE_TO_REPEAT,
  },
  "accepted-not-kept": {
    "Answer finish when the row is there; until then answer 202 and say so.": [{ "rp.commitDelayMs": 0 }],
  },
  "finish-answer-lost": UNANSWERED,
  "site-silent": UNANSWERED,
};
