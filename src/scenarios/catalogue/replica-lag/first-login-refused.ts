import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { HEALTHY, PATIENT_PHONE } from "../knob-sets.js";

/** Mechanism G alone. */
const firstLogin: Scenario = {
  id: "first-login-refused",
  group: "replica-lag",
  title: "The first login after a good registration fails, the second works: the read replica lagged",
  story:
    "Login options come from a read replica that is 60 s behind. It does not know the new passkey yet, so the " +
    "site asks for a credential the authenticator does not have. A minute later the same login works.",
  sources: [
    "Field report: Rakuten Securities customer, passkey by QR code: first login refused, second works",
    "public issue: pocket-id/pocket-id 882 (record not found, retry works)",
  ],
  knobs: { "rp.replicaLagMs": 60_000 },
  script: [{ do: "register" }, { do: "login", atMs: 20_000 }, { do: "login", atMs: 90_000 }],
  expect: {
    ctap: [
      {
        kind: "ctap.response",
        where: { command: "getAssertion", status: "NO_CREDENTIALS" },
        atMs: [20_000, 30_000],
      },
      {
        kind: "ctap.response",
        where: { command: "getAssertion", status: "OK" },
        atMs: [90_000, 95_000],
        times: 1,
      },
    ],
    page: [
      {
        kind: "page.settled",
        where: { method: "get", outcome: "rejected", reason: "no-credential" },
        times: 1,
      },
      { kind: "page.settled", where: { method: "get", outcome: "resolved" }, times: 1 },
    ],
    rp: [
      { kind: "rp.row", where: { change: "visible" }, atMs: [60_000, 65_000], times: 1 },
      { kind: "rp.login", where: { outcome: "accepted" }, times: 1 },
    ],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "read-replica-lag", "success"],
  },
};

const nothingFound = {
  kind: "ctap.response",
  where: { command: "getAssertion", status: "NO_CREDENTIALS" },
  atMs: [20_000, 30_000],
  times: 1,
} as const;

const secondWorks = {
  kind: "rp.login",
  where: { outcome: "accepted" },
  atMs: [90_000, 96_000],
  times: 1,
} as const;

const byIndex = variantOf(firstLogin, "index-lag", {
  title: "First login refused, second works: the phone's index did not have the new passkey yet",
  story:
    "The site asks for the right credential and the phone stores it, but the phone's index finds it only a " +
    "minute later.",
  sources: [
    "Field report: Rakuten Securities customer, passkey by QR code: first login refused, second works",
    "Observed: passkeys found 7 to 20 s after their creation",
  ],
  knobs: { ...PATIENT_PHONE, "rp.replicaLagMs": 0, "key.indexLagMs": 60_000 },
  expect: {
    ctap: [nothingFound],
    rp: [{ kind: "rp.row", where: { change: "visible" }, atMs: [0, 10_000], times: 1 }, secondWorks],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "phone-index-lag", "success"],
  },
});

/** Mechanism D, at login. */
const byOrphan = variantOf(firstLogin, "orphan-picked", {
  title: "First login refused, second works: the user picked a passkey left behind by a failed registration",
  story:
    "The first registration lost its answer, the second one worked. User handles differ, so the phone shows two " +
    "passkeys. The older one signs, and the site does not know it.",
  knobs: {
    ...PATIENT_PHONE,
    "rp.replicaLagMs": 0,
    "link.seenAs": "hybrid",
    "link.breaks": "after-answer",
    "rp.userIdStable": false,
    "rp.allowList": "empty",
  },
  script: [
    { do: "register" },
    { do: "register" },
    { do: "set", knobs: { "key.picksAccount": 1 } },
    { do: "login", atMs: 20_000 },
    { do: "set", knobs: { "key.picksAccount": 0 } },
    { do: "login", atMs: 90_000 },
  ],
  expect: {
    ctap: [{ kind: "ctap.credential", where: { change: "used" }, times: 2 }],
    rp: [
      { kind: "rp.login", where: { outcome: "refused", reason: "UNKNOWN_CREDENTIAL" }, times: 1 },
      secondWorks,
    ],
    ledger: { keys: 2, rows: 1, orphans: 1, ghosts: 0, mails: 1 },
    decidedBy: null,
    mechanisms: ["lost-answer", "success", "unknown-credential", "success"],
    consequences: ["orphan", "second-passkey"],
  },
});

const byCommit = variantOf(firstLogin, "late-commit", {
  title: "First login refused, second works: the site answered 200 and wrote the row a minute later",
  story:
    "The site answered finish with 200 before it committed the row. A login within that minute is refused as " +
    "unknown.",
  knobs: { "rp.replicaLagMs": 0, "rp.commitDelayMs": 60_000 },
  expect: {
    ctap: [nothingFound],
    rp: [{ kind: "rp.row", where: { change: "created" }, atMs: [60_000, 65_000], times: 1 }, secondWorks],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "late-commit", "success"],
  },
});

const byLink = variantOf(firstLogin, "link-flake", {
  title: "First login refused, second works: the first login never reached the phone",
  story: "The link to the phone did not come up. Neither the site nor the phone's store had a part in it.",
  knobs: { ...PATIENT_PHONE, "rp.replicaLagMs": 0, "link.seenAs": "hybrid" },
  script: [
    { do: "register" },
    { do: "set", knobs: { "link.breaks": "before-request" } },
    { do: "login", atMs: 20_000 },
    { do: "login", atMs: 90_000 },
  ],
  expect: {
    ctap: [{ kind: "ctap.request", where: { command: "getAssertion" }, atMs: [90_000, 95_000], times: 1 }],
    link: [{ kind: "link.hybrid", where: { stage: "tunnel-refused" }, times: 1 }],
    rp: [secondWorks],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "link-flake-per-attempt", "success"],
  },
});

const byPhone = variantOf(firstLogin, "other-phone", {
  title: "First login refused, second works: the user took the phone that does not have the passkey",
  story: "The user has two phones and one passkey, and scans with the wrong phone first.",
  knobs: { ...PATIENT_PHONE, "rp.replicaLagMs": 0 },
  script: [
    { do: "register" },
    { do: "set", knobs: { "key.which": "second" } },
    { do: "login", atMs: 20_000 },
    { do: "set", knobs: { "key.which": "first" } },
    { do: "login", atMs: 90_000 },
  ],
  expect: {
    ctap: [nothingFound],
    rp: [secondWorks],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "other-authenticator", "success"],
  },
});

/** The first login is refused and the second works: a lagging replica, and five other causes that look the same. */
export const FIRST_LOGIN_REFUSED: readonly Scenario[] = [
  firstLogin,
  byIndex,
  byOrphan,
  byCommit,
  byLink,
  byPhone,
];
