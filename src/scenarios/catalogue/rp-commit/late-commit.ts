import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { HEALTHY, PATIENT_PHONE } from "../knob-sets.js";

const outbox: Scenario = {
  id: "rp-async-outbox",
  group: "rp-commit",
  title: "The site answers 202 and a worker commits after 120 s; the page polls for 15 s",
  story:
    "The page takes 15 s without a result for a failure. The worker runs every two minutes, and then row and " +
    "mail are there.",
  sources: ["Analysis: a site that leaves the commit to an outbox worker"],
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
  title: "The site answers 202, a worker commits after 120 s, and the page polls for 180 s: success",
  story: 'The page shows "still working" for two minutes, then a success.',
  knobs: { "rp.pollMs": 180_000 },
  draws: {
    knobs: { "rp.workerMs": [96_000, 140_000], "rp.pollMs": [150_000, 216_000] },
    why: "the page has to ask for longer than the worker takes",
  },
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
  title:
    "A worker commits after 120 s and the read replica lags behind it: the mail comes before login works",
  story: "The mail leaves with the commit. The replica that login options come from is a minute behind it.",
  knobs: { "rp.replicaLagMs": 60_000 },
  script: [{ do: "register" }, { do: "login", atMs: 135_000 }, { do: "login", atMs: 200_000 }],
  draws: {
    knobs: { "rp.workerMs": [90_000, 112_000], "rp.replicaLagMs": [56_000, 66_000] },
    why: "the first login has to come before the replica has the row, and the second after it",
  },
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

const sideEffects: Scenario = {
  id: "rp-side-effects-before-validation",
  group: "rp-commit",
  title: "The site writes row and mail first, then notices that the challenge has expired",
  story:
    "The user takes 80 s, the challenge lives 60 s. The site writes the row, queues the mail, and refuses the " +
    "call. The page shows a failure, the mail a success, and the passkey works.",
  sources: [
    "Analysis: a site that validates after its side effects",
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
  draws: {
    knobs: { "rp.challengeTtlMs": [48_000, 63_000] },
    why: "the challenge has to expire before the gesture",
  },
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

/** the counter-hypothesis to every slow registration. */
const mailOnly: Scenario = {
  id: "rp-mail-delay-only",
  group: "rp-commit",
  title: "Everything was committed at 35 s; the page's script broke, and the mail took two minutes",
  story:
    "The registration is committed. The page's handler breaks afterwards and shows an error; the mail comes two " +
    "minutes later. A login right after the error works.",
  sources: [
    "Analysis: a late mail proves nothing about when the passkey was created",
    "Field report: Rakuten Securities customer, passkey by QR code: the customer's guess that creating a passkey takes two minutes",
  ],
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

/** The site commits at another time than it answers. */
export const LATE_COMMIT: readonly Scenario[] = [
  outbox,
  outboxPatient,
  outboxThenLogin,
  sideEffects,
  mailOnly,
];
