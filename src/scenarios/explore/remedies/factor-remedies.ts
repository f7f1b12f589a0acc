import type { RemedyTable } from "./remedy.js";

const TWO_FACTORS = {
  "Have two factors or recovery codes enrolled before the first one is switched on.": [
    { "factor.enrolled": "sms+mail" },
  ],
} as const;

const CORRECT_NUMBER = {
  "Let the user have the number on record corrected, once another factor has identified them: a mobile telephone of their own takes text messages.":
    [{ "sms.route": "mobile" }],
} as const;

const A_MINUTE_MS = 60_000;

/** What sites and users can do about causes at ways in without a passkey. */
export const FACTOR_REMEDIES: RemedyTable = {
  "code-expired": {
    "Count a code's life from its arrival, or let codes by mail live 15 minutes and more.": [
      { "otp.ttlFrom": "arrival" },
      { "otp.ttlMs": 15 * A_MINUTE_MS },
    ],
    "Do not count an expired code as a wrong one.": [{ "otp.expiredCounts": false }],
    "After a minute without a code say where to look: the spam folder, the other telephone.": [
      { "user.findMs": A_MINUTE_MS },
    ],
  },
  "code-not-received": {
    ...CORRECT_NUMBER,
    "After a minute without a code say where to look: the spam folder, the other telephone.": [
      { "user.findMs": A_MINUTE_MS },
    ],
  },
  "code-voided": {
    "Send the same code again within its life.": [{ "otp.rotateOnResend": false }],
  },
  "code-eaten-by-scanner": {
    "A GET never consumes: show a button, and let its POST spend the link.": [
      { "otp.link": "post-consumes" },
    ],
  },
  "code-undeliverable": {
    ...CORRECT_NUMBER,
    "Class the number when it is entered.": [{ "sms.knowsRoute": true }],
  },
  "factor-lost": TWO_FACTORS,
  "factor-needed": {
    ...TWO_FACTORS,
    "Check the rules for circles: whatever one factor's loss leaves must open the settings.": [
      { "settings.requires": "session" },
    ],
  },
  "locked-out": {
    "Do not let attempts extend a lock; show the time that is left.": [{ "lock.extendWhileLocked": false }],
    "Keep the passkey usable while the code is locked.": [{ "lock.blocksPasskey": false }],
    "Keep the passkey usable while codes are locked.": [{ "lock.blocksPasskey": false }],
    "Count neither undelivered, expired nor cancelled attempts as failures.": [
      { "otp.expiredCounts": false },
    ],
  },
  "password-wrong": {
    "Offer to recover the ID and the password in the same place.": [{ "user.forgot": "nothing" }],
  },
  "unusual-device": {
    "Count a verified passkey as the check; ask for more only where the risk is not about who it is.": [
      { "rp.unusualDevice": "accepted" },
    ],
  },
  "caller-not-recognised": {
    "Say before the call from which number it has to come, and that it must be shown.": [
      { "call.from": "registered" },
    ],
  },
};
