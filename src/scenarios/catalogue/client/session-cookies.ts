import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { HEALTHY, ORPHAN } from "../knob-sets.js";

const CLEARED = {
  kind: "user.cleared",
  where: { what: "site-data" },
  times: 1,
} as const;

const cookiesCleared: Scenario = {
  id: "client-cookies-cleared-mid-flow",
  group: "client",
  title:
    "Cookies are cleared at 20 s, the phone is done at 35 s: the site has lost the session of the ceremony",
  story:
    "Articles advise to clear cookies when a login hangs. The browser's request goes on and the phone creates " +
    "the passkey. The site knew the ceremony by its cookie and refuses a valid answer. The passkey is an " +
    "orphan.",
  sources: ["Field report: Mercari user: advice to clear cookies and cache and to restart the browser"],
  knobs: { "link.road": "hybrid", "client.clearCookiesMs": 20_000, "key.touchDelayMs": 25_000 },
  script: [{ do: "register" }],
  expect: {
    ctap: [
      {
        kind: "ctap.response",
        where: { command: "makeCredential", status: "OK" },
        atMs: [33_000, 37_000],
        times: 1,
      },
    ],
    page: [
      CLEARED,
      { kind: "page.settled", where: { outcome: "resolved" }, times: 1 },
      { kind: "user.saw", where: { where: "page", tone: "failure" }, times: 1 },
    ],
    rp: [
      {
        kind: "rp.response",
        where: { call: "registration/finish", status: 401, code: "SESSION_LOST" },
        times: 1,
      },
      { kind: "rp.row", times: 0 },
    ],
    ledger: ORPHAN,
    decidedBy: null,
    mechanisms: ["session-lost"],
  },
};

const clearedAtLogin = variantOf(cookiesCleared, "login", {
  title: "Cookies are cleared during a login: it fails, and leaves nothing behind",
  story: "The phone signs, and the site has lost the session. Another try works.",
  knobs: { "client.clearCookiesMs": null, "key.touchDelayMs": 1_500 },
  script: [
    { do: "register" },
    { do: "set", knobs: { "client.clearCookiesMs": 20_000, "key.touchDelayMs": 25_000 } },
    { do: "login", atMs: 60_000 },
    { do: "set", knobs: { "client.clearCookiesMs": null } },
    { do: "login", atMs: 120_000 },
  ],
  expect: {
    ctap: [{ kind: "ctap.credential", where: { change: "used" }, times: 2 }],
    page: [CLEARED],
    rp: [
      { kind: "rp.login", where: { outcome: "refused", reason: "SESSION_LOST" }, times: 1 },
      { kind: "rp.login", where: { outcome: "accepted" }, times: 1 },
    ],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "session-lost", "success"],
  },
});

const stateInBody = variantOf(cookiesCleared, "state-in-body", {
  title: "Cookies are cleared, and the finish call carries a signed state of its own: nothing is lost",
  story: "The call itself names the ceremony, so the cookie is not needed.",
  knobs: { "rp.sessionIn": "body" },
  expect: {
    page: [CLEARED],
    rp: [{ kind: "rp.response", where: { call: "registration/finish", status: 200 }, times: 1 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success"],
  },
});

/** A session that ends in the middle of a ceremony. */
export const SESSION_COOKIES: readonly Scenario[] = [cookiesCleared, clearedAtLogin, stateInBody];
