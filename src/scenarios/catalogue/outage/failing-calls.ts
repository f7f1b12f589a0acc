import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { HEALTHY, NOTHING, ORPHAN } from "../knob-sets.js";
import { KEY_MADE, NEVER_ASKED, RESOLVED } from "../patterns.js";

const TOLD_OF_FAILURE = { kind: "user.saw", where: { where: "page", tone: "failure" }, times: 1 } as const;

const finish500: Scenario = {
  id: "rp-500-at-finish",
  group: "outage",
  title: "The site answers 500 to the finish call: the passkey is on the key and nowhere else",
  story:
    "The user touched the key and the passkey was created. The handler behind finish fails before it stores anything. " +
    "The page reports a failure, and the passkey on the key is an orphan that every later login is offered.",
  sources: ["public issue: papermark/papermark 557 (500 at the registration of a passkey)"],
  knobs: { "outage.status": "500", "outage.call": "finish" },
  script: [{ do: "register" }],
  expect: {
    ctap: [KEY_MADE],
    page: [RESOLVED, TOLD_OF_FAILURE],
    rp: [
      {
        kind: "rp.response",
        where: { call: "registration/finish", status: 500, code: "INTERNAL_ERROR" },
        times: 1,
      },
      { kind: "rp.row", times: 0 },
    ],
    ledger: ORPHAN,
    decidedBy: null,
    mechanisms: ["site-error"],
  },
};

const finish500AfterCommit = variantOf(finish500, "after-commit", {
  title: "The site stores the passkey and then answers 500: the page reports a failure that was none",
  story:
    "Row and mail are there; what failed came after them, such as a call to another service. The page says that the " +
    "passkey could not be created, and the next login with it works.",
  knobs: { "outage.stage": "after-work", "outage.count": 1 },
  script: [{ do: "register" }, { do: "login", atMs: 60_000 }],
  expect: {
    page: [TOLD_OF_FAILURE, { kind: "user.saw", where: { where: "page", tone: "success" }, times: 1 }],
    rp: [
      { kind: "rp.row", where: { change: "created" }, times: 1 },
      { kind: "rp.response", where: { call: "registration/finish", status: 500 }, times: 1 },
      { kind: "rp.login", where: { outcome: "accepted" }, times: 1 },
    ],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["site-error", "success"],
  },
});

const finish500AtLogin = variantOf(finish500, "login", {
  title: "The site accepts a login and then answers 500: the user is logged in and reads that it failed",
  story: "The session exists at the site. Its answer is an error page, and the user tries another device.",
  knobs: { "outage.stage": "after-work", "outage.fromMs": 30_000 },
  script: [{ do: "register" }, { do: "login", atMs: 60_000 }],
  expect: {
    page: [TOLD_OF_FAILURE],
    rp: [
      { kind: "rp.login", where: { outcome: "accepted" }, times: 1 },
      { kind: "rp.response", where: { call: "login/finish", status: 500 }, times: 1 },
    ],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "site-error"],
  },
});

const limitedOptions: Scenario = {
  id: "rp-429-at-options",
  group: "outage",
  title: "The site answers 429 to the options call: no prompt appears, and a minute later the login works",
  story:
    "A limit per address is shared by everybody behind one office or mobile gateway. The page asks for options, is told " +
    "to wait, and reports a failure of the passkey although no authenticator was asked.",
  sources: [
    "public issue: newtheatre/stage-door 67 (the limit is charged for logins that were right)",
    "public issue: nesquena/hermes-webui 3624 (429 where too many challenges are pending)",
  ],
  knobs: {
    "outage.status": "429",
    "outage.call": "options",
    "outage.fromMs": 30_000,
    "outage.forMs": 60_000,
  },
  script: [{ do: "register" }, { do: "login", atMs: 60_000 }, { do: "login", atMs: 120_000 }],
  expect: {
    ctap: [{ kind: "ctap.request", where: { command: "getAssertion" }, atMs: [0, 119_999], times: 0 }],
    page: [TOLD_OF_FAILURE, { kind: "page.called", where: { method: "get" }, times: 1 }],
    rp: [
      { kind: "rp.response", where: { call: "login/options", status: 429, code: "RATE_LIMITED" }, times: 1 },
      { kind: "rp.login", where: { outcome: "accepted" }, times: 1 },
    ],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "site-rate-limited", "success"],
  },
};

const limitedCodes = variantOf(limitedOptions, "codes", {
  title: "The site answers 429 to the request for a code: no message is sent, and the user waits for one",
  story: "Nothing was issued. The user looks for a message that was never sent.",
  knobs: {
    "outage.call": "code",
    "outage.fromMs": 0,
    "outage.count": 1,
    "user.codePatienceMs": 60_000,
  },
  script: [
    { do: "request-code", factor: "sms" },
    { do: "enter-code", factor: "sms" },
    { do: "request-code", factor: "sms", atMs: 120_000 },
    { do: "enter-code", factor: "sms" },
  ],
  expect: {
    rp: [
      { kind: "rp.response", where: { call: "sms/code", status: 429 }, times: 1 },
      { kind: "factor.code", where: { change: "issued" }, atMs: [0, 119_999], times: 0 },
      { kind: "factor.attempt", where: { outcome: "accepted" }, times: 1 },
    ],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["site-rate-limited", "success"],
  },
});

const maintenance: Scenario = {
  id: "rp-503-maintenance",
  group: "outage",
  title: "The site is down for five minutes and answers 503 to every call: nothing works, then everything",
  story:
    "A deployment, a failover of the database, a traffic peak. Registration, login and codes fail alike, which no single " +
    "screen shows.",
  sources: ["RFC 9110 section 15.6.4 (503 Service Unavailable)"],
  knobs: { "outage.status": "503", "outage.forMs": 300_000 },
  script: [
    { do: "register" },
    { do: "enter-password", atMs: 60_000 },
    { do: "register", atMs: 360_000 },
    { do: "login", atMs: 420_000 },
  ],
  expect: {
    ctap: [KEY_MADE],
    page: [{ kind: "user.saw", where: { where: "page", tone: "failure" }, times: 2 }],
    rp: [
      {
        kind: "rp.response",
        where: { status: 503, code: "SERVICE_UNAVAILABLE" },
        atMs: [0, 300_000],
        times: 2,
      },
      { kind: "rp.login", where: { outcome: "accepted" }, times: 1 },
    ],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["site-error", "site-error", "success", "success"],
  },
  draws: {
    why: "the outage lasts until after the password and ends before the next registration",
    knobs: { "outage.forMs": [240_000, 340_000] },
  },
};

const refused: Scenario = {
  id: "rp-connection-refused",
  group: "outage",
  title: "The connection to the site is refused: the page's calls fail before the site sees them",
  story:
    "The site's address answers to nobody: a server that is down, a firewall, a captive portal. The page's call fails " +
    "by itself, and the site's log has nothing of it.",
  sources: ["Fetch standard, network error", "RFC 9293 section 3.10.7 (reset for a port nobody listens at)"],
  knobs: { "outage.status": "no-answer" },
  script: [{ do: "register" }],
  expect: {
    ctap: [NEVER_ASKED],
    page: [
      { kind: "page.call-failed", where: { call: "registration/options" }, times: 1 },
      { kind: "page.called", times: 0 },
      TOLD_OF_FAILURE,
    ],
    rp: [
      { kind: "rp.request", times: 0 },
      {
        kind: "rp.no-answer",
        where: { call: "registration/options", code: "CONNECTION_REFUSED", aftermath: "none" },
        times: 1,
      },
    ],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["site-unreachable"],
  },
};

const refusedFinish = variantOf(refused, "at-finish", {
  title:
    "The site goes down while the user looks for the key: the finish call is refused, the passkey an orphan",
  story: "The options were answered, the key was touched, and the answer finds no server.",
  knobs: { "outage.call": "finish" },
  expect: {
    ctap: [KEY_MADE],
    page: [{ kind: "page.call-failed", where: { call: "registration/finish" }, times: 1 }, TOLD_OF_FAILURE],
    rp: [
      { kind: "rp.no-answer", where: { code: "CONNECTION_REFUSED", aftermath: "none" }, times: 1 },
      { kind: "rp.row", times: 0 },
    ],
    ledger: ORPHAN,
    decidedBy: null,
    mechanisms: ["site-unreachable"],
  },
});

const resetFinish = variantOf(refused, "reset-after-commit", {
  title: "The site stores the passkey and the connection is reset before its answer: row and mail are there",
  story:
    "A process that is restarted after the commit. The page has no answer, and the site has the passkey.",
  knobs: { "outage.call": "finish", "outage.stage": "after-work" },
  expect: {
    page: [{ kind: "page.call-failed", where: { call: "registration/finish" }, times: 1 }, TOLD_OF_FAILURE],
    rp: [
      { kind: "rp.no-answer", where: { code: "CONNECTION_RESET", aftermath: "unknown" }, times: 1 },
      { kind: "rp.row", where: { change: "created" }, times: 1 },
    ],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["site-unreachable"],
  },
});

/** Calls of the site fail: 500, 503, 429, or no answer at all. */
export const FAILING_CALLS: readonly Scenario[] = [
  finish500,
  finish500AfterCommit,
  finish500AtLogin,
  limitedOptions,
  limitedCodes,
  maintenance,
  refused,
  refusedFinish,
  resetFinish,
];
