import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { HEALTHY, ORPHAN, PATIENT_PHONE } from "../knob-sets.js";

const singlePasskey: Scenario = {
  id: "rp-single-passkey-replace",
  group: "rp-records",
  title:
    "One passkey for each account: the old row is deleted when the new registration begins, and the new one " +
    "fails",
  story:
    "The user has a passkey on the first device and registers the second. The site deletes the old row when it " +
    "issues options; the new answer is lost on the way. The account has no passkey left.",
  sources: ["Public page: Rakuten Securities, one passkey for each account"],
  knobs: { ...PATIENT_PHONE, "rp.maxPasskeys": 1, "rp.replaceAt": "options", "rp.excludeList": "empty" },
  script: [
    { do: "register" },
    { do: "set", knobs: { "key.which": "second", "link.breaks": "after-answer", "link.seenAs": "hybrid" } },
    { do: "register", atMs: 60_000 },
    { do: "set", knobs: { "key.which": "first", "link.breaks": "never" } },
    { do: "login", atMs: 120_000 },
  ],
  expect: {
    rp: [
      { kind: "rp.row", where: { change: "deleted" }, atMs: [60_000, 61_000], times: 1 },
      { kind: "rp.login", where: { outcome: "accepted" }, times: 0 },
    ],
    ledger: { keys: 2, rows: 0, orphans: 2, ghosts: 0, mails: 1 },
    decidedBy: null,
    mechanisms: ["success", "lost-answer", "no-credential"],
    consequences: ["single-passkey-replaced"],
  },
};

const singlePasskeyAtCommit = variantOf(singlePasskey, "at-commit", {
  title: "One passkey for each account, replaced in the commit of the new one: the old passkey still works",
  story: "The new registration fails before the commit, so the old row stays.",
  knobs: { "rp.replaceAt": "commit" },
  expect: {
    rp: [
      { kind: "rp.row", where: { change: "deleted" }, times: 0 },
      { kind: "rp.login", where: { outcome: "accepted" }, times: 1 },
    ],
    ledger: { keys: 2, rows: 1, orphans: 1, ghosts: 0, mails: 1 },
    decidedBy: null,
    mechanisms: ["success", "lost-answer", "success"],
  },
});

const excluded: Scenario = {
  id: "rp-retry-excluded-credential",
  group: "rp-records",
  title: "The registration worked, the user believes it failed and tries again",
  story:
    "The exclude list has the passkey that is already there. After the gesture the phone says so, and the page " +
    "gets InvalidStateError.",
  sources: [
    "public issues: 2witstudios/PageSpace 1014, w3c/webauthn 1566, peterferguson/react-native-passkeys 45, solokeys/solo1 361",
  ],
  knobs: { ...PATIENT_PHONE },
  script: [{ do: "register" }, { do: "register", atMs: 60_000 }, { do: "login", atMs: 120_000 }],
  expect: {
    ctap: [
      {
        kind: "ctap.response",
        where: { command: "makeCredential", status: "CREDENTIAL_EXCLUDED" },
        times: 1,
      },
    ],
    page: [{ kind: "page.settled", where: { outcome: "rejected", name: "InvalidStateError" }, times: 1 }],
    rp: [
      { kind: "rp.request", where: { call: "registration/finish" }, times: 1 },
      { kind: "rp.login", where: { outcome: "accepted" }, times: 1 },
    ],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "already-registered", "success"],
  },
};

const flagLockout: Scenario = {
  id: "rp-flag-before-credential-lockout",
  group: "rp-records",
  title: "The account is switched to passkeys before it has one, and the registration fails: locked out",
  story:
    "The site sets its flag when it issues options. The phone's answer is lost. From then on the password is " +
    "refused, and the site knows no passkey.",
  sources: [
    "Field report: Rakuten Securities customers: a passkey is active, ID and password are refused",
    "public issues: ferriskey/ferriskey 1316, securo-finance/securo 534",
  ],
  knobs: { ...PATIENT_PHONE, "rp.flagAt": "options", "link.seenAs": "hybrid", "link.breaks": "after-answer" },
  script: [{ do: "register" }, { do: "enter-password", atMs: 60_000 }, { do: "login", atMs: 90_000 }],
  expect: {
    ctap: [{ kind: "ctap.credential", where: { change: "created" }, times: 1 }],
    rp: [
      { kind: "rp.flag", where: { flag: "passkey", value: true }, atMs: [0, 1_000], times: 1 },
      { kind: "rp.response", where: { call: "password/login", status: 403, code: "PASSWORD_OFF" }, times: 1 },
      { kind: "rp.login", where: { outcome: "accepted" }, times: 0 },
    ],
    ledger: ORPHAN,
    decidedBy: null,
    mechanisms: ["lost-answer", "flag-before-credential", "no-credential"],
    consequences: ["flag-before-credential"],
  },
};

const flagAtFirstLogin = variantOf(flagLockout, "first-login", {
  title:
    "The account is switched to passkeys by the first verified login: after a failed registration the password " +
    "still works",
  story: "The registration fails, and nothing was switched over, so no access is lost.",
  knobs: { "rp.flagAt": "first-login" },
  script: [{ do: "register" }, { do: "enter-password", atMs: 60_000 }],
  expect: {
    rp: [
      { kind: "rp.flag", times: 0 },
      { kind: "rp.login", where: { outcome: "accepted" }, times: 1 },
    ],
    ledger: ORPHAN,
    decidedBy: null,
    mechanisms: ["lost-answer", "success"],
  },
});

/** What the site allows an account to have. */
export const ACCOUNT_RULES: readonly Scenario[] = [
  singlePasskey,
  singlePasskeyAtCommit,
  excluded,
  flagLockout,
  flagAtFirstLogin,
];
