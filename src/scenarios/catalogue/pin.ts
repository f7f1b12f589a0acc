import type { Scenario } from "../scenario.js";

const HEALTHY = { keys: 1, rows: 1, orphans: 0, ghosts: 0, mails: 1 } as const;
const UNTOUCHED = { keys: 0, rows: 0, orphans: 0, ghosts: 0, mails: 0 } as const;
const WITH_PIN = { "key.pinSet": true, "rp.userVerification": "required" } as const;
const NO_FINISH = { kind: "rp.request", where: { call: "registration/finish" }, times: 0 } as const;
const LOCKED = {
  kind: "page.settled",
  where: { outcome: "rejected", name: "NotAllowedError", reason: "pin-blocked" },
  times: 1,
} as const;

const threeStrikes: Scenario = {
  id: "pin-three-strikes-power-cycle",
  group: "pin",
  title: "Three wrong PINs, then the right one: refused until the key was unplugged",
  story:
    "After three wrong PINs in a row a key accepts none, not even the right one, until power was cut. The person " +
    "tries again in vain, unplugs the key, plugs it in again, and the same PIN works.",
  sources: ["public issue: google/CTAP2-test-tool 130", "public issue: solokeys/solo1 349"],
  knobs: { ...WITH_PIN, "pin.wrongFirst": 3 },
  script: [
    { do: "register" },
    { do: "register", atMs: 60_000 },
    { do: "unplug", atMs: 90_000 },
    { do: "replug", atMs: 92_000 },
    { do: "register", atMs: 100_000 },
  ],
  expect: {
    ctap: [
      { kind: "ctap.response", where: { command: "clientPin", status: "PIN_INVALID" }, times: 2 },
      { kind: "ctap.response", where: { command: "clientPin", status: "PIN_AUTH_BLOCKED" }, times: 2 },
      { kind: "ctap.response", where: { command: "makeCredential", status: "OK" }, times: 1 },
    ],
    page: [
      { ...LOCKED, times: 2 },
      { kind: "page.settled", where: { outcome: "resolved" }, times: 1 },
    ],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["pin-blocked", "pin-blocked", "success"],
  },
};

const blocked: Scenario = {
  id: "pin-blocked-permanent",
  group: "pin",
  title: "The key's PIN attempts are used up: only a reset helps",
  story:
    "Eight wrong PINs over the years, and the key answers 0x32 for good. A reset would delete every passkey on it.",
  sources: ["CTAP 2.2 §6.5.5.7 (pinRetries)"],
  knobs: { ...WITH_PIN, "key.pinRetries": 0 },
  script: [{ do: "register" }],
  expect: {
    ctap: [{ kind: "ctap.response", where: { command: "clientPin", status: "PIN_BLOCKED" }, times: 1 }],
    page: [LOCKED, { kind: "user.saw", where: { text: "The security key is locked" }, times: 1 }],
    rp: [NO_FINISH],
    ledger: UNTOUCHED,
    decidedBy: null,
    mechanisms: ["pin-blocked"],
  },
};

const twoStrikes: Scenario = {
  id: "pin-two-strikes-bug",
  group: "pin",
  title: "Firmware that wants to be unplugged after two wrong PINs already",
  story: "A client with a counter of its own would promise a third attempt. The key's status is what counts.",
  sources: ["public issue: trussed-dev/fido-authenticator 35"],
  knobs: { ...WITH_PIN, "pin.wrongFirst": 2, "pin.strikesPerBoot": 2 },
  script: [{ do: "register" }],
  expect: {
    ctap: [
      { kind: "ctap.response", where: { command: "clientPin", status: "PIN_INVALID" }, times: 1 },
      { kind: "ctap.response", where: { command: "clientPin", status: "PIN_AUTH_BLOCKED" }, times: 1 },
    ],
    page: [LOCKED],
    rp: [NO_FINISH],
    ledger: UNTOUCHED,
    decidedBy: null,
    mechanisms: ["pin-blocked"],
  },
};

const uvFallsBack: Scenario = {
  id: "uv-blocked-no-pin-fallback",
  group: "pin",
  title: "The fingerprint is never recognised and the key has no PIN: the request ends",
  story: "The sensor gives up on the person. Without a PIN to fall back to there is no way on.",
  sources: [
    "public issue: Yubico/python-fido2 268",
    "public issue: Yubico/libfido2 333",
    "public issue: gravitational/teleport 15949",
  ],
  knobs: { "key.profile": "fingerprint", "rp.userVerification": "required", "uv.bad": 9 },
  script: [{ do: "register" }, { do: "register", atMs: 60_000 }],
  expect: {
    ctap: [
      { kind: "ctap.response", where: { status: "UV_BLOCKED" } },
      { kind: "ctap.credential", times: 0 },
    ],
    page: [{ kind: "page.settled", where: { outcome: "rejected", reason: "uv-failed" }, times: 2 }],
    rp: [NO_FINISH],
    ledger: UNTOUCHED,
    decidedBy: null,
    mechanisms: ["uv-blocked", "uv-blocked"],
  },
};

const uvWithPin: Scenario = {
  id: "uv-blocked-no-pin-fallback/with-pin",
  group: "pin",
  title: "The fingerprint is not recognised three times; the PIN takes over and it works",
  story: "A good client switches to the PIN when the sensor is used up and lets its timer run on.",
  sources: uvFallsBack.sources,
  knobs: { ...WITH_PIN, "key.profile": "fingerprint", "uv.bad": 5 },
  script: [{ do: "register" }],
  expect: {
    ctap: [{ kind: "ctap.response", where: { command: "makeCredential", status: "OK" }, times: 1 }],
    page: [{ kind: "page.settled", where: { outcome: "resolved" }, times: 1 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success"],
  },
};

const tokenExpired: Scenario = {
  id: "pin-token-first-use-expired",
  group: "pin",
  title: "31 s between PIN and command: the token is dead, and the browser gives up at once",
  story:
    "A PIN token has to be used within 30 s on USB. This host dawdles 31 s; the key answers 0x33, and because a " +
    "token was in use Chromium ends the request.",
  sources: ["CTAP 2.1 §6.5.2.1 (pinUvAuthToken usage timer)"],
  knobs: { ...WITH_PIN, "host.stallAfterTokenMs": 31_000 },
  script: [{ do: "register" }],
  expect: {
    ctap: [
      {
        kind: "ctap.response",
        where: { command: "makeCredential", status: "PIN_AUTH_INVALID" },
        atMs: [37_000, 39_000],
        times: 1,
      },
    ],
    page: [{ kind: "page.settled", where: { name: "NotAllowedError" }, times: 1 }],
    rp: [NO_FINISH],
    ledger: UNTOUCHED,
    decidedBy: null,
    mechanisms: ["token-expired"],
  },
};

const tokenInTime: Scenario = {
  id: "pin-token-first-use-expired/29s",
  group: "pin",
  title: "29 s between PIN and command: on USB the token still counts",
  story: "One second before its end the token is as good as new.",
  sources: tokenExpired.sources,
  knobs: { ...WITH_PIN, "host.stallAfterTokenMs": 29_000 },
  script: [{ do: "register" }],
  expect: {
    page: [{ kind: "page.settled", where: { outcome: "resolved" }, times: 1 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success"],
  },
};

const nextAssertion: Scenario = {
  id: "next-assertion-30s",
  group: "pin",
  title: "The client shows its account list for 35 s before it asks for the next assertion",
  story:
    "A key with several accounts gives one assertion after another, and forgets the rest 30 s after the last. A " +
    "client that lets the person look first asks too late.",
  sources: ["OpenSK (STATEFUL_COMMAND_TIMEOUT)", "CTAP 2.2 §6.3"],
  knobs: { "rp.allowList": "empty", "rp.excludeList": "empty", "client.chooserMs": 35_000 },
  script: [
    { do: "register", account: "hanako" },
    { do: "register", atMs: 20_000, account: "taro" },
    { do: "register", atMs: 40_000, account: "jiro" },
    { do: "login", atMs: 60_000 },
  ],
  expect: {
    ctap: [
      { kind: "ctap.response", where: { command: "getNextAssertion", status: "NOT_ALLOWED" }, times: 1 },
    ],
    page: [{ kind: "page.settled", where: { method: "get", name: "NotAllowedError" }, times: 1 }],
    rp: [{ kind: "rp.request", where: { call: "login/finish" }, times: 0 }],
    ledger: { keys: 3, rows: 3, orphans: 0, ghosts: 0, mails: 3 },
    decidedBy: "key.nextAssertion",
    mechanisms: ["success", "success", "success", "assertion-window-missed"],
  },
};

const noScreenLock: Scenario = {
  id: "uv-required-no-screen-lock",
  group: "pin",
  title:
    "A phone without a screen lock reads the code and goes no further; the code stands there for three minutes",
  story:
    "Who is to be verified needs something to be verified by. The phone tells its owner to set up a screen lock and " +
    "never broadcasts; the computer, which waits for that, cannot know.",
  sources: ["Chromium CableAuthenticatorUI.java (error 110, before anything is sent)"],
  knobs: { "link.road": "hybrid", "phone.screenLock": false, "rp.userVerification": "required" },
  script: [{ do: "register" }],
  expect: {
    ctap: [{ kind: "ctap.request", times: 0 }],
    link: [
      { kind: "link.hybrid", where: { stage: "qr-scanned" }, actor: "phone", times: 1 },
      { kind: "link.hybrid", where: { stage: "advert-sent" }, times: 0 },
    ],
    page: [
      { kind: "user.saw", where: { where: "phone", tone: "failure" }, times: 1 },
      {
        kind: "page.settled",
        where: { outcome: "rejected", name: "NotAllowedError", reason: "timeout" },
        atMs: [180_000, 190_000],
        times: 1,
      },
    ],
    rp: [NO_FINISH],
    ledger: UNTOUCHED,
    decidedBy: "client.ceremony",
    mechanisms: ["phone-not-heard"],
  },
};

/** PINs, fingers and the tokens they earn. */
export const PIN: readonly Scenario[] = [
  threeStrikes,
  blocked,
  twoStrikes,
  uvFallsBack,
  uvWithPin,
  tokenExpired,
  tokenInTime,
  nextAssertion,
  noScreenLock,
];
