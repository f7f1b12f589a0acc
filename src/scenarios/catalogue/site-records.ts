import type { Scenario } from "../scenario.js";
import { variantOf } from "../variant.js";
import { HEALTHY, NOTHING, ORPHAN, PATIENT_PHONE } from "./knob-sets.js";

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

/** Mechanism O. */
const flagLockout: Scenario = {
  id: "rp-flag-before-credential-lockout",
  group: "site",
  title: "The account is switched to passkeys before there is one, and the registration fails: locked out",
  story:
    "The site sets its flag when options are asked for. The answer of the phone is lost. From then on the password is " +
    "refused, and there is no passkey the site knows.",
  sources: [
    "public reports around Rakuten Securities (a passkey is active, ID and password are refused)",
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
    mechanisms: ["flag-before-credential", "flag-before-credential", "no-credential"],
  },
};

const flagAtFirstLogin = variantOf(flagLockout, "first-login", {
  title: "The same with a flag that waits for the first verified assertion: the password still works",
  story: "The registration fails as before; nothing was switched over, so nothing is lost.",
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
    rp: [{ kind: "rp.response", where: { call: "login/options", transports: "internal" }, times: 1 }],
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

const notFresh: Scenario = {
  id: "rp-session-not-fresh",
  group: "site",
  title: "Passkeys may be created within 10 s of signing in; the person read the page first",
  story:
    "After five minutes the site refuses to give options. The browser is never asked, and the page says no more than that it failed.",
  sources: ["public issues: better-auth-ui/better-auth-ui 86, keycloak/keycloak 35276"],
  knobs: { "rp.freshAgeMs": 10_000 },
  script: [{ do: "enter-password" }, { do: "wait", forMs: 300_000 }, { do: "register" }],
  expect: {
    ctap: [{ kind: "ctap.request", times: 0 }],
    page: [{ kind: "page.called", times: 0 }],
    rp: [
      {
        kind: "rp.response",
        where: { call: "registration/options", status: 403, code: "SESSION_NOT_FRESH" },
        times: 1,
      },
    ],
    ledger: NOTHING,
    decidedBy: "rp.fresh",
    mechanisms: ["success", "session-not-fresh"],
  },
};

const freshAgain = variantOf(notFresh, "signed-in-again", {
  title: "The same, with the password asked for in place: the registration goes on",
  story: "The site lets the person prove who they are where they are, and resumes.",
  script: [
    { do: "enter-password" },
    { do: "wait", forMs: 300_000 },
    { do: "register" },
    { do: "enter-password" },
    { do: "register" },
  ],
  expect: {
    rp: [{ kind: "rp.row", where: { change: "created" }, times: 1 }],
    ledger: HEALTHY,
    decidedBy: "rp.fresh",
    mechanisms: ["success", "session-not-fresh", "success", "success"],
  },
});

const linkConsumed: Scenario = {
  id: "rp-link-consumed-first-click",
  group: "site",
  title: "The mailed link is spent by the first click; the first attempt fails on the phone",
  story:
    "The person says no by mistake. The link that led here has been used, and a second attempt is not let in.",
  sources: ["public issue: zitadel/zitadel 12499"],
  knobs: { ...PATIENT_PHONE, "rp.linkSingleUse": "click", "key.decision": "decline" },
  script: [
    { do: "register" },
    { do: "set", knobs: { "key.decision": "approve" } },
    { do: "register", atMs: 60_000 },
  ],
  expect: {
    ctap: [{ kind: "ctap.request", where: { command: "makeCredential" }, times: 1 }],
    page: [{ kind: "page.called", where: { method: "create" }, times: 1 }],
    rp: [
      {
        kind: "rp.response",
        where: { call: "registration/options", status: 410, code: "LINK_USED" },
        times: 1,
      },
    ],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["user-refused", "link-consumed"],
  },
};

const linkAtFinish = variantOf(linkConsumed, "at-finish", {
  title: "The same with a link that is spent by a success only: the second attempt works",
  story: "A failed attempt costs nothing.",
  knobs: { "rp.linkSingleUse": "finish" },
  expect: {
    rp: [{ kind: "rp.row", where: { change: "created" }, times: 1 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["user-refused", "success"],
  },
});

/** What the site writes down, when, and who may ask it to. */
export const SITE_RECORDS: readonly Scenario[] = [
  replicaLag,
  replicaLagShort,
  replicaLagAtFinish,
  replicaLagPrimary,
  flagLockout,
  flagAtFirstLogin,
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
  notFresh,
  freshAgain,
  linkConsumed,
  linkAtFinish,
];
