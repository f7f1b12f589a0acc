import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { HEALTHY, NOTHING } from "../knob-sets.js";

const passwordForgotten: Scenario = {
  id: "password-forgotten",
  group: "fallback",
  title: "The user has forgotten the password: what might be right is not",
  story:
    "The browser remembers nothing on the new computer. The user tries what might be right, and the site answers that ID or " +
    "password is wrong. A code would be the next step, and the form asks for the password first.",
  sources: [
    "NIST SP 800-63B section 3.2.2 (throttling)",
    "Field report: Monex customer: locked after several tries",
  ],
  knobs: { "user.forgot": "password" },
  script: [{ do: "enter-password" }, { do: "enter-password", atMs: 20_000 }],
  expect: {
    rp: [
      { kind: "factor.attempt", where: { factor: "password", reason: "PASSWORD_WRONG" }, times: 2 },
      { kind: "rp.login", where: { outcome: "accepted" }, times: 0 },
    ],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["password-wrong", "password-wrong"],
  },
};

const passwordLocked = variantOf(passwordForgotten, "locked", {
  title: "The user has forgotten the password: every try counts, and the fifth locks the account",
  story: "The lock is for the account, its codes included: the way round the password is closed too.",
  script: [
    { do: "enter-password" },
    { do: "enter-password", atMs: 20_000 },
    { do: "enter-password", atMs: 40_000 },
    { do: "enter-password", atMs: 60_000 },
    { do: "enter-password", atMs: 80_000 },
    { do: "request-code", factor: "sms", atMs: 100_000 },
  ],
  expect: {
    rp: [
      { kind: "factor.attempt", where: { factor: "password", reason: "PASSWORD_WRONG" }, times: 5 },
      { kind: "factor.lock", where: { change: "locked", failures: 5 }, times: 1 },
      { kind: "rp.response", where: { call: "sms/code", status: 423 }, times: 1 },
    ],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: [
      "password-wrong",
      "password-wrong",
      "password-wrong",
      "password-wrong",
      "password-wrong",
      "locked-out",
    ],
  },
});

const idForgotten = variantOf(passwordForgotten, "id", {
  title: "The user has forgotten the ID: the site says what it says of a wrong password",
  story: "The site must not tell which accounts there are. The user changes the password in vain.",
  knobs: { "user.forgot": "id" },
  script: [{ do: "enter-password" }, { do: "call-centre", atMs: 60_000 }, { do: "enter-password" }],
  expect: {
    rp: [
      { kind: "rp.response", where: { call: "password/login", status: 401, code: "ID_UNKNOWN" }, times: 1 },
      { kind: "rp.login", where: { outcome: "accepted" }, times: 1 },
    ],
    ledger: { ...NOTHING, mails: 1 },
    decidedBy: null,
    mechanisms: ["password-wrong", "success", "success"],
  },
});

const appLost: Scenario = {
  id: "app-lost-with-phone",
  group: "fallback",
  title:
    "The authenticator app was on the phone that is gone: there is no code, and no way to enrol another app",
  story:
    "The user changed phones, and the app's secrets stayed on the old one. The site asks for six digits that no device of " +
    "the user shows; the settings page asks for them too. The call centre enrols a new factor.",
  sources: [
    "public issues: mattrubin/Authenticator 371 and 459, google/google-authenticator 670, mozilla/fxa 18589",
  ],
  knobs: { "factor.enrolled": "app", "app.lost": true },
  script: [
    { do: "enter-code", factor: "app" },
    { do: "change-factor", to: "mail", atMs: 60_000 },
    { do: "call-centre", atMs: 120_000 },
    { do: "request-code", factor: "mail" },
    { do: "enter-code", factor: "mail" },
  ],
  expect: {
    page: [{ kind: "user.answered", where: { prompt: "code app", answer: "app-lost" }, times: 1 }],
    rp: [
      {
        kind: "rp.response",
        where: { call: "settings/factor", status: 401, code: "FACTOR_NEEDED" },
        times: 1,
      },
      { kind: "factor.enrolment", where: { factor: "mail", change: "enrolled", by: "support" }, times: 1 },
      { kind: "factor.attempt", where: { factor: "mail", outcome: "accepted" }, times: 1 },
    ],
    ledger: { ...NOTHING, mails: 1 },
    decidedBy: null,
    mechanisms: ["factor-lost", "factor-needed", "success", "success"],
  },
};

const unusualDevice: Scenario = {
  id: "rp-unusual-device-challenged",
  group: "fallback",
  title: "A login with a sound passkey from a new computer is refused until a code was entered",
  story:
    "The site's risk check does not know the browser. The user scanned, confirmed, and reads that the login failed; only a " +
    "code by mail makes the browser known. Where cookies are cleared each time, every login is one from a new device.",
  sources: [
    "NIST SP 800-63B section 5.3 (risk-based session management)",
    "Help pages of SBI Securities (device authentication: a code by mail for a device that is not registered)",
  ],
  knobs: { "rp.unusualDevice": "challenged", "factor.enrolled": "mail" },
  script: [
    { do: "register" },
    { do: "set", knobs: { "client.known": false } },
    { do: "login", atMs: 60_000 },
    { do: "request-code", factor: "mail", atMs: 120_000 },
    { do: "enter-code", factor: "mail" },
    { do: "login", atMs: 180_000 },
  ],
  expect: {
    rp: [
      { kind: "rp.login", where: { outcome: "refused", reason: "DEVICE_CHECK_NEEDED" }, times: 1 },
      { kind: "factor.attempt", where: { factor: "mail", outcome: "accepted" }, times: 1 },
      { kind: "rp.response", where: { call: "login/finish", status: 200 }, times: 1 },
    ],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "unusual-device", "success", "success"],
  },
};

const unusualRefused = variantOf(unusualDevice, "refused", {
  title: "A login with a sound passkey from a new computer is refused, and the site offers nothing else",
  story: "No code helps. The user has to go to a computer that was used before.",
  knobs: { "rp.unusualDevice": "refused" },
  expect: {
    rp: [{ kind: "rp.login", where: { outcome: "refused", reason: "DEVICE_UNUSUAL" }, times: 2 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "unusual-device", "success", "unusual-device"],
  },
});

/** Users who lost what they know or have, and sites that do not know the browser. */
export const LOST_ACCESS: readonly Scenario[] = [
  passwordForgotten,
  passwordLocked,
  idForgotten,
  appLost,
  unusualDevice,
  unusualRefused,
];
