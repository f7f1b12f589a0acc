import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { HEALTHY, NOTHING, PATIENT_PHONE } from "../knob-sets.js";

const lockout: Scenario = {
  id: "lockout-extended-by-attempts",
  group: "fallback",
  title: "Fifteen tries, one a minute, against a lock that every try extends: it never opens",
  story:
    "Owner and helper try by turns. The fifth failure locks the account for ten minutes, and every try within " +
    "them starts the ten minutes anew. At 15 minutes the right code is refused. A passkey login cancelled " +
    "before all this did not count, and the passkey works in the middle of the lock.",
  sources: [
    "Field report: Monex customer: repeated attempts may prolong the lock",
    "public issues: linagora/linshare 137, silverstripe/silverstripe-mfa 47, greenpau/go-authcrunch 85, MicrosoftDocs/azure-docs 110879",
  ],
  knobs: { ...PATIENT_PHONE, "lock.extendWhileLocked": true, "otp.ttlMs": 1_800_000 },
  script: [
    { do: "register" },
    { do: "set", knobs: { "key.decision": "decline" } },
    { do: "login", atMs: 20_000 },
    { do: "set", knobs: { "key.decision": "approve" } },
    { do: "request-code", factor: "sms", atMs: 50_000 },
    { do: "enter-code", factor: "sms", code: "wrong", atMs: 60_000, times: 15, everyMs: 60_000 },
    { do: "enter-code", factor: "sms", atMs: 930_000 },
    { do: "login", atMs: 940_000 },
  ],
  expect: {
    rp: [
      { kind: "factor.attempt", where: { outcome: "refused", reason: "CODE_WRONG", failures: 1 }, times: 1 },
      { kind: "factor.attempt", where: { outcome: "refused", reason: "CODE_WRONG" }, times: 5 },
      { kind: "factor.attempt", where: { outcome: "refused", reason: "LOCKED" }, times: 11 },
      { kind: "factor.lock", where: { change: "locked", failures: 5, budgetMs: 600_000 }, times: 1 },
      { kind: "factor.lock", where: { change: "extended" }, times: 11 },
      { kind: "factor.lock", where: { change: "ended" }, times: 0 },
      {
        kind: "rp.login",
        where: { outcome: "accepted", ceremony: "c3" },
        atMs: [940_000, 945_000],
        times: 1,
      },
    ],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "user-refused", "locked-out", "success"],
  },
};

const lockoutFixed = variantOf(lockout, "not-extended", {
  title: "Fifteen tries, one a minute, against a lock of fixed length: it opens after ten minutes",
  story: "The lock ends at its time, whatever attempts are made. The right code works from then on.",
  knobs: { "lock.extendWhileLocked": false },
  script: [
    { do: "request-code", factor: "sms", atMs: 50_000 },
    { do: "enter-code", factor: "sms", code: "wrong", atMs: 60_000, times: 15, everyMs: 60_000 },
    { do: "enter-code", factor: "sms", atMs: 930_000 },
  ],
  expect: {
    rp: [
      { kind: "factor.lock", where: { change: "locked" }, times: 1 },
      { kind: "factor.lock", where: { change: "extended" }, times: 0 },
      { kind: "factor.lock", where: { change: "ended" }, atMs: [904_000, 905_000], times: 1 },
      { kind: "factor.attempt", where: { outcome: "accepted" }, atMs: [930_000, 935_000], times: 1 },
    ],
    ledger: NOTHING,
    decidedBy: "lock.ladder",
    mechanisms: ["locked-out"],
  },
});

const lockoutPasskeyToo = variantOf(lockout, "passkey-locked-too", {
  title: "A lock that shuts the passkey out as well: no way in is left",
  story: "Guessing codes locks the owner out of the one method that cannot be guessed.",
  knobs: { "lock.blocksPasskey": true },
  expect: {
    rp: [
      { kind: "rp.response", where: { call: "login/options", status: 423, code: "LOCKED" }, times: 1 },
      { kind: "rp.login", where: { outcome: "accepted" }, times: 0 },
    ],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "user-refused", "locked-out", "locked-out"],
  },
});

/** Failed attempts that lock the account. */
export const LOCK_OUT: readonly Scenario[] = [lockout, lockoutFixed, lockoutPasskeyToo];
