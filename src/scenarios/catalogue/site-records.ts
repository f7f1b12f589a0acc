import type { Scenario } from "../scenario.js";
import { variantOf } from "../variant.js";
import { HEALTHY, PATIENT_PHONE } from "./knob-sets.js";

const replicaLag: Scenario = {
  id: "rp-replica-lag",
  group: "site",
  title: "The read copy is 90 s behind, and the person logs in three seconds after the registration",
  story: "Login options do not know the new passkey, so the phone finds nothing. Waiting heals it.",
  sources: ["mechanism G", "public issue: pocket-id/pocket-id 882 (record not found, retry works)"],
  knobs: { ...PATIENT_PHONE, "rp.replicaLagMs": 90_000 },
  script: [{ do: "register" }, { do: "wait", forMs: 3_000 }, { do: "login" }, { do: "login", atMs: 120_000 }],
  expect: {
    ctap: [{ kind: "ctap.response", where: { command: "getAssertion", status: "NO_CREDENTIALS" }, times: 1 }],
    rp: [{ kind: "rp.login", where: { outcome: "accepted" }, times: 1 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "read-replica-lag", "success"],
  },
};

const replicaLagShort = variantOf(replicaLag, "500ms", {
  title: "The same with half a second of lag: nobody is that fast",
  story: "The copy has caught up before the person can log in.",
  knobs: { "rp.replicaLagMs": 500 },
  expect: {
    rp: [{ kind: "rp.login", where: { outcome: "accepted" }, times: 2 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "success", "success"],
  },
});

const replicaLagAtFinish = variantOf(replicaLag, "finish", {
  title: "The same at the other end: finish looks the credential up in the copy, and does not find it",
  story:
    "Options name no credential, the phone signs with the right one, and the site says it does not know it.",
  knobs: { "rp.allowList": "empty", "rp.finishReads": "replica" },
  expect: {
    rp: [
      { kind: "rp.login", where: { outcome: "refused", reason: "UNKNOWN_CREDENTIAL" }, times: 1 },
      { kind: "rp.login", where: { outcome: "accepted" }, times: 1 },
    ],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "read-replica-lag", "success"],
  },
});

const replicaLagPrimary = variantOf(replicaLag, "primary", {
  title: "The same with login options from the primary: the login works at once",
  story: "Whoever wrote reads what they wrote.",
  knobs: { "rp.loginReads": "primary" },
  expect: replicaLagShort.expect,
});

const singlePasskey: Scenario = {
  id: "rp-single-passkey-replace",
  group: "site",
  title: "One passkey an account: the old one goes when the new one begins, and the new one fails",
  story:
    "The person has a passkey on the first device and registers the second. The site deletes the old row when options " +
    "are asked for; the new answer is lost on the way. None is left.",
  sources: ["public page: Rakuten Securities, one passkey for an account"],
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
    mechanisms: ["success", "single-passkey-replaced", "no-credential"],
  },
};

const singlePasskeyAtCommit = variantOf(singlePasskey, "at-commit", {
  title: "The same, replaced in the transaction that commits the new one: the old passkey still works",
  story: "The new registration fails before the commit, so the old row never went.",
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
  group: "site",
  title: "The registration worked, the person believes it failed and tries again",
  story:
    "The exclude list has the passkey that is already there; after the gesture the phone says so, and the page gets InvalidStateError.",
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

const signCounter: Scenario = {
  id: "rp-sign-counter-synced",
  group: "site",
  title: "A passkey on two devices, each with a count of its own: a strict site refuses the second",
  story:
    "The passkey synchronises; the counter does not. After two logins from the first device the second one counts from " +
    "the beginning, and the site takes a sound signature for a clone.",
  sources: [
    "public issue: securo-finance/securo 534",
    "WebAuthn Level 3 §6.1.1 (signature counter considerations)",
  ],
  knobs: { ...PATIENT_PHONE, "key.signCounter": "per-credential", "key.second": "synced" },
  script: [
    { do: "register" },
    { do: "login", atMs: 30_000 },
    { do: "login", atMs: 60_000 },
    { do: "set", knobs: { "key.which": "second" } },
    { do: "login", atMs: 90_000 },
  ],
  expect: {
    ctap: [{ kind: "ctap.credential", where: { change: "used" }, actor: "key-2", times: 1 }],
    rp: [
      { kind: "rp.login", where: { outcome: "accepted" }, times: 2 },
      { kind: "rp.login", where: { outcome: "refused", reason: "RP_COUNTER" }, times: 1 },
    ],
    ledger: { ...HEALTHY, keys: 2 },
    decidedBy: null,
    mechanisms: ["success", "success", "success", "sign-counter"],
  },
};

const signCounterSignal = variantOf(signCounter, "signal", {
  title: "The same with a site that takes the counter for a signal: the login works",
  story: "The passkey is backup eligible, and the site knows what that means for counters.",
  knobs: { "rp.signCounter": "signal" },
  expect: {
    rp: [{ kind: "rp.login", where: { outcome: "accepted" }, times: 3 }],
    ledger: { ...HEALTHY, keys: 2 },
    decidedBy: null,
    mechanisms: ["success", "success", "success", "success"],
  },
});

const signCounterZero = variantOf(signCounter, "zero", {
  title: "The same with an authenticator that does not count: zero never rises, and nobody minds",
  story: "Phones that synchronise passkeys report zero, and even a strict site accepts that.",
  knobs: { "key.signCounter": "zero" },
  expect: signCounterSignal.expect,
});

const truncated: Scenario = {
  id: "rp-credential-id-truncated",
  group: "site",
  title: "The column for credential ids holds 32 bytes, the id has more: registered, and never found again",
  story:
    "The database cuts the id off without a word. The registration looks perfect; at login the site asks for an id that no " +
    "authenticator has.",
  sources: ["public issue: lbuchs/WebAuthn 113 (ids of Android are longer)"],
  knobs: { "rp.idColumnBytes": 32, "rp.residentKey": "discouraged" },
  script: [{ do: "register" }, { do: "login", atMs: 30_000 }],
  expect: {
    ctap: [{ kind: "ctap.response", where: { command: "getAssertion", status: "NO_CREDENTIALS" }, times: 1 }],
    page: [{ kind: "user.saw", where: { where: "page", tone: "success" }, times: 1 }],
    rp: [{ kind: "rp.login", where: { outcome: "accepted" }, times: 0 }],
    ledger: { keys: 1, rows: 1, orphans: 1, ghosts: 1, mails: 1 },
    decidedBy: null,
    mechanisms: ["success", "credential-id-truncated"],
  },
};

const truncatedAt16 = variantOf(truncated, "16-bytes", {
  title: "The same with a column of 16 bytes: even the short ids of discoverable passkeys are cut off",
  story: "Not only long ids are lost: this column fits none that this key makes.",
  knobs: { "rp.idColumnBytes": 16, "rp.residentKey": "required" },
});

const truncatedFits = variantOf(truncated, "id-of-32-bytes", {
  title: "The same column and an id of 32 bytes: works, which is why nobody noticed",
  story:
    "Discoverable passkeys of this key have ids of exactly 32 bytes. Tested with that key, the column looks fine.",
  knobs: { "rp.residentKey": "required" },
  expect: {
    rp: [{ kind: "rp.login", where: { outcome: "accepted" }, times: 1 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "success"],
  },
});

const truncatedWide = variantOf(truncated, "1023-bytes", {
  title: "The same id in a column of 1023 bytes: works",
  story: "The longest id the specification allows fits.",
  knobs: { "rp.idColumnBytes": 1_023 },
  expect: truncatedFits.expect,
});

const internalOnly: Scenario = {
  id: "rp-transports-internal-only",
  group: "site",
  title: 'The site stored "internal" for a passkey on a phone: on a computer nothing offers a QR code',
  story:
    "The passkey is on the phone. On another computer the site asks for it as if it were built in there: the browser shows " +
    "no QR code, asks for a security key, and waits until its timer ends.",
  sources: ["public issue: bitwarden/clients 10649", "field report: Mercari (only a USB key is asked for)"],
  knobs: { ...PATIENT_PHONE, "rp.transports": "internal-only" },
  script: [
    { do: "register" },
    { do: "set", knobs: { "key.elsewhere": true } },
    { do: "login", atMs: 60_000 },
  ],
  expect: {
    ctap: [{ kind: "ctap.request", where: { command: "getAssertion" }, times: 0 }],
    page: [
      { kind: "user.saw", where: { where: "os", text: "Insert your security key" }, times: 1 },
      {
        kind: "page.settled",
        where: { method: "get", outcome: "rejected", name: "NotAllowedError" },
        times: 1,
      },
    ],
    rp: [{ kind: "rp.response", where: { call: "login/options", transports: ["internal"] }, times: 1 }],
    ledger: HEALTHY,
    decidedBy: "client.ceremony",
    mechanisms: ["success", "transports-internal-only"],
  },
};

const withHybrid = variantOf(internalOnly, "with-hybrid", {
  title: 'The same with "hybrid" added for a passkey that synchronises: the QR code is offered',
  story: "The site adds what the browser may not have reported, and the phone is reached.",
  knobs: { "rp.transports": "with-hybrid" },
  expect: {
    ctap: [{ kind: "ctap.response", where: { command: "getAssertion", status: "OK" }, times: 1 }],
    rp: [{ kind: "rp.login", where: { outcome: "accepted" }, times: 1 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "success"],
  },
});

const transportsOmitted = variantOf(internalOnly, "omitted", {
  title: "The same without any word on transports: browsers then offer every way",
  story: "Saying nothing is better than saying something wrong.",
  knobs: { "rp.transports": "omitted" },
  expect: withHybrid.expect,
});

/** What the site writes down, and what it reads back. */
export const SITE_RECORDS: readonly Scenario[] = [
  replicaLag,
  replicaLagShort,
  replicaLagAtFinish,
  replicaLagPrimary,
  singlePasskey,
  singlePasskeyAtCommit,
  excluded,
  signCounter,
  signCounterSignal,
  signCounterZero,
  truncated,
  truncatedAt16,
  truncatedFits,
  truncatedWide,
  internalOnly,
  withHybrid,
  transportsOmitted,
];
