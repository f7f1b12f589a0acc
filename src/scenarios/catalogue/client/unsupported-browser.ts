import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { HEALTHY, NOTHING, ORPHAN } from "../knob-sets.js";
import { KEY_MADE, NEVER_ASKED } from "../patterns.js";

const TOLD_OF_FAILURE = { kind: "user.saw", where: { where: "page", tone: "failure" }, times: 1 } as const;

const noWebauthn: Scenario = {
  id: "client-webauthn-missing",
  group: "client",
  title: "A browser without WebAuthn: the page's script fails, and the user reads that the passkey failed",
  story:
    "The link was opened in the browser inside an app, which has no `navigator.credentials`. The page asks for options " +
    "and its script fails at the call. No prompt appears, and the message says nothing of the browser.",
  sources: [
    "public issue: authgear/authgear-server 3844 (passkeys in a WebView)",
    "public issue: Web3Auth/web3auth-android-sdk 38",
    "public issue: w3c/webauthn 2262",
  ],
  knobs: { "client.webauthn": false },
  script: [{ do: "register" }],
  expect: {
    ctap: [NEVER_ASKED],
    page: [
      { kind: "page.unsupported", where: { feature: "webauthn" }, times: 1 },
      { kind: "page.threw", times: 1 },
      { kind: "page.called", times: 0 },
      TOLD_OF_FAILURE,
    ],
    rp: [{ kind: "rp.response", where: { call: "registration/options", status: 200 }, times: 1 }],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["browser-unsupported"],
  },
};

const webauthnChecked = variantOf(noWebauthn, "checked", {
  title:
    "A browser without WebAuthn: the page looks first, and says that this browser does not support passkeys",
  story: "Nothing is asked of the site, and the user knows to open the page in another browser.",
  knobs: { "page.checksBrowser": true },
  expect: {
    page: [
      { kind: "page.unsupported", where: { feature: "webauthn" }, times: 1 },
      { kind: "page.threw", times: 0 },
      { kind: "user.saw", where: { text: "This browser does not support passkeys." }, times: 1 },
    ],
    rp: [{ kind: "rp.request", times: 0 }],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["browser-unsupported"],
  },
});

const noJavascript = variantOf(noWebauthn, "javascript-off", {
  title: "JavaScript is switched off: nothing happens at the click",
  story: "A passkey needs a script. The button does nothing, and no text says why.",
  sources: ["WebAuthn Level 3 section 5.1 (the API is that of a script)"],
  knobs: { "client.webauthn": true, "client.javascript": false },
  expect: {
    page: [
      { kind: "page.unsupported", where: { feature: "javascript" }, times: 1 },
      { kind: "user.saw", times: 0 },
    ],
    rp: [{ kind: "rp.request", times: 0 }],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["browser-unsupported"],
  },
});

const noCookies: Scenario = {
  id: "client-cookies-off",
  group: "client",
  title: "The browser keeps no cookies: the passkey is created, and finish comes without its session",
  story:
    "The site knows a ceremony by its cookie. A browser that keeps none, or a site in a frame whose cookies are blocked, " +
    "gets options, asks the user for a touch, and is refused at the end. The passkey is an orphan.",
  sources: [
    "Field report: Mercari user: advice to check whether cookies and JavaScript are allowed",
    "Storage Access API, introduction (cookies of frames are blocked by default in some browsers)",
  ],
  knobs: { "client.cookies": false },
  script: [{ do: "register" }],
  expect: {
    ctap: [KEY_MADE],
    page: [{ kind: "page.unsupported", where: { feature: "cookies" }, times: 1 }, TOLD_OF_FAILURE],
    rp: [
      {
        kind: "rp.response",
        where: { call: "registration/finish", status: 401, code: "SESSION_LOST" },
        times: 1,
      },
    ],
    ledger: ORPHAN,
    decidedBy: null,
    mechanisms: ["browser-unsupported"],
  },
};

const cookiesChecked = variantOf(noCookies, "checked", {
  title: "The browser keeps no cookies: the page looks first, and no passkey is created",
  story: "The user is told to allow cookies before anything is asked of the key.",
  knobs: { "page.checksBrowser": true },
  expect: {
    ctap: [NEVER_ASKED],
    page: [{ kind: "user.saw", where: { text: "Please allow cookies for this site." }, times: 1 }],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["browser-unsupported"],
  },
});

const cookiesNotNeeded = variantOf(noCookies, "state-in-body", {
  title: "The browser keeps no cookies, and the site names the ceremony in the call: the passkey is created",
  story: "A signed state in the call's body needs no cookie.",
  knobs: { "rp.sessionIn": "body" },
  expect: {
    page: [{ kind: "user.saw", where: { where: "page", tone: "success" }, times: 1 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success"],
  },
});

/** A browser without WebAuthn, JavaScript or cookies. */
export const UNSUPPORTED_BROWSER: readonly Scenario[] = [
  noWebauthn,
  webauthnChecked,
  noJavascript,
  noCookies,
  cookiesChecked,
  cookiesNotNeeded,
];
