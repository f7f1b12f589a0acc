import type { DrawRanges } from "../samples.js";
import type { Scenario } from "../scenario.js";
import { variantOf } from "../variant.js";
import { HEALTHY } from "./knob-sets.js";

const NOTHING_FOUND = {
  kind: "ctap.response",
  where: { command: "getAssertion", status: "NO_CREDENTIALS" },
} as const;
const DENIED = {
  kind: "ctap.response",
  where: { command: "getAssertion", status: "OPERATION_DENIED" },
} as const;
const LOGGED_IN = { kind: "rp.login", where: { outcome: "accepted" }, times: 1 } as const;
const GET_REJECTED = {
  kind: "page.settled",
  where: { method: "get", outcome: "rejected", name: "NotAllowedError" },
} as const;

/** A way to the phone that takes the same time each time, so that a lag can be met on either side of its end. */
const STEADY_ROAD: DrawRanges = {
  "key.indexLagMs": [19_600, 22_500],
  "net.latencyMs": [40, 60],
  "rp.optionsMs": [10, 100],
  "rp.finishMs": [200, 400],
  "key.touchDelayMs": [1_000, 2_000],
  "key.processingMs": [80, 120],
  "key.createMs": null,
  "ble.advertDelayMs": [200, 400],
  "ble.advertLossPct": null,
  "tunnel.connectDelayMs": [300, 500],
  "tunnel.latencyMs": [40, 60],
  "phone.scanDelayMs": [7_500, 8_500],
  "phone.startDelayMs": null,
  "phone.bluetoothOn": null,
  "phone.tapDelayMs": [1_300, 1_700],
  "push.delayMs": [800, 1_200],
  "user.closeSheetMs": [4_500, 5_500],
};

/**
 * Mechanism F. The phone is called instead of scanning a code, so that it looks a few seconds after the person
 * presses the button: at 8, 17 and 26 s after the creation.
 */
const indexLag: Scenario = {
  id: "phone-index-lag",
  group: "phone",
  title: "Logins 2 and 11.5 s after the creation find nothing; at 20 s the same phone has the passkey",
  story:
    "The passkey is stored and its index does not have it yet: for 18.5 s the phone says that it has none. Nothing is " +
    "wrong at the site, and the person did nothing wrong. The third login works.",
  sources: [
    "public issue: breez/glow-web 327 (creation took 11.5 s, found 7 s later)",
    "public issue: breez/glow-web 205",
    "public issue: peterferguson/react-native-passkeys 57",
    "field report: Rakuten (first login refused)",
  ],
  knobs: {
    "link.road": "hybrid",
    "phone.linked": true,
    "key.indexLagMs": 18_500,
  },
  script: [
    { do: "register" },
    { do: "wait", forMs: 2_000 },
    { do: "login" },
    { do: "wait", forMs: 3_000 },
    { do: "login" },
    { do: "wait", forMs: 3_000 },
    { do: "login" },
  ],
  draws: { jitter: 0.03, pauseMs: [0, 100], knobs: STEADY_ROAD, why: "the lag ends between two looks" },
  expect: {
    ctap: [
      { ...NOTHING_FOUND, times: 2 },
      { kind: "ctap.response", where: { command: "getAssertion", status: "OK" }, times: 1 },
      { kind: "ctap.credential", where: { change: "created" }, times: 1 },
    ],
    page: [{ ...GET_REJECTED, times: 2 }],
    rp: [LOGGED_IN, { kind: "rp.request", where: { call: "login/finish" }, times: 1 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "phone-index-lag", "phone-index-lag", "success"],
  },
};

const indexLagCode = variantOf(indexLag, "code", {
  title: "The same with a code to be scanned each time: the way to the phone outlasts most of the lag",
  story: "Scanning takes ten seconds. The first login is too early all the same, the second is not.",
  knobs: { "phone.linked": false },
  script: [
    { do: "register" },
    { do: "wait", forMs: 2_000 },
    { do: "login" },
    { do: "wait", forMs: 5_000 },
    { do: "login" },
  ],
  expect: {
    ctap: [{ ...NOTHING_FOUND, times: 1 }],
    rp: [LOGGED_IN],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "phone-index-lag", "success"],
  },
});

const indexLagDenied = variantOf(indexLag, "denied", {
  title: "The same on a phone whose platform says denied to every failure",
  story:
    "Chrome's newer way to the platform turns every failure of a login into OPERATION_DENIED. The person agreed, and " +
    "the status says that they refused.",
  knobs: { "phone.nothingFound": "0x27" },
  expect: {
    ...indexLag.expect,
    ctap: [{ ...DENIED, times: 2 }],
  },
});

const indexLagSilent = variantOf(indexLag, "no-reply", {
  title: "The same at a site that names no passkey: the phone hangs up without a word",
  story:
    "A site that lets the phone choose gets no answer at all from a phone that finds nothing. The page cannot tell it " +
    "from a broken link.",
  knobs: { "rp.allowList": "empty" },
  expect: {
    ctap: [
      { kind: "ctap.request", where: { command: "getAssertion" }, times: 3 },
      { kind: "ctap.response", where: { command: "getAssertion" }, times: 1 },
    ],
    page: [{ ...GET_REJECTED, times: 2 }],
    rp: [LOGGED_IN],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "phone-hung-up", "phone-hung-up", "success"],
  },
});

const noMatch: Scenario = {
  id: "phone-no-match-use-other-device",
  group: "phone",
  title: "The person scans with the phone that does not have the passkey",
  story:
    "The passkey is on the other phone. This one looks for the credentials the site named and has none of them; it can " +
    "only say so. The page says to use another device, and does not know which.",
  sources: [
    "field report: Mercari (no matching passkey; it lives on the phone)",
    "field report: Rakuten (the phone tells to use another device)",
    "public issue: authgear/authgear-server 2324",
  ],
  knobs: { "link.road": "hybrid" },
  script: [
    { do: "register" },
    { do: "set", knobs: { "key.which": "second" } },
    { do: "login", atMs: 60_000 },
    { do: "set", knobs: { "key.which": "first" } },
    { do: "login", atMs: 120_000 },
  ],
  expect: {
    ctap: [{ ...NOTHING_FOUND, atMs: [60_000, 90_000], times: 1 }],
    link: [
      { kind: "link.hybrid", where: { stage: "qr-scanned" }, actor: "phone", times: 2 },
      { kind: "link.hybrid", where: { stage: "qr-scanned" }, actor: "phone-2", times: 1 },
    ],
    page: [
      { ...GET_REJECTED, times: 1 },
      { kind: "user.saw", where: { where: "phone", tone: "failure" }, actor: "phone-2", times: 1 },
    ],
    rp: [LOGGED_IN],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "other-authenticator", "success"],
  },
};

const noMatchDenied = variantOf(noMatch, "denied", {
  title: "The same, told as a refusal",
  story:
    "The phone's platform says denied to every failure of a login: to the page it looks as if the person had refused.",
  knobs: { "phone.nothingFound": "0x27" },
  expect: { ...noMatch.expect, ctap: [{ ...DENIED, atMs: [60_000, 90_000], times: 1 }] },
});

const noMatchSilent = variantOf(noMatch, "no-reply", {
  title: "The same at a site that names no passkey: the phone hangs up without a word",
  story:
    "With nothing named there is nothing it could be said to lack: the phone tells its owner, closes the tunnel, and the " +
    "page sees a link that broke.",
  knobs: { "rp.allowList": "empty" },
  expect: {
    ctap: [
      { kind: "ctap.request", where: { command: "getAssertion" }, times: 2 },
      { kind: "ctap.response", where: { command: "getAssertion" }, times: 1 },
    ],
    page: [
      {
        kind: "page.settled",
        where: { method: "get", name: "NotAllowedError", reason: "link-lost" },
        times: 1,
      },
    ],
    rp: [LOGGED_IN],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "phone-hung-up", "success"],
  },
});

/** Phones that are asked for a passkey and find none. */
export const PHONE_LOOKUPS: readonly Scenario[] = [
  indexLag,
  indexLagCode,
  indexLagDenied,
  indexLagSilent,
  noMatch,
  noMatchDenied,
  noMatchSilent,
];
