import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { HEALTHY, PATIENT_PHONE } from "../knob-sets.js";

const rpOwnedQr: Scenario = {
  id: "rp-owned-qr",
  group: "gateway",
  title: "The QR code is the site's own link; the waiting page fails at 60 s, the phone registers at 100 s",
  story:
    "The computer shows a QR code that is a web link of the site. The phone opens the link in its own browser " +
    "and registers its own passkey there. Meanwhile the page on the computer waits in one long call, which ends " +
    "after 60 s.",
  sources: [
    "Field report: Rakuten Securities customer, passkey by QR code: a QR code, then the press of a button on the phone",
  ],
  knobs: { ...PATIENT_PHONE, "rp.qr": "site", "key.touchDelayMs": 100_000, "mail.delayMs": 115_000 },
  script: [{ do: "register" }],
  draws: {
    knobs: { "poll.limitMs": [45_000, 59_000], "gw.idleMs": [61_000, 75_000] },
    why: "which of two timers ends first decides the outcome",
  },
  expect: {
    ctap: [{ kind: "ctap.credential", where: { change: "created" }, atMs: [100_000, 101_000], times: 1 }],
    link: [{ kind: "link.hybrid", times: 0 }],
    page: [
      {
        kind: "user.saw",
        where: { where: "page", tone: "failure" },
        actor: "page",
        atMs: [60_000, 61_000],
        times: 1,
      },
      { kind: "user.saw", where: { where: "page", tone: "success" }, actor: "phone-page", times: 1 },
      { kind: "page.called", actor: "browser", times: 0 },
    ],
    rp: [
      {
        kind: "rp.response",
        where: { call: "registration/poll", status: 408 },
        atMs: [60_000, 61_000],
        times: 1,
      },
      { kind: "rp.response", where: { call: "registration/finish", status: 200 }, atMs: [100_000, 102_000] },
      { kind: "rp.mail", where: { stage: "delivered" }, atMs: [215_000, 217_000], times: 1 },
    ],
    ledger: HEALTHY,
    decidedBy: "poll.limit",
    mechanisms: ["rp-owned-qr"],
  },
};

const rpOwnedQrAndLag = variantOf(rpOwnedQr, "replica-lag", {
  title: "The site's own QR code and a lagging read replica: error, mail, first login refused, second works",
  story:
    "The waiting page fails at 60 s and the phone registers at 100 s. The first login then asks for a " +
    "credential the phone does not have, because the replica that login options come from is 150 s behind.",
  knobs: { "rp.replicaLagMs": 150_000 },
  script: [
    { do: "register" },
    { do: "set", knobs: { "key.touchDelayMs": 4_000 } },
    { do: "login", atMs: 225_000 },
    { do: "login", atMs: 280_000 },
  ],
  draws: {
    knobs: {
      "poll.limitMs": [45_000, 59_000],
      "gw.idleMs": [61_000, 75_000],
      "key.touchDelayMs": [96_000, 104_000],
      "rp.replicaLagMs": [136_000, 160_000],
    },
    why: "which of two timers ends first decides the outcome; the first login has to come before the replica has the row, and the second after it",
  },
  expect: {
    ctap: [{ kind: "ctap.response", where: { command: "getAssertion", status: "NO_CREDENTIALS" }, times: 1 }],
    page: [
      { kind: "user.saw", where: { where: "page", tone: "failure" }, actor: "page", atMs: [60_000, 61_000] },
    ],
    rp: [
      { kind: "rp.mail", where: { stage: "delivered" }, atMs: [215_000, 217_000], times: 1 },
      { kind: "rp.login", where: { outcome: "accepted" }, times: 1 },
    ],
    ledger: HEALTHY,
    decidedBy: "poll.limit",
    mechanisms: ["rp-owned-qr", "read-replica-lag", "success"],
  },
});

const rpOwnedQrByGateway = variantOf(rpOwnedQr, "gateway", {
  title: "The site's own QR code: the gateway in front of the site ends the page's waiting call at 60 s",
  story:
    "The site itself would keep the call open without limit. Its gateway answers 504 after 60 s without a byte.",
  knobs: { "poll.limitMs": null },
  expect: {
    rp: [
      {
        kind: "rp.response",
        where: { call: "registration/poll", status: 504 },
        atMs: [60_000, 61_000],
        times: 1,
      },
    ],
    ledger: HEALTHY,
    decidedBy: "gw.idle",
    mechanisms: ["rp-owned-qr"],
  },
});

const rpOwnedQrResumed = variantOf(rpOwnedQr, "resumed", {
  title: "The site's own QR code: the waiting page asks again after 408 and shows the success",
  story: "The site keeps the state of the ceremony. The page asks once more and learns how it ended.",
  knobs: { "page.resumesPoll": true },
  expect: {
    page: [
      { kind: "user.saw", where: { where: "page", tone: "failure" }, times: 0 },
      { kind: "user.saw", where: { where: "page", tone: "success" }, actor: "page", times: 1 },
    ],
    rp: [{ kind: "rp.response", where: { call: "registration/poll", status: 200 }, times: 1 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success"],
  },
});

/** The site shows a QR code of its own and the page waits in a long call. */
export const RP_OWNED_QR: readonly Scenario[] = [
  rpOwnedQr,
  rpOwnedQrAndLag,
  rpOwnedQrByGateway,
  rpOwnedQrResumed,
];
