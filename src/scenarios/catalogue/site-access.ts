import type { Scenario } from "../scenario.js";
import { variantOf } from "../variant.js";
import { HEALTHY, NOTHING, ORPHAN, PATIENT_PHONE } from "./knob-sets.js";

/** Mechanism O. */
const flagLockout: Scenario = {
  id: "rp-flag-before-credential-lockout",
  group: "site",
  title: "The account is switched to passkeys before there is one, and the registration fails: locked out",
  story:
    "The site sets its flag when options are asked for. The answer of the phone is lost. From then on the password is " +
    "refused, and there is no passkey the site knows.",
  sources: [
    "public reports around Rakuten Securities (a passkey is active, ID and password are refused)",
    "public issues: ferriskey/ferriskey 1316, securo-finance/securo 534",
  ],
  knobs: { ...PATIENT_PHONE, "rp.flagAt": "options", "link.seenAs": "hybrid", "link.breaks": "after-answer" },
  script: [{ do: "register" }, { do: "enter-password", atMs: 60_000 }, { do: "login", atMs: 90_000 }],
  expect: {
    ctap: [{ kind: "ctap.credential", where: { change: "created" }, times: 1 }],
    rp: [
      { kind: "rp.flag", where: { flag: "passkey", value: true }, atMs: [0, 1_000], times: 1 },
      { kind: "rp.response", where: { call: "password/login", status: 403, code: "PASSWORD_OFF" }, times: 1 },
      { kind: "rp.login", where: { outcome: "accepted" }, times: 0 },
    ],
    ledger: ORPHAN,
    decidedBy: null,
    mechanisms: ["flag-before-credential", "flag-before-credential", "no-credential"],
  },
};

const flagAtFirstLogin = variantOf(flagLockout, "first-login", {
  title: "The same with a flag that waits for the first verified assertion: the password still works",
  story: "The registration fails as before; nothing was switched over, so nothing is lost.",
  knobs: { "rp.flagAt": "first-login" },
  script: [{ do: "register" }, { do: "enter-password", atMs: 60_000 }],
  expect: {
    rp: [
      { kind: "rp.flag", times: 0 },
      { kind: "rp.login", where: { outcome: "accepted" }, times: 1 },
    ],
    ledger: ORPHAN,
    decidedBy: null,
    mechanisms: ["lost-answer", "success"],
  },
});

const notFresh: Scenario = {
  id: "rp-session-not-fresh",
  group: "site",
  title: "Passkeys may be created within 10 s of signing in; the person read the page first",
  story:
    "After five minutes the site refuses to give options. The browser is never asked, and the page says no more than that it failed.",
  sources: ["public issues: better-auth-ui/better-auth-ui 86, keycloak/keycloak 35276"],
  knobs: { "rp.freshAgeMs": 10_000 },
  script: [{ do: "enter-password" }, { do: "wait", forMs: 300_000 }, { do: "register" }],
  expect: {
    ctap: [{ kind: "ctap.request", times: 0 }],
    page: [{ kind: "page.called", times: 0 }],
    rp: [
      {
        kind: "rp.response",
        where: { call: "registration/options", status: 403, code: "SESSION_NOT_FRESH" },
        times: 1,
      },
    ],
    ledger: NOTHING,
    decidedBy: "rp.fresh",
    mechanisms: ["success", "session-not-fresh"],
  },
};

const freshAgain = variantOf(notFresh, "signed-in-again", {
  title: "The same, with the password asked for in place: the registration goes on",
  story: "The site lets the person prove who they are where they are, and resumes.",
  script: [
    { do: "enter-password" },
    { do: "wait", forMs: 300_000 },
    { do: "register" },
    { do: "enter-password" },
    { do: "register" },
  ],
  expect: {
    rp: [{ kind: "rp.row", where: { change: "created" }, times: 1 }],
    ledger: HEALTHY,
    decidedBy: "rp.fresh",
    mechanisms: ["success", "session-not-fresh", "success", "success"],
  },
});

const linkConsumed: Scenario = {
  id: "rp-link-consumed-first-click",
  group: "site",
  title: "The mailed link is spent by the first click; the first attempt fails on the phone",
  story:
    "The person says no by mistake. The link that led here has been used, and a second attempt is not let in.",
  sources: ["public issue: zitadel/zitadel 12499"],
  knobs: { ...PATIENT_PHONE, "rp.linkSingleUse": "click", "key.decision": "decline" },
  script: [
    { do: "register" },
    { do: "set", knobs: { "key.decision": "approve" } },
    { do: "register", atMs: 60_000 },
  ],
  expect: {
    ctap: [{ kind: "ctap.request", where: { command: "makeCredential" }, times: 1 }],
    page: [{ kind: "page.called", where: { method: "create" }, times: 1 }],
    rp: [
      {
        kind: "rp.response",
        where: { call: "registration/options", status: 410, code: "LINK_USED" },
        times: 1,
      },
    ],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["user-refused", "link-consumed"],
  },
};

const linkAtFinish = variantOf(linkConsumed, "at-finish", {
  title: "The same with a link that is spent by a success only: the second attempt works",
  story: "A failed attempt costs nothing.",
  knobs: { "rp.linkSingleUse": "finish" },
  expect: {
    rp: [{ kind: "rp.row", where: { change: "created" }, times: 1 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["user-refused", "success"],
  },
});

/** Whom the site lets in, and to what. */
export const SITE_ACCESS: readonly Scenario[] = [
  flagLockout,
  flagAtFirstLogin,
  notFresh,
  freshAgain,
  linkConsumed,
  linkAtFinish,
];
