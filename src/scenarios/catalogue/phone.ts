import type { Scenario } from "../scenario.js";
import { variantOf } from "../variant.js";
import { HEALTHY, NOTHING, ORPHAN } from "./knob-sets.js";

const NO_FINISH = { kind: "rp.request", where: { call: "registration/finish" }, times: 0 } as const;
const NO_SHEET = { kind: "user.saw", where: { where: "browser", tone: "failure" }, times: 0 } as const;
const PHONE_REFUSES = { kind: "user.saw", where: { where: "phone", tone: "failure" }, times: 1 } as const;

/** Mechanism A, on the road it was seen on. */
const slowUser: Scenario = {
  id: "phone-user-slow-late-success",
  group: "phone",
  title: "The page says at 60 s that it failed; the person is still at the phone, and succeeds at 97 s",
  story:
    "The page has a guard of its own, which shows an error and aborts nothing. The person takes 83 s at the phone, " +
    "agrees, and the passkey is there: row, mail and all. The error stays on the screen.",
  sources: ["field report: Rakuten (error first, then a mail that the passkey was created)"],
  knobs: {
    "link.road": "hybrid",
    "page.guardMs": 60_000,
    "page.aborts": false,
    "phone.platformTimeoutMs": 300_000,
    "phone.scanDelayMs": 12_000,
    "key.touchDelayMs": 83_000,
  },
  draws: {
    knobs: { "key.touchDelayMs": [70_000, 84_000] },
    why: "the gesture has to come after the page's guard and before the tunnel ends",
  },
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
  title: "The same guard aborts the request as well: the phone makes the passkey for nobody",
  story:
    "An abort does not reach a prompt that stands on the phone. The page was right to say that it failed; the person " +
    "who agrees at 97 s gets a passkey the site never hears of.",
  knobs: { "page.aborts": true },
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
  title: "The same guard, and a page that takes its error back when the promise resolves",
  story:
    "What the screen says follows the state of the ceremony. For 37 s it is wrong, and then it is right.",
  knobs: { "page.corrects": true },
  expect: {
    page: [{ kind: "user.saw", where: { where: "page", tone: "success" }, atMs: [95_000, 99_000], times: 1 }],
    ledger: HEALTHY,
    decidedBy: "page.guard",
    mechanisms: ["late-delivery"],
  },
});

const slowUserUnguarded = variantOf(slowUser, "no-guard", {
  title: "The same person and a page without a guard: nobody is told of a failure",
  story: "The browser's own timer has 180 s, and 97 are enough.",
  knobs: { "page.guardMs": null },
  expect: {
    page: [{ kind: "user.saw", where: { where: "page", tone: "failure" }, times: 0 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success"],
  },
});

const declines: Scenario = {
  id: "phone-user-declines",
  group: "phone",
  title: "The person says no on the phone: the page hears at once, and hears no more than that",
  story:
    "The phone answers a refusal and a time-out with the same status, and the page gets the same error for both. Only " +
    "the time tells them apart: this one comes long before the phone's 60 s.",
  sources: ["Chromium CableAuthenticator.java (every failure of a creation is OPERATION_DENIED)"],
  knobs: { "link.road": "hybrid", "key.decision": "decline", "key.touchDelayMs": 5_000 },
  script: [{ do: "register" }],
  expect: {
    ctap: [
      { kind: "ctap.response", where: { command: "makeCredential", status: "OPERATION_DENIED" }, times: 1 },
      { kind: "ctap.credential", times: 0 },
    ],
    page: [
      {
        kind: "page.settled",
        where: { outcome: "rejected", name: "NotAllowedError" },
        atMs: [14_000, 17_000],
        times: 1,
      },
      NO_SHEET,
      PHONE_REFUSES,
    ],
    rp: [NO_FINISH],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["user-refused"],
  },
};

const declinesLogin = variantOf(declines, "login", {
  title: "The person says no to a login on the phone",
  story: "The passkey is there and stays there. The page cannot tell this from a phone that has none.",
  knobs: { "key.decision": "approve", "key.touchDelayMs": 1_500 },
  script: [
    { do: "register" },
    { do: "set", knobs: { "key.decision": "decline", "key.touchDelayMs": 5_000 } },
    { do: "login", atMs: 60_000 },
  ],
  expect: {
    ctap: [
      { kind: "ctap.response", where: { command: "getAssertion", status: "OPERATION_DENIED" }, times: 1 },
    ],
    page: [
      {
        kind: "page.settled",
        where: { method: "get", outcome: "rejected", name: "NotAllowedError" },
        times: 1,
      },
      NO_SHEET,
    ],
    rp: [{ kind: "rp.request", where: { call: "login/finish" }, times: 0 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "user-refused"],
  },
});

const notDiscoverable: Scenario = {
  id: "phone-discoverable-no-reply",
  group: "phone",
  title: "The phone cannot make a discoverable passkey, and hangs up instead of saying so",
  story:
    "The request came through and the phone's platform refuses it. Chrome's phone has no word for that: it tells its " +
    "owner, closes the tunnel and leaves the computer without an answer.",
  sources: ["Chromium device/fido/cable/v2_authenticator.cc (error 115 ends the session without a reply)"],
  knobs: { "link.road": "hybrid", "phone.discoverable": false },
  script: [{ do: "register" }],
  expect: {
    ctap: [
      { kind: "ctap.request", where: { command: "makeCredential" }, times: 1 },
      { kind: "ctap.response", where: { command: "makeCredential" }, times: 0 },
      { kind: "ctap.credential", times: 0 },
    ],
    link: [
      { kind: "link.hybrid", where: { stage: "ready" }, actor: "desktop", times: 1 },
      { kind: "link.hybrid", where: { stage: "tunnel-closed", closeCode: 1000 }, actor: "desktop", times: 1 },
    ],
    page: [
      {
        kind: "page.settled",
        where: { outcome: "rejected", name: "NotAllowedError", reason: "link-lost" },
        times: 1,
      },
      NO_SHEET,
      PHONE_REFUSES,
    ],
    rp: [NO_FINISH],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["phone-hung-up"],
  },
};

const anyPasskeyWillDo = variantOf(notDiscoverable, "not-required", {
  title: "The same phone, and a site that does not insist: the passkey is made",
  story: "A site that asks for no discoverable passkey gets one from this phone as well.",
  knobs: { "rp.residentKey": "discouraged" },
  expect: {
    page: [{ kind: "page.settled", where: { outcome: "resolved" }, times: 1 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success"],
  },
});

/** What one phone does by itself, and what the page makes of it. */
export const PHONE: readonly Scenario[] = [
  slowUser,
  slowUserAborted,
  slowUserCorrected,
  slowUserUnguarded,
  declines,
  declinesLogin,
  notDiscoverable,
  anyPasskeyWillDo,
];
