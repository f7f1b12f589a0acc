import type { SampleRanges, Sampling } from "../../samples.js";
import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { HEALTHY } from "../knob-sets.js";
import { NOTHING_FOUND } from "../patterns.js";

/** A way to the phone that takes the same time each time, so that a lag can be met on either side of its end. */
const STEADY_ROAD: SampleRanges = {
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

const INDEX_LAG_DRAWS: Sampling = {
  jitter: 0.03,
  pauseMs: [0, 100],
  knobs: STEADY_ROAD,
  why: "the lag ends between two looks",
};

const GET_REJECTED = {
  kind: "page.settled",
  where: { method: "get", outcome: "rejected", name: "NotAllowedError" },
} as const;

const LOGGED_IN = { kind: "rp.login", where: { outcome: "accepted" }, times: 1 } as const;

/**
 * The phone is called instead of scanning a code, so that the phone searches a few seconds after the user
 * presses the button: at 8, 17 and 26 s after the creation.
 */
const indexLag: Scenario = {
  id: "phone-index-lag",
  group: "phone",
  title: "Logins 2 and 11.5 s after the creation find nothing; at 20 s the same phone has the passkey",
  story:
    "The passkey is stored and the phone's index does not have it yet: for 18.5 s the phone says that it has " +
    "none. Site and user did nothing wrong. The third login works.",
  sources: [
    "public issue: breez/glow-web 327 (creation took 11.5 s, found 7 s later)",
    "public issue: breez/glow-web 205",
    "public issue: peterferguson/react-native-passkeys 57",
    "Field report: Rakuten Securities customer, passkey by QR code: first login refused",
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
  draws: INDEX_LAG_DRAWS,
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
  title: "The phone's index lags, and each login scans a code: scanning outlasts most of the lag",
  story: "Scanning takes ten seconds. The first login is too early all the same, the second is not.",
  knobs: { "phone.linked": false },
  script: [
    { do: "register" },
    { do: "wait", forMs: 2_000 },
    { do: "login" },
    { do: "wait", forMs: 5_000 },
    { do: "login" },
  ],
  draws: INDEX_LAG_DRAWS,
  expect: {
    ctap: [{ ...NOTHING_FOUND, times: 1 }],
    rp: [LOGGED_IN],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "phone-index-lag", "success"],
  },
});

const DENIED = {
  kind: "ctap.response",
  where: { command: "getAssertion", status: "OPERATION_DENIED" },
} as const;

const indexLagDenied = variantOf(indexLag, "denied", {
  title: "The phone's index lags, on a platform that reports every failure as denied",
  story:
    "Chrome's newer way to the platform turns every failure of a login into OPERATION_DENIED. The user agreed, " +
    "and the status says that the user refused.",
  knobs: { "phone.nothingFound": "0x27" },
  draws: INDEX_LAG_DRAWS,
  expect: {
    ...indexLag.expect,
    ctap: [{ ...DENIED, times: 2 }],
  },
});

const indexLagSilent = variantOf(indexLag, "no-reply", {
  title:
    "The phone's index lags, and the site names no credential: the phone closes the tunnel without an answer",
  story:
    "A site that sends no allow list gets no answer at all from a phone that finds nothing. The page cannot " +
    "distinguish it from a broken link.",
  knobs: { "rp.allowList": "empty" },
  draws: INDEX_LAG_DRAWS,
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
  title: "The user scans with the phone that does not have the passkey",
  story:
    "The passkey is on the other phone. This one looks for the credentials the site named, has none of them, " +
    "and can only say so. The page says to use another device, and does not know which.",
  sources: [
    "Field report: Mercari user: no matching passkey on the computer; it is on the phone",
    "Field report: Rakuten Securities customer, passkey by QR code: the phone says to use another device",
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
  title: "The user scans with the wrong phone, which reports a refusal",
  story:
    "The phone's platform reports every failure of a login as denied: to the page it looks as if the user had " +
    "refused.",
  knobs: { "phone.nothingFound": "0x27" },
  expect: { ...noMatch.expect, ctap: [{ ...DENIED, atMs: [60_000, 90_000], times: 1 }] },
});

const noMatchSilent = variantOf(noMatch, "no-reply", {
  title:
    "The user scans with the wrong phone and the site names no credential: the phone closes the tunnel without " +
    "an answer",
  story:
    "Without an allow list there is nothing the phone could report as missing: it informs its user, closes the " +
    "tunnel, and the page sees a link that broke.",
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

/** A phone that does not find the passkey it is asked for. */
export const PHONE_LOOKUPS: readonly Scenario[] = [
  indexLag,
  indexLagCode,
  indexLagDenied,
  indexLagSilent,
  noMatch,
  noMatchDenied,
  noMatchSilent,
];
