import type { Scenario } from "../scenario.js";

const HEALTHY = { keys: 1, rows: 1, orphans: 0, ghosts: 0, mails: 1 } as const;
const UNTOUCHED = { keys: 0, rows: 0, orphans: 0, ghosts: 0, mails: 0 } as const;
const NO_FINISH = { kind: "rp.request", where: { call: "registration/finish" }, times: 0 } as const;

type Profile = NonNullable<Scenario["knobs"]["client.profile"]>;

/** A cell of the matrix: what the client makes of the time the site asked for. */
function clamp(profile: Profile, wantedMs: number | null, effectiveMs: number): Scenario {
  const wanted = wantedMs === null ? "absent" : `${wantedMs}`;
  const isMain = profile === "chrome-floor3m" && wantedMs === 60_000;
  return {
    id: isMain ? "client-clamp-matrix" : `client-clamp-matrix/${profile}-${wanted}`,
    group: "client",
    title: `${profile}: a timeout of ${wanted} means ${effectiveMs / 1000} s`,
    story:
      "Nobody answers. How long the page waits is the client's decision: it moves the site's wish to its own bounds, " +
      "and the site's challenge has to live at least as long.",
    sources: [
      "WebAuthn Level 3, Recommended Range for Ceremony Timeouts",
      "Chromium, Gecko and WebKit: see the client profiles",
    ],
    knobs: {
      "client.profile": profile,
      "client.timeoutMs": wantedMs,
      "key.present": false,
      "user.closeSheetMs": 0,
    },
    script: [{ do: "register" }],
    expect: {
      ctap: [{ kind: "ctap.request", times: 0 }],
      page: [
        { kind: "page.called", where: { effectiveMs }, times: 1 },
        {
          kind: "page.settled",
          where: { name: "NotAllowedError", reason: "timeout" },
          atMs: [effectiveMs, effectiveMs + 1_000],
          times: 1,
        },
      ],
      rp: [NO_FINISH],
      ledger: UNTOUCHED,
      decidedBy: "client.ceremony",
      mechanisms: ["no-authenticator"],
    },
  };
}

const CLAMPS: readonly Scenario[] = [
  clamp("chrome-floor3m", 60_000, 180_000),
  clamp("chrome-floor3m", 600_000, 600_000),
  clamp("chrome-10s-10m", 5_000, 10_000),
  clamp("chrome-10s-10m", 86_400_000, 600_000),
  clamp("gecko", 5_000, 15_000),
  clamp("gecko", 300_000, 120_000),
  clamp("gecko", null, 30_000),
  clamp("webkit", 1, 1),
  clamp("webkit", null, 120_000),
  clamp("spec-l3", 60_000, 300_000),
  clamp("spec-l3", 86_400_000, 600_000),
  clamp("spec-l2-uvd", null, 120_000),
];

const staleChallenge: Scenario = {
  id: "client-conditional-stale-challenge",
  group: "client",
  title: "The login page stays open for 7 minutes; the autofill still works, its challenge does not",
  story:
    "A request in the autofill has no timer. The person picks the passkey after the site's challenge of five minutes " +
    "has died: the key signs, and the site refuses.",
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
  story: "One request per tab: Chromium refuses the second with OperationError, and the button seems dead.",
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
  title: "The same in WebKit: the first request ends, the second runs",
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
    "A password manager owns `navigator.credentials` and waits for the window to have the focus. The site's timeout " +
    "of 60 s is long over when the browser's own ceremony begins; the page has told of a failure by then.",
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
    "The person clicks into another window while the authenticator finishes: the passkey is made for nobody",
  story:
    "Chromium looks for the page's focus when a create() ends. Without it even a good answer becomes NotAllowedError. " +
    "A second try with the same user handle takes the orphan's place and heals everything.",
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
  id: "client-focus-lost-at-completion/no-retry",
  title: "The same without a second try: an orphan on the phone",
  script: focusLost.script.slice(0, 3),
  expect: {
    page: [{ kind: "page.settled", where: { reason: "page-not-focused" }, times: 1 }],
    rp: [NO_FINISH],
    ledger: { keys: 1, rows: 0, orphans: 1, ghosts: 0, mails: 0 },
    decidedBy: null,
    mechanisms: ["focus-lost-at-completion"],
  },
};

const sheetOpen: Scenario = {
  id: "client-timed-out-sheet-open",
  group: "client",
  title: "The timer fires at 180 s; the page learns of it at 900 s, when somebody closes the sheet",
  story:
    "Chromium shows the time-out on a sheet of its own and keeps the promise pending until the person closes it.",
  sources: [
    "Chromium chrome_authenticator_request_delegate.cc",
    "measured: Chromium 156, promise pending with the sheet open",
  ],
  knobs: { "key.present": false, "user.closeSheetMs": 720_000 },
  script: [{ do: "register" }],
  expect: {
    page: [
      { kind: "user.saw", where: { where: "browser", tone: "failure" }, atMs: [180_000, 181_000], times: 1 },
      {
        kind: "page.settled",
        where: { name: "NotAllowedError", reason: "timeout" },
        atMs: [900_000, 901_000],
        times: 1,
      },
    ],
    rp: [NO_FINISH],
    ledger: UNTOUCHED,
    decidedBy: "client.ceremony",
    mechanisms: ["no-authenticator"],
  },
};

const unclamped: Scenario = {
  id: "client-virtual-authenticator-unclamped",
  group: "client",
  title: "With a WebDriver virtual authenticator 2 s are 2 s; people get 180 s",
  story:
    "Chromium takes the site's timeout as it is while a virtual authenticator is attached: such a test never meets the floor of 3 minutes.",
  sources: ["Chromium authenticator_common_impl.cc (AdjustTimeout)"],
  knobs: {
    "client.timeoutMs": 2_000,
    "client.virtualAuthenticator": true,
    "key.touchDelayMs": null,
    "user.closeSheetMs": 0,
  },
  script: [{ do: "register" }],
  expect: {
    page: [
      {
        kind: "page.settled",
        where: { name: "NotAllowedError", reason: "timeout" },
        atMs: [2_000, 3_000],
        times: 1,
      },
    ],
    rp: [NO_FINISH],
    ledger: UNTOUCHED,
    decidedBy: "client.ceremony",
    mechanisms: ["client-timeout"],
  },
};

/** What clients make of requests. */
export const CLIENT: readonly Scenario[] = [
  ...CLAMPS,
  staleChallenge,
  pending,
  replaced,
  extensionHang,
  focusLost,
  focusLostOnce,
  sheetOpen,
  unclamped,
];
