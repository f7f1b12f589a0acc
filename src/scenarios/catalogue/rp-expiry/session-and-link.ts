import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { HEALTHY, NOTHING, PATIENT_PHONE } from "../knob-sets.js";

const notFresh: Scenario = {
  id: "rp-session-not-fresh",
  group: "rp-expiry",
  title: "Passkeys may be created within 10 s of signing in; the user read the page for five minutes first",
  story:
    "The site refuses to issue options after five minutes. The browser is never asked, and the page says no " +
    "more than that it failed.",
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
  title:
    "The session is too old to create a passkey; the site asks for the password in place and the registration " +
    "goes on",
  story: "The site lets the user sign in again on the same page, and resumes.",
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
  group: "rp-expiry",
  title: "The mailed link is consumed by the first click; the first attempt fails on the phone",
  story:
    "The user refuses by mistake. The link that led to the page has been used, so a second attempt is refused.",
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
  title: "The mailed link is consumed by a successful finish only: the second attempt works",
  story: "A failed attempt does not consume the link.",
  knobs: { "rp.linkSingleUse": "finish" },
  expect: {
    rp: [{ kind: "rp.row", where: { change: "created" }, times: 1 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["user-refused", "success"],
  },
});

/** Sessions and mailed links that end before the registration. */
export const SESSION_AND_LINK: readonly Scenario[] = [notFresh, freshAgain, linkConsumed, linkAtFinish];
