import type { CauseFactors } from "./cause-row.js";

/** Everything that makes a code come late to where it is typed. */
const LATE_CODE = [
  "otp.ttlMs",
  "otp.ttlFrom",
  "sms.delayMs",
  "mail.delayMs",
  "mail.spam",
  "user.findMs",
  "relay.humanMs",
  "user.codeEntryMs",
  "user.codePatienceMs",
  "sms.route",
  "idp.codeTtlMs",
  "idp.codeEntryMs",
  "call.dialMs",
  "call.windowMs",
  "net.latencyMs",
];

const WRONG_CODES = ["do:enter-code", "app.clockOffMs", "otp.expiredCounts"];

/** A lock counts wrong passwords as well. */
const WRONG_PASSWORDS = ["do:enter-password", "user.forgot"];

/** Causes at fallback factors. */
export const FACTOR_CAUSES: Readonly<Record<string, CauseFactors>> = {
  "code-expired": { names: LATE_CODE },
  "code-not-received": {
    names: [...LATE_CODE, "factor.enrolled", "mail.readable"],
  },
  "code-never-sent": {
    names: ["outage.*", "factor.enrolled", "sms.knowsRoute", "sms.route", "do:enter-code", "do:request-code"],
  },
  "factor-lost": { names: ["app.lost"] },
  "code-voided": { names: ["otp.rotateOnResend", "do:request-code", "otp.renewMs", "user.codeEntryMs"] },
  "code-eaten-by-scanner": { names: ["mail.scannerMs", "otp.link"] },
  "code-undeliverable": { names: ["sms.route", "sms.knowsRoute"] },
  // Of an app's digits: an app that is not the account's, and digits typed too late.
  "code-wrong": { names: [...WRONG_CODES, "net.latencyMs", "factor.enrolled", "user.codeEntryMs"] },
  "locked-out": {
    names: [
      ...WRONG_CODES,
      ...WRONG_PASSWORDS,
      "lock.threshold",
      "lock.ladder",
      "lock.extendWhileLocked",
      "lock.blocksPasskey",
    ],
  },
  "not-linked": { names: ["idp.line", "idp.google"] },
  "not-enrolled": { names: ["factor.enrolled", "reset.newFactor", "do:call-centre", "do:change-factor"] },
  "factor-needed": {
    names: ["settings.requires", "factor.enrolled", "app.lost", "sms.route"],
    // The sentence names the attempt before, which had left the user outside.
    after: "a failed attempt",
    condition: true,
  },
};
