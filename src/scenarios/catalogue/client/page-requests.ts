import type { Scenario } from "../../scenario.js";
import { HEALTHY } from "../knob-sets.js";
import { NO_FINISH } from "../patterns.js";

const staleChallenge: Scenario = {
  id: "client-conditional-stale-challenge",
  group: "client",
  title: "The login page stays open for 7 minutes; the autofill still works, its challenge has expired",
  story:
    "A request in the autofill has no timer. The user picks the passkey after the site's challenge of five " +
    "minutes has expired: the key signs, and the site refuses.",
  sources: [
    "public issue: 2witstudios/PageSpace 894",
    "public issue: MemeBattle/monorepo 729",
    "public issue: antiwork/gumroad 5509",
  ],
  knobs: { "rp.challengeTtlMs": 300_000, "user.pickMs": 420_000 },
  script: [
    { do: "register" },
    { do: "set", atMs: 30_000, knobs: { "client.mediation": "conditional" } },
    { do: "login", atMs: 60_000 },
  ],
  draws: {
    knobs: { "rp.challengeTtlMs": [240_000, 330_000] },
    why: "the challenge has to expire before the user picks a passkey",
  },
  expect: {
    ctap: [{ kind: "ctap.response", where: { command: "getAssertion", status: "OK" }, times: 1 }],
    page: [{ kind: "page.settled", where: { method: "get", outcome: "resolved" }, times: 1 }],
    rp: [
      {
        kind: "rp.response",
        where: { call: "login/finish", status: 400, code: "CHALLENGE_EXPIRED" },
        times: 1,
      },
    ],
    ledger: HEALTHY,
    decidedBy: "rp.challenge",
    mechanisms: ["success", "challenge-expired"],
  },
};

const pending: Scenario = {
  id: "client-request-already-pending",
  group: "client",
  title: "The button is pressed while the autofill's request is still open",
  story:
    "One request for each tab: Chromium refuses the second with OperationError, and the button seems to do " +
    "nothing.",
  sources: ["public issue: dfinity/internet-identity 4211", "public issue: w3c/webauthn 1790"],
  knobs: { "user.pickMs": 30_000 },
  script: [
    { do: "register" },
    { do: "set", atMs: 59_000, knobs: { "client.mediation": "conditional" } },
    { do: "login", atMs: 60_000, inBackground: true },
    { do: "set", atMs: 62_000, knobs: { "client.mediation": "modal" } },
    { do: "login", atMs: 63_000 },
  ],
  expect: {
    page: [
      {
        kind: "page.settled",
        where: { method: "get", name: "OperationError", reason: "request-already-pending" },
        times: 1,
      },
    ],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "success", "request-pending"],
  },
};

const replaced: Scenario = {
  ...pending,
  id: "client-request-already-pending/webkit",
  title:
    "The button is pressed while the autofill's request is open, in WebKit: the first request ends, the second " +
    "runs",
  story: "WebKit ends the autofill's request with NotAllowedError when the button starts another.",
  sources: ["WebKit UIProcess/WebAuthentication/AuthenticatorManager.cpp (handleRequest)"],
  knobs: { ...pending.knobs, "client.profile": "webkit" },
  expect: {
    page: [
      {
        kind: "page.settled",
        where: { method: "get", name: "NotAllowedError", reason: "cancelled" },
        times: 1,
      },
      { kind: "page.settled", where: { method: "get", outcome: "resolved" }, times: 1 },
    ],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "request-replaced", "success"],
  },
};

const extensionHang: Scenario = {
  id: "client-extension-hang",
  group: "client",
  title: "An extension waits 136 s for the focus before the browser is asked at all",
  story:
    "A password manager replaces `navigator.credentials` and waits for the window to have the focus. The site's " +
    "timeout of 60 s is long over when the browser's own ceremony begins; the page has shown a failure by then.",
  sources: ["public issue: descope/descope-js 1491", "public issue: pocket-id/pocket-id 1151"],
  knobs: { "client.profile": "gecko", "page.guardMs": 65_000, "ext.focusWaitMs": 136_000 },
  script: [
    { do: "register" },
    { do: "set", atMs: 59_000, knobs: { "page.focused": false } },
    { do: "login", atMs: 60_000 },
  ],
  expect: {
    page: [
      { kind: "user.saw", where: { where: "page", tone: "failure" }, atMs: [125_000, 126_000], times: 1 },
      {
        kind: "page.settled",
        where: { method: "get", outcome: "resolved" },
        atMs: [196_000, 199_000],
        times: 1,
      },
    ],
    ledger: HEALTHY,
    decidedBy: "ext.focus",
    mechanisms: ["success", "competing-authenticator-error"],
  },
};

const focusLost: Scenario = {
  id: "client-focus-lost-at-completion",
  group: "client",
  title:
    "The user clicks into another window while the authenticator finishes: the passkey becomes an orphan",
  story:
    "Chromium checks the page's focus when a create() ends. Without focus even a valid answer becomes " +
    "NotAllowedError. A second try with the same user handle replaces the orphan and heals everything.",
  sources: ["Chromium authenticator_common_impl.cc (CompleteMakeCredentialRequest, focus check)"],
  knobs: { "key.profile": "phone", "key.upTimeoutMs": 60_000, "key.touchDelayMs": 30_000 },
  script: [
    { do: "register", inBackground: true },
    { do: "set", atMs: 20_000, knobs: { "page.focused": false } },
    { do: "set", atMs: 40_000, knobs: { "page.focused": true } },
    { do: "register", atMs: 60_000 },
  ],
  expect: {
    ctap: [{ kind: "ctap.response", where: { command: "makeCredential", status: "OK" }, times: 2 }],
    page: [
      {
        kind: "page.settled",
        where: { name: "NotAllowedError", reason: "page-not-focused" },
        atMs: [30_000, 31_000],
        times: 1,
      },
    ],
    rp: [{ kind: "rp.request", where: { call: "registration/finish" }, times: 1 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["focus-lost-at-completion", "success"],
  },
};

const focusLostOnce: Scenario = {
  ...focusLost,
  story:
    "Chromium checks the page's focus when a create() ends. Without focus even a valid answer becomes " +
    "NotAllowedError, and the passkey stays on the phone.",
  id: "client-focus-lost-at-completion/no-retry",
  title:
    "The user clicks into another window while the authenticator finishes, and does not retry: an orphan on the " +
    "phone",
  script: focusLost.script.slice(0, 3),
  expect: {
    page: [{ kind: "page.settled", where: { reason: "page-not-focused" }, times: 1 }],
    rp: [NO_FINISH],
    ledger: { keys: 1, rows: 0, orphans: 1, ghosts: 0, mails: 0 },
    decidedBy: null,
    mechanisms: ["focus-lost-at-completion"],
  },
};

/** Requests that get in each other's way, extensions, and a page without focus. */
export const PAGE_REQUESTS: readonly Scenario[] = [
  staleChallenge,
  pending,
  replaced,
  extensionHang,
  focusLost,
  focusLostOnce,
];
