import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { HEALTHY } from "../knob-sets.js";
import { LOGIN_ACCEPTED } from "../patterns.js";

const TOLD_OF_FAILURE = { kind: "user.saw", where: { where: "page", tone: "failure" }, times: 1 } as const;

const AUTOFILL = {
  kind: "page.called",
  where: { method: "get", mediation: "conditional" },
  times: 1,
} as const;

const pendingAtLoad: Scenario = {
  id: "client-autofill-pending-at-load",
  group: "client",
  title: "The page calls get() when it is loaded, and does not end it: the button's own request is refused",
  story:
    "The page offers the passkey in the autofill of its name field, and the user presses the button instead. Chromium has " +
    "one request a tab: the button's is refused at once, each time, until the page is loaded anew.",
  sources: [
    "public issue: dfinity/internet-identity 4211 (the error stays until the browser is restarted)",
    "public issue: logto-io/logto 8345",
    "Chromium authenticator_common_impl.cc (PENDING_REQUEST)",
  ],
  knobs: { "page.abortsPending": false },
  script: [
    { do: "register" },
    { do: "set", knobs: { "page.autofillMs": 0 } },
    { do: "login", atMs: 60_000 },
    { do: "login", atMs: 120_000 },
  ],
  expect: {
    page: [
      AUTOFILL,
      {
        kind: "page.settled",
        where: { name: "OperationError", reason: "request-already-pending" },
        times: 2,
      },
    ],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "still-waiting", "request-pending", "request-pending"],
  },
};

const endedForButton = variantOf(pendingAtLoad, "ended", {
  title: "The page calls get() when it is loaded, and its library ends it for the button: the login works",
  story: "The autofill's request ends with AbortError, which no user needs to read, and the button's runs.",
  sources: ["SimpleWebAuthn, WebAuthnAbortService (a new ceremony ends the one before)"],
  knobs: { "page.abortsPending": true },
  script: pendingAtLoad.script.slice(0, 3),
  expect: {
    page: [
      AUTOFILL,
      { kind: "page.aborted", where: { method: "get", by: "button" }, times: 1 },
      { kind: "user.saw", where: { where: "page", tone: "failure" }, times: 0 },
    ],
    rp: [LOGIN_ACCEPTED],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "offer-withdrawn", "success"],
  },
});

const endsTheButtons: Scenario = {
  ...pendingAtLoad,
  id: "client-autofill-aborts-login",
  title: "The page's autofill starts a second late, and its library ends the login that the user has begun",
  story:
    "The options for the autofill come after the user pressed the button. The library knows of one request at a time and " +
    "ends the user's to begin its own: the prompt vanishes before the key was touched, and the page reports a failure.",
  sources: [
    "public issue: kentcdodds/kentcdodds.com 674 (a late effect ends the explicit login)",
    "public issue: get-convex/convex-auth 463 (sign-in races the autofill)",
  ],
  knobs: {},
  script: [
    { do: "register" },
    { do: "set", knobs: { "page.autofillMs": 1_000 } },
    { do: "login", atMs: 60_000 },
  ],
  expect: {
    ctap: [{ kind: "ctap.credential", where: { change: "used" }, times: 0 }],
    page: [
      { kind: "page.aborted", where: { method: "get", by: "autofill" }, times: 1 },
      { kind: "page.settled", where: { name: "AbortError", reason: "aborted" }, times: 1 },
      AUTOFILL,
      TOLD_OF_FAILURE,
    ],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "own-request-aborted", "still-waiting"],
  },
  draws: {
    why: "the key is not touched before the autofill's options have come",
    knobs: { "key.touchDelayMs": [3_000, 8_000] },
  },
};

const endsTheRegistration = variantOf(endsTheButtons, "registration", {
  title:
    "The page's autofill starts a second late, and its library ends the registration that the user has begun",
  story: "The same effect runs on the page where a passkey is created.",
  script: [{ do: "set", knobs: { "page.autofillMs": 1_000 } }, { do: "register" }],
  expect: {
    page: [{ kind: "page.aborted", where: { method: "create", by: "autofill" }, times: 1 }, TOLD_OF_FAILURE],
    ledger: { keys: 0, rows: 0, orphans: 0, ghosts: 0, mails: 0 },
    decidedBy: null,
    mechanisms: ["own-request-aborted", "still-waiting"],
  },
  draws: {
    why: "the key is not touched before the autofill's options have come",
    knobs: { "key.touchDelayMs": [3_000, 8_000] },
  },
});

const replacedInWebkit = variantOf(endsTheButtons, "webkit", {
  title: "The page's autofill starts a second late in WebKit, and takes the place of the user's login",
  story: "The page's library ends nothing. WebKit does: the later request replaces the first.",
  sources: ["WebKit UIProcess/WebAuthentication/AuthenticatorManager.cpp (handleRequest)"],
  knobs: { "page.abortsPending": false, "client.profile": "webkit" },
  expect: {
    page: [
      { kind: "page.settled", where: { name: "NotAllowedError", reason: "cancelled" }, times: 1 },
      TOLD_OF_FAILURE,
    ],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "request-replaced", "still-waiting"],
  },
  draws: {
    why: "the key is not touched before the autofill's options have come",
    knobs: { "key.touchDelayMs": [3_000, 8_000] },
  },
});

const activationLost: Scenario = {
  id: "client-user-activation-lost",
  group: "client",
  title: "Options take 12 s, and WebKit no longer takes the call for the user's: refused without a prompt",
  story:
    "WebKit wants a click behind a request, and remembers one through the page's fetch for 10 s. The first call without " +
    "is free, so that the trouble begins with the second: no sheet appears, and the page reports a failure at once.",
  sources: [
    "public issue: statamic/cms 15212 (the ceremony starts after an awaited fetch)",
    "public issue: dfinity/internet-identity 676",
    "public issue: w3c/webauthn 1293",
    "WebKit WebCore/dom/UserGestureIndicator.cpp (10 s through fetch)",
  ],
  knobs: { "client.profile": "webkit", "rp.optionsMs": 12_000 },
  script: [{ do: "register" }, { do: "login", atMs: 60_000 }],
  expect: {
    ctap: [{ kind: "ctap.request", where: { command: "getAssertion" }, times: 0 }],
    page: [
      {
        kind: "page.settled",
        where: { method: "get", name: "NotAllowedError", reason: "user-activation-missing" },
        atMs: [72_000, 73_000],
        times: 1,
      },
      TOLD_OF_FAILURE,
    ],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "client-refused"],
  },
  draws: {
    why: "options take longer than a click counts",
    knobs: { "rp.optionsMs": [10_500, 15_000] },
  },
};

const activationKept = variantOf(activationLost, "quick", {
  title: "Options take 8 s in WebKit: the click still counts, and the login works",
  story: "Two seconds are left of the ten.",
  knobs: { "rp.optionsMs": 8_000 },
  expect: {
    rp: [LOGIN_ACCEPTED],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "success"],
  },
  draws: {
    why: "options and the way to the site and back take less than a click counts",
    knobs: { "rp.optionsMs": [4_000, 8_500] },
  },
});

const activationNotAsked = variantOf(activationLost, "chromium", {
  title: "Options take 12 s in Chromium, which asks for no click: the login works",
  story: "What works in one browser fails in the other.",
  knobs: { "client.profile": "chrome-floor3m" },
  expect: {
    rp: [LOGIN_ACCEPTED],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "success"],
  },
});

/** The page's own request for the autofill, and calls that no click stands behind. */
export const PAGE_AUTOFILL: readonly Scenario[] = [
  pendingAtLoad,
  endedForButton,
  endsTheButtons,
  endsTheRegistration,
  replacedInWebkit,
  activationLost,
  activationKept,
  activationNotAsked,
];
