import type { Sampling } from "../../samples.js";
import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { HEALTHY, ORPHAN } from "../knob-sets.js";
import { NO_FINISH } from "../patterns.js";

const SLOW_USER_DRAWS: Sampling = {
  knobs: { "key.touchDelayMs": [70_000, 84_000] },
  why: "the gesture has to come after the page's guard and before the tunnel ends",
};

/** Shows mechanism A on the transport of the field report. */
const slowUser: Scenario = {
  id: "phone-user-slow-late-success",
  group: "page-timers",
  title: "The page says at 60 s that it failed; the user is still at the phone, and succeeds at 97 s",
  story:
    "The page has a timer of its own, which shows an error and aborts nothing. The user takes 83 s at the " +
    "phone, agrees, and passkey, row and mail are there. The error stays on the screen.",
  sources: [
    "Field report: Rakuten Securities customer, passkey by QR code: error first, then a mail that the passkey was created",
  ],
  knobs: {
    "link.road": "hybrid",
    "page.guardMs": 60_000,
    "page.aborts": false,
    "phone.platformTimeoutMs": 300_000,
    "phone.scanDelayMs": 12_000,
    "key.touchDelayMs": 83_000,
  },
  draws: SLOW_USER_DRAWS,
  script: [{ do: "register" }],
  expect: {
    ctap: [
      {
        kind: "ctap.response",
        where: { command: "makeCredential", status: "OK" },
        atMs: [95_000, 99_000],
        times: 1,
      },
      { kind: "ctap.discarded", times: 0 },
    ],
    page: [
      { kind: "page.gave-up", where: { aborted: false }, atMs: [60_000, 60_000], times: 1 },
      { kind: "user.saw", where: { where: "page", tone: "failure" }, atMs: [60_000, 60_000], times: 1 },
      { kind: "user.saw", where: { where: "page", tone: "success" }, times: 0 },
      { kind: "page.settled", where: { outcome: "resolved" }, atMs: [95_000, 99_000], times: 1 },
    ],
    rp: [
      { kind: "rp.response", where: { call: "registration/finish", status: 200 }, times: 1 },
      { kind: "rp.row", where: { change: "created" }, times: 1 },
      { kind: "rp.mail", where: { stage: "delivered" }, times: 1 },
    ],
    ledger: HEALTHY,
    decidedBy: "page.guard",
    mechanisms: ["late-delivery"],
  },
};

const slowUserAborted = variantOf(slowUser, "aborts", {
  title:
    "The page's timer also aborts the request at 60 s: the user confirms at 97 s, and the passkey is an orphan",
  story:
    "An abort does not reach a prompt that the phone already shows. The page was right to say that it failed; " +
    "the user who agrees at 97 s gets a passkey the site never hears of.",
  knobs: { "page.aborts": true },
  draws: SLOW_USER_DRAWS,
  expect: {
    ctap: [
      { kind: "ctap.credential", where: { change: "created" }, atMs: [95_000, 99_000], times: 1 },
      { kind: "ctap.discarded", where: { command: "makeCredential", status: "OK" }, times: 1 },
    ],
    link: [{ kind: "link.hybrid", where: { stage: "shutdown-sent" }, atMs: [60_000, 60_500], times: 1 }],
    page: [{ kind: "page.settled", where: { outcome: "rejected", name: "AbortError" }, times: 1 }],
    rp: [NO_FINISH],
    ledger: ORPHAN,
    decidedBy: "page.guard",
    mechanisms: ["page-gave-up"],
  },
});

const slowUserCorrected = variantOf(slowUser, "corrects", {
  title: "The page says at 60 s that it failed, and replaces its error when the promise resolves at 97 s",
  story: "The page shows the state of the ceremony. For 37 s its text is wrong, and then it is right.",
  knobs: { "page.corrects": true },
  draws: SLOW_USER_DRAWS,
  expect: {
    page: [{ kind: "user.saw", where: { where: "page", tone: "success" }, atMs: [95_000, 99_000], times: 1 }],
    ledger: HEALTHY,
    decidedBy: "page.guard",
    mechanisms: ["late-delivery"],
  },
});

const slowUserUnguarded = variantOf(slowUser, "no-guard", {
  title: "A user who takes 97 s and a page without a timer of its own: no error is shown",
  story: "The browser's own timer allows 180 s, and 97 s are enough.",
  knobs: { "page.guardMs": null },
  draws: SLOW_USER_DRAWS,
  expect: {
    page: [{ kind: "user.saw", where: { where: "page", tone: "failure" }, times: 0 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success"],
  },
});

/** A user who takes longer at the phone than the page's timer allows. */
export const SLOW_USER: readonly Scenario[] = [
  slowUser,
  slowUserAborted,
  slowUserCorrected,
  slowUserUnguarded,
];
