import type { Scenario } from "../scenario.js";
import { variantOf } from "../variant.js";
import { HEALTHY, ORPHAN, PATIENT_PHONE } from "./knob-sets.js";

const shortChallenge: Scenario = {
  id: "rp-challenge-shorter-than-client",
  group: "site",
  title: "The site's challenge lives 60 s, the browser allows 180, the person takes 120",
  story:
    "The person confirms on the phone and the promise resolves, but the challenge is dead by then: the site refuses. " +
    "The phone shows a success, and holds a key nobody knows.",
  sources: [
    "public issues: w3c/webauthn 1848, nhsuk/nhsapp-frontend 455 (90 s), Hexagon/webauthn-skeleton 10 (90 s)",
    "AWS Cognito: the session of an authentication lives 3 minutes by default",
  ],
  knobs: { ...PATIENT_PHONE, "rp.challengeTtlMs": 60_000, "key.touchDelayMs": 120_000 },
  script: [{ do: "register" }],
  expect: {
    ctap: [{ kind: "ctap.response", where: { command: "makeCredential", status: "OK" }, times: 1 }],
    page: [{ kind: "page.settled", where: { outcome: "resolved" }, atMs: [120_000, 121_000], times: 1 }],
    rp: [
      {
        kind: "rp.response",
        where: { call: "registration/finish", status: 400, code: "CHALLENGE_EXPIRED" },
        atMs: [120_000, 121_000],
        times: 1,
      },
      { kind: "rp.mail", times: 0 },
    ],
    ledger: ORPHAN,
    decidedBy: "rp.challenge",
    mechanisms: ["challenge-expired"],
  },
};

const challenge90 = variantOf(shortChallenge, "90s", {
  title: "The same with 90 s, as two public issues have it",
  story: "Half a minute more does not help: the person takes two minutes.",
  knobs: { "rp.challengeTtlMs": 90_000 },
});

const challenge180 = variantOf(shortChallenge, "180s", {
  title: "The same with 180 s: the challenge outlives the person",
  story: "The challenge lives as long as the browser allows, and the registration succeeds.",
  knobs: { "rp.challengeTtlMs": 180_000 },
  expect: {
    rp: [{ kind: "rp.response", where: { call: "registration/finish", status: 200 }, times: 1 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success"],
  },
});

/** Mechanism B. */
const gateway504: Scenario = {
  id: "rp-gateway-504-late-commit",
  group: "site",
  title: "The gateway answers 504 after 60 s; the site behind it commits after 150",
  story:
    "The finish handler is slow: a metadata fetch, an HSM, a banking core. The gateway in front of it ends the call, " +
    "the page tells of a failure, and a minute and a half later row and mail are there.",
  sources: ["AWS load balancers and nginx end a silent call after 60 s by default"],
  knobs: { "rp.finishMs": 150_000, "gw.idleMs": 60_000 },
  script: [{ do: "register" }],
  expect: {
    ctap: [{ kind: "ctap.response", where: { command: "makeCredential", status: "OK" }, times: 1 }],
    page: [{ kind: "user.saw", where: { where: "page", tone: "failure" }, atMs: [60_000, 65_000], times: 1 }],
    rp: [
      { kind: "rp.response", where: { call: "registration/finish", status: 504 }, atMs: [60_000, 65_000] },
      { kind: "rp.row", where: { change: "created" }, atMs: [150_000, 155_000], times: 1 },
      { kind: "rp.mail", where: { stage: "delivered" }, atMs: [155_000, 160_000], times: 1 },
    ],
    ledger: HEALTHY,
    decidedBy: "gw.idle",
    mechanisms: ["gateway-504-late-commit"],
  },
};

const gatewayRetryAfter = variantOf(gateway504, "retry-after-commit", {
  title: "The same, and the person tries again after the commit: InvalidStateError",
  story:
    "The exclude list now has the passkey, so the key refuses to make another one. To the person both attempts failed.",
  script: [{ do: "register" }, { do: "register", atMs: 200_000 }],
  expect: {
    ctap: [
      {
        kind: "ctap.response",
        where: { command: "makeCredential", status: "CREDENTIAL_EXCLUDED" },
        times: 1,
      },
    ],
    page: [{ kind: "page.settled", where: { outcome: "rejected", name: "InvalidStateError" }, times: 1 }],
    ledger: HEALTHY,
    decidedBy: "gw.idle",
    mechanisms: ["gateway-504-late-commit", "already-registered"],
  },
});

const gatewayRetryBefore = variantOf(gateway504, "retry-before-commit", {
  title:
    "The same, and the person tries again before the commit: the key is overwritten, the first row is a ghost",
  story:
    "Nothing is excluded yet, so the key makes another passkey in the place of the first. Both finish calls are " +
    "committed in the end: two rows, of which the older one stands for a key that is gone.",
  script: [{ do: "register" }, { do: "register", atMs: 80_000 }],
  expect: {
    ctap: [{ kind: "ctap.credential", where: { change: "overwritten" }, times: 1 }],
    rp: [{ kind: "rp.row", where: { change: "created" }, times: 2 }],
    ledger: { keys: 1, rows: 2, orphans: 0, ghosts: 1, mails: 2 },
    decidedBy: "gw.idle",
    mechanisms: ["gateway-504-late-commit", "gateway-504-late-commit"],
  },
});

const gatewayAsked = variantOf(gateway504, "asks-state", {
  title:
    "The same, and the page asks for the ceremony's state before it despairs: in vain, it asks for 30 s only",
  story:
    "Half a minute of questions is not enough for a commit that takes 90 s more. The rule wants 202 at once instead.",
  knobs: { "page.asksState": true },
  expect: {
    page: [{ kind: "user.saw", where: { where: "page", tone: "failure" }, atMs: [90_000, 95_000], times: 1 }],
    rp: [{ kind: "rp.response", where: { call: "registration/state", status: 200 }, times: 4 }],
    ledger: HEALTHY,
    decidedBy: "gw.idle",
    mechanisms: ["gateway-504-late-commit"],
  },
});

/** Mechanism C. */
const outbox: Scenario = {
  id: "rp-async-outbox",
  group: "site",
  title: "The site answers 202 and a worker commits after 120 s; the page asks for 15 s",
  story:
    "The page takes 15 s of silence for a failure. The worker does its rounds every two minutes, and then all is there.",
  sources: ["mechanism C: work left in an outbox"],
  knobs: { "rp.workerMs": 120_000, "rp.pollMs": 15_000 },
  script: [{ do: "register" }],
  expect: {
    page: [{ kind: "user.saw", where: { where: "page", tone: "failure" }, atMs: [15_000, 19_000], times: 1 }],
    rp: [
      { kind: "rp.response", where: { call: "registration/finish", status: 202 }, times: 1 },
      { kind: "rp.row", where: { change: "created" }, atMs: [120_000, 125_000], times: 1 },
      { kind: "rp.mail", where: { stage: "delivered" }, atMs: [125_000, 130_000], times: 1 },
    ],
    ledger: HEALTHY,
    decidedBy: "rp.poll",
    mechanisms: ["async-outbox"],
  },
};

const outboxPatient = variantOf(outbox, "patient", {
  title: "The same with a page that asks for as long as the worker may take",
  story: "Two minutes of 'still working', then a success.",
  knobs: { "rp.pollMs": 180_000 },
  expect: {
    page: [
      { kind: "user.saw", where: { where: "page", tone: "failure" }, times: 0 },
      { kind: "user.saw", where: { where: "page", tone: "success" }, atMs: [120_000, 130_000], times: 1 },
    ],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success"],
  },
});

const outboxThenLogin = variantOf(outbox, "lagging-projection", {
  title: "The same with a read copy that lags behind the worker: the mail comes before login works",
  story: "The mail leaves with the commit; the copy that login options come from is a minute behind it.",
  knobs: { "rp.replicaLagMs": 60_000 },
  script: [{ do: "register" }, { do: "login", atMs: 135_000 }, { do: "login", atMs: 200_000 }],
  expect: {
    rp: [
      { kind: "rp.mail", where: { stage: "delivered" }, atMs: [125_000, 130_000], times: 1 },
      { kind: "rp.login", where: { outcome: "accepted" }, times: 1 },
    ],
    ledger: HEALTHY,
    decidedBy: "rp.poll",
    mechanisms: ["async-outbox", "read-replica-lag", "success"],
  },
});

/** Mechanism L. */
const sideEffects: Scenario = {
  id: "rp-side-effects-before-validation",
  group: "site",
  title: "Row and mail are written first, then the site notices that the challenge is dead",
  story:
    "The person takes 80 s, the challenge lives 60. The site writes the row, queues the mail, and refuses the call. The " +
    "page tells of a failure, the mail of a success, and the passkey works.",
  sources: [
    "mechanism L",
    "public issue: maillab/cloud-mail 282 (a time limit that was stored and never checked)",
  ],
  knobs: {
    ...PATIENT_PHONE,
    "rp.order": "side-effects-first",
    "rp.challengeTtlMs": 60_000,
    "key.touchDelayMs": 80_000,
    "mail.delayMs": 20_000,
  },
  script: [
    { do: "register" },
    { do: "set", knobs: { "key.touchDelayMs": 4_000 } },
    { do: "login", atMs: 120_000 },
  ],
  expect: {
    page: [{ kind: "user.saw", where: { where: "page", tone: "failure" }, atMs: [80_000, 82_000], times: 1 }],
    rp: [
      {
        kind: "rp.response",
        where: { call: "registration/finish", status: 400, code: "CHALLENGE_EXPIRED" },
        times: 1,
      },
      { kind: "rp.row", where: { change: "created" }, atMs: [80_000, 82_000], times: 1 },
      { kind: "rp.mail", where: { stage: "delivered" }, atMs: [100_000, 102_000], times: 1 },
      { kind: "rp.login", where: { outcome: "accepted" }, times: 1 },
    ],
    ledger: HEALTHY,
    decidedBy: "rp.challenge",
    mechanisms: ["side-effects-before-validation", "success"],
  },
};

const doubleFinish: Scenario = {
  id: "rp-double-finish",
  group: "site",
  title: "The answer to finish is lost, the page posts again, and the site takes it for a replay",
  story:
    "The site accepted and committed. The page never heard it, repeated the call, and was told that the challenge is spent.",
  sources: [
    "Spring Security WebAuthnRegistrationFilter (options are removed before the verification)",
    "AWS Cognito: a session is good for one answer",
  ],
  knobs: { "net.loses": "finish-answer", "page.retriesFinish": 1 },
  script: [{ do: "register" }],
  expect: {
    page: [
      { kind: "page.call-failed", where: { call: "registration/finish" }, times: 1 },
      { kind: "user.saw", where: { where: "page", tone: "failure" }, times: 1 },
    ],
    rp: [
      { kind: "rp.response", where: { call: "registration/finish", status: 200 }, times: 1 },
      {
        kind: "rp.response",
        where: { call: "registration/finish", status: 400, code: "CHALLENGE_USED" },
        times: 1,
      },
      { kind: "rp.row", where: { change: "created" }, times: 1 },
    ],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["double-finish"],
  },
};

const idempotent = variantOf(doubleFinish, "idempotent", {
  title: "The same with a site whose finish can be repeated: the second call gets the stored result",
  story: "The same credential for the same ceremony is answered with what was decided the first time.",
  knobs: { "rp.idempotentFinish": true },
  expect: {
    page: [{ kind: "user.saw", where: { where: "page", tone: "success" }, times: 1 }],
    rp: [
      { kind: "rp.response", where: { call: "registration/finish", status: 200 }, times: 2 },
      { kind: "rp.row", where: { change: "created" }, times: 1 },
    ],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success"],
  },
});

/** Mechanism M: the counter-hypothesis to every slow registration. */
const mailOnly: Scenario = {
  id: "rp-mail-delay-only",
  group: "site",
  title: "Everything was done at 35 s; the page's script broke, and the mail took two minutes",
  story:
    "The registration is fine and committed. The page's handler breaks down behind it and shows an error; the mail comes " +
    "two minutes later. A login right after the error works.",
  sources: ["mechanism M", "field report: Rakuten (the guess that creating a passkey takes two minutes)"],
  knobs: {
    ...PATIENT_PHONE,
    "page.handlerThrows": true,
    "key.touchDelayMs": 34_000,
    "mail.delayMs": 120_000,
  },
  script: [
    { do: "register" },
    { do: "set", knobs: { "page.handlerThrows": false, "key.touchDelayMs": 2_000 } },
    { do: "login", atMs: 40_000 },
  ],
  expect: {
    page: [
      { kind: "page.threw", times: 1 },
      { kind: "user.saw", where: { where: "page", tone: "failure" }, atMs: [34_000, 36_000], times: 1 },
    ],
    rp: [
      { kind: "rp.row", where: { change: "created" }, atMs: [34_000, 36_000], times: 1 },
      { kind: "rp.mail", where: { stage: "delivered" }, atMs: [154_000, 156_000], times: 1 },
      { kind: "rp.login", where: { outcome: "accepted" }, atMs: [40_000, 46_000], times: 1 },
    ],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["mail-queue-only", "success"],
  },
};

/** What goes wrong behind the finish call. */
export const SITE_FINISH: readonly Scenario[] = [
  shortChallenge,
  challenge90,
  challenge180,
  gateway504,
  gatewayRetryAfter,
  gatewayRetryBefore,
  gatewayAsked,
  outbox,
  outboxPatient,
  outboxThenLogin,
  sideEffects,
  doubleFinish,
  idempotent,
  mailOnly,
];
