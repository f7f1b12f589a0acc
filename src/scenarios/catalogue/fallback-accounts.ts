import type { Scenario } from "../scenario.js";
import { variantOf } from "../variant.js";
import { HEALTHY, NOTHING, PATIENT_PHONE } from "./knob-sets.js";

const lineWorks: Scenario = {
  id: "fallback-line-works",
  group: "fallback",
  title:
    "The passkey sheet is cancelled; signing in with LINE links the account by a code of four digits and works",
  story:
    "The system's sheet wants a USB key, and only Cancel works. Beside it is the sign-in with LINE: the account there is not " +
    "linked yet, a code proves who owns the one here, and the person is in. The passkey is untouched.",
  sources: ["field report: Mercari"],
  knobs: { ...PATIENT_PHONE, "idp.line": "linkable" },
  script: [
    { do: "register" },
    { do: "set", knobs: { "key.decision": "decline" } },
    { do: "login", atMs: 60_000 },
    { do: "sign-in-with", provider: "line", atMs: 90_000 },
  ],
  expect: {
    page: [
      {
        kind: "page.settled",
        where: { method: "get", outcome: "rejected", name: "NotAllowedError" },
        times: 1,
      },
      {
        kind: "user.saw",
        where: { where: "page", text: "You are logged in." },
        atMs: [120_000, 130_000],
        times: 1,
      },
    ],
    rp: [
      { kind: "factor.enrolment", where: { factor: "line", change: "linked", by: "owner" }, times: 1 },
      { kind: "rp.login", where: { outcome: "accepted" }, times: 1 },
      { kind: "rp.row", where: { change: "deleted" }, times: 0 },
      { kind: "factor.lock", times: 0 },
    ],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "user-refused", "success"],
  },
};

const lineCodeLate = variantOf(lineWorks, "code-expired", {
  title: "The same, and the code is typed after four minutes: it lived three",
  story: "The person looked for the message too long. Nothing is linked.",
  knobs: { "idp.codeEntryMs": 240_000 },
  expect: {
    rp: [
      { kind: "rp.response", where: { call: "line/link", status: 401, code: "CODE_EXPIRED" }, times: 1 },
      { kind: "factor.enrolment", times: 0 },
    ],
    ledger: HEALTHY,
    // The refused passkey comes first, and no timer had a part in it.
    decidedBy: null,
    mechanisms: ["success", "user-refused", "code-expired"],
  },
});

const lineLinked = variantOf(lineWorks, "linked-before", {
  title: "The same with an account that was linked before: no code is needed",
  story: "One visit to the provider, and the person is in.",
  knobs: { "idp.line": "linked" },
  expect: {
    rp: [
      { kind: "rp.request", where: { call: "line/link" }, times: 0 },
      { kind: "rp.login", where: { outcome: "accepted" }, times: 1 },
    ],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "user-refused", "success"],
  },
});

const googleNotLinked: Scenario = {
  id: "fallback-google-not-linked",
  group: "fallback",
  title: "Signing in with Google: the account there is sound, and nobody linked it here",
  story: "The site says that there is no account. It opens no second one in silence, and counts no failure.",
  sources: ["field report: Mercari (no registration for this account)"],
  knobs: { "idp.google": "unlinked" },
  script: [{ do: "sign-in-with", provider: "google" }],
  expect: {
    page: [
      { kind: "user.saw", where: { where: "page", text: "There is no account for this sign-in." }, times: 1 },
    ],
    rp: [
      { kind: "rp.response", where: { call: "google/login", status: 404, code: "NOT_LINKED" }, times: 1 },
      { kind: "factor.enrolment", times: 0 },
      { kind: "factor.lock", times: 0 },
    ],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["not-linked"],
  },
};

const lockout: Scenario = {
  id: "monex-lockout-extended",
  group: "fallback",
  title: "Fifteen tries, one a minute, against a lock that every try extends: it never opens",
  story:
    "Owner and helper try by turns. The fifth failure locks the account for ten minutes, and every try within them begins the " +
    "ten minutes anew. At 15 minutes the right code is refused. A passkey login cancelled before all this counted for nothing, " +
    "and the passkey works in the middle of the lock.",
  sources: [
    "field report: Monex (vague repeated attempts may prolong the lock)",
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
  title: "The same against a lock that tries do not extend: it opens after ten minutes",
  story: "The lock ends at its time whatever anybody tries. The right code works from then on.",
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
  title: "The same with a lock that shuts the passkey out as well: no way in is left",
  story: "Guessing codes shuts the owner out of the one way in that cannot be guessed.",
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

const callCentre: Scenario = {
  id: "monex-callcentre-reset",
  group: "fallback",
  title: "The code never arrives; the call centre makes sure who is calling and enrols mail in its place",
  story:
    "At half past five in the evening nobody answers. At eight the next morning support asks questions for ten minutes, takes the " +
    "old factor away, enrols mail, keeps the passkeys and writes to the owner. The next login is by mail.",
  sources: ["field report: Monex (only a call-centre reset helps; mail as the safer choice)"],
  knobs: { "sms.route": "landline", "reset.hours": "weekday 08-17" },
  script: [
    // The run begins at nine in the morning in Japan, on a Thursday.
    { do: "request-code", factor: "sms", atMs: 30_600_000 },
    { do: "enter-code", factor: "sms" },
    { do: "call-centre" },
    { do: "request-code", factor: "sms" },
    { do: "request-code", factor: "mail" },
    { do: "enter-code", factor: "mail" },
  ],
  expect: {
    rp: [
      {
        kind: "factor.enrolment",
        where: { factor: "mail", change: "enrolled", by: "support" },
        atMs: [83_400_000, 83_401_000],
        times: 1,
      },
      { kind: "factor.enrolment", where: { factor: "sms", change: "revoked", by: "support" }, times: 1 },
      { kind: "factor.enrolment", where: { factor: "passkey", change: "kept", by: "support" }, times: 1 },
      { kind: "rp.response", where: { call: "sms/code", status: 409, code: "NOT_ENROLLED" }, times: 1 },
      {
        kind: "rp.mail",
        where: { subject: "Your sign-in methods were changed", stage: "delivered" },
        times: 1,
      },
      { kind: "factor.attempt", where: { factor: "mail", outcome: "accepted" }, times: 1 },
    ],
    ledger: { ...NOTHING, mails: 1 },
    decidedBy: null,
    mechanisms: ["code-undeliverable", "success", "not-enrolled", "success"],
  },
};

const callCentreRevokes = variantOf(callCentre, "passkeys-revoked", {
  title: "The same for an account with a passkey, which support takes away as well",
  story:
    "The key stays on the authenticator and the row is gone: an orphan that will be offered and refused.",
  knobs: { "reset.hours": "always", "reset.passkeys": "revoked" },
  script: [
    { do: "register" },
    { do: "call-centre", atMs: 60_000 },
    { do: "request-code", factor: "mail" },
    { do: "enter-code", factor: "mail" },
  ],
  expect: {
    rp: [
      { kind: "rp.row", where: { change: "deleted" }, atMs: [660_000, 661_000], times: 1 },
      { kind: "factor.enrolment", where: { factor: "passkey", change: "revoked", by: "support" }, times: 1 },
      { kind: "factor.attempt", where: { factor: "mail", outcome: "accepted" }, times: 1 },
    ],
    ledger: { keys: 1, rows: 0, orphans: 1, ghosts: 0, mails: 2 },
    decidedBy: null,
    mechanisms: ["success", "success", "success"],
  },
});

const circle: Scenario = {
  id: "mfa-change-needs-login",
  group: "fallback",
  title: "The settings page asks for the very factor that is broken",
  story:
    "Text messages do not arrive. To change that, the person would have to enter a code from a text message.",
  sources: ["field report: Monex (the factors cannot be changed while logged out)"],
  knobs: { "sms.route": "landline", "settings.requires": "enrolled-factor" },
  script: [
    { do: "request-code", factor: "sms" },
    { do: "enter-code", factor: "sms" },
    { do: "change-factor", to: "mail" },
  ],
  expect: {
    page: [
      {
        kind: "user.saw",
        where: { where: "page", text: "Please log in first to change your sign-in methods." },
        times: 1,
      },
    ],
    rp: [
      {
        kind: "rp.response",
        where: { call: "settings/factor", status: 401, code: "FACTOR_NEEDED" },
        times: 1,
      },
      { kind: "factor.enrolment", times: 0 },
    ],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["code-undeliverable", "factor-needed"],
  },
};

const twoFactors = variantOf(circle, "two-factors", {
  title: "The same with a second factor enrolled before: its code opens the settings",
  story: "The mail arrives, and with it the person changes what is broken.",
  knobs: { "factor.enrolled": "sms+mail" },
  script: [
    { do: "request-code", factor: "sms" },
    { do: "enter-code", factor: "sms" },
    { do: "request-code", factor: "mail" },
    { do: "enter-code", factor: "mail" },
    { do: "change-factor", to: "app" },
    { do: "enter-code", factor: "app" },
  ],
  expect: {
    rp: [
      { kind: "factor.enrolment", where: { factor: "app", change: "enrolled", by: "owner" }, times: 1 },
      { kind: "factor.enrolment", where: { change: "revoked", by: "owner" }, times: 2 },
      { kind: "factor.attempt", where: { factor: "app", outcome: "accepted" }, times: 1 },
    ],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["code-undeliverable", "success", "success", "success"],
  },
});

const helper: Scenario = {
  id: "helper-second-device",
  group: "fallback",
  title: "A helper opens the login on another device, and the owner's own login is refused",
  story:
    "The site keeps one challenge an account. While the owner is busy with the phone, somebody who means to help opens the same " +
    "login elsewhere: the owner's challenge is gone, and a good signature is refused.",
  sources: ["field report: Monex (help from the family or in the shop; passwords are not shared)"],
  knobs: { ...PATIENT_PHONE, "rp.challengePer": "account" },
  script: [
    { do: "register" },
    { do: "set", knobs: { "key.touchDelayMs": 20_000 } },
    { do: "login", atMs: 60_000, inBackground: true },
    { do: "login", atMs: 70_000, by: "helper" },
  ],
  expect: {
    ctap: [{ kind: "ctap.response", where: { command: "getAssertion", status: "OK" }, times: 1 }],
    rp: [
      {
        kind: "rp.login",
        where: { outcome: "refused", reason: "CHALLENGE_SUPERSEDED" },
        atMs: [80_000, 82_000],
        times: 1,
      },
      { kind: "rp.login", where: { outcome: "accepted" }, times: 0 },
    ],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "challenge-superseded", "no-authenticator"],
  },
};

const helperPerSession = variantOf(helper, "per-session", {
  title: "The same with challenges that belong to a session: both logins live, the owner's succeeds",
  story: "What happens on the other device is no business of this one.",
  knobs: { "rp.challengePer": "session" },
  expect: {
    rp: [{ kind: "rp.login", where: { outcome: "accepted" }, atMs: [80_000, 82_000], times: 1 }],
    ledger: HEALTHY,
    decidedBy: "client.ceremony",
    mechanisms: ["success", "success", "no-authenticator"],
  },
});

/** Accounts, locks, resets and helpers. */
export const FALLBACK_ACCOUNTS: readonly Scenario[] = [
  lineWorks,
  lineCodeLate,
  lineLinked,
  googleNotLinked,
  lockout,
  lockoutFixed,
  lockoutPasskeyToo,
  callCentre,
  callCentreRevokes,
  circle,
  twoFactors,
  helper,
  helperPerSession,
];
