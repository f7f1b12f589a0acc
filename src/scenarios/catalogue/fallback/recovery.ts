import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { HEALTHY, NOTHING, PATIENT_PHONE } from "../knob-sets.js";

const callCentre: Scenario = {
  id: "call-centre-factor-reset",
  group: "fallback",
  title: "The code never arrives; the call centre verifies the caller and enrols mail in its place",
  story:
    "At half past five in the evening the call centre is closed. At eight the next morning support asks " +
    "questions for ten minutes, removes the old factor, enrols mail, keeps the passkeys and writes to the " +
    "owner. The next login is by mail.",
  sources: ["Field report: Monex customer: only a reset by the call centre helps; mail is the safer choice"],
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
  title: "The call centre resets an account that has a passkey, and revokes the passkey as well",
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
    "Text messages do not arrive. To change that, the user would have to enter a code from a text message.",
  sources: ["Field report: Monex customer: the factors cannot be changed while logged out"],
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
  title: "A second factor was enrolled before the first one broke: its code opens the settings",
  story: "The mail arrives, and with it the user changes the broken factor.",
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
    "The site keeps one challenge for each account. While the owner is busy with the phone, a helper opens the " +
    "same login on another device. The owner's challenge is replaced, and a valid signature is refused.",
  sources: ["Field report: Monex customer: help from the family or in a shop; passwords are not shared"],
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
  title:
    "A helper opens the login on another device, and challenges belong to sessions: the owner's login succeeds",
  story: "The login on the other device does not touch the owner's challenge.",
  knobs: { "rp.challengePer": "session" },
  expect: {
    rp: [{ kind: "rp.login", where: { outcome: "accepted" }, atMs: [80_000, 82_000], times: 1 }],
    ledger: HEALTHY,
    decidedBy: "client.ceremony",
    mechanisms: ["success", "success", "no-authenticator"],
  },
});

/** Changing what is broken: call centre, settings, and a helper. */
export const RECOVERY: readonly Scenario[] = [
  callCentre,
  callCentreRevokes,
  circle,
  twoFactors,
  helper,
  helperPerSession,
];
