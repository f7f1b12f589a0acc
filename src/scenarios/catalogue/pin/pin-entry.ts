import type { Scenario } from "../../scenario.js";
import { HEALTHY, NOTHING } from "../knob-sets.js";
import { NO_FINISH, WITH_PIN } from "../patterns.js";

const pinRegistration: Scenario = {
  id: "pin-registration",
  group: "pin",
  title: "The site requires user verification and the key asks for its PIN",
  story: "The key has a PIN. The browser asks for it, fetches a token with it, and then asks for the touch.",
  sources: ["CTAP 2.2 §6.5.5.7.2 (getPinUvAuthTokenUsingPinWithPermissions)"],
  knobs: { "key.pinSet": true, "rp.userVerification": "required" },
  script: [{ do: "register" }],
  expect: {
    ctap: [
      { kind: "ctap.response", where: { command: "clientPin", status: "OK" } },
      {
        kind: "ctap.response",
        where: { command: "makeCredential", status: "OK" },
        atMs: [7_500, 15_000],
        times: 1,
      },
    ],
    page: [{ kind: "page.settled", where: { outcome: "resolved" }, times: 1 }],
    rp: [{ kind: "rp.response", where: { call: "registration/finish", status: 200 }, times: 1 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success"],
  },
};

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
    "After three wrong PINs in a row a key accepts none, not even the right one, until its power was cut. The " +
    "user tries again in vain, unplugs the key, plugs it in again, and the same PIN works.",
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
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["pin-blocked"],
  },
};

const twoStrikes: Scenario = {
  id: "pin-two-strikes-bug",
  group: "pin",
  title: "Firmware that requires a power cycle after two wrong PINs already",
  story: "A client with a counter of its own would promise a third attempt. The key's status decides.",
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
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["pin-blocked"],
  },
};

const tokenExpired: Scenario = {
  id: "pin-token-first-use-expired",
  group: "pin",
  title: "31 s between PIN and command: the token has expired, and the browser gives up at once",
  story:
    "A PIN token has to be used within 30 s on USB. This host waits 31 s; the key answers 0x33, and because a " +
    "token was in use Chromium ends the request.",
  sources: ["CTAP 2.1 §6.5.2.1 (pinUvAuthToken usage timer)"],
  knobs: { ...WITH_PIN, "host.stallAfterTokenMs": 31_000 },
  script: [{ do: "register" }],
  draws: {
    knobs: { "host.stallAfterTokenMs": [30_500, 60_000] },
    why: "a token lives 30 s by the specification",
  },
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
    ledger: NOTHING,
    decidedBy: "key.tokenFirstUse",
    mechanisms: ["token-expired"],
  },
};

const tokenInTime: Scenario = {
  id: "pin-token-first-use-expired/29s",
  group: "pin",
  title: "29 s between PIN and command: on USB the token is still valid",
  story: "One second before it expires the token still works.",
  sources: tokenExpired.sources,
  knobs: { ...WITH_PIN, "host.stallAfterTokenMs": 29_000 },
  script: [{ do: "register" }],
  draws: {
    knobs: { "host.stallAfterTokenMs": [5_000, 29_500] },
    why: "a token lives 30 s by the specification",
  },
  expect: {
    page: [{ kind: "page.settled", where: { outcome: "resolved" }, times: 1 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success"],
  },
};

const firstPin: Scenario = {
  id: "usb-first-pin-setup-too-slow",
  group: "pin",
  title: "The site allows 15 s; choosing the key's first PIN takes 26 s",
  story:
    "The system asks for a PIN on the key before its first use. While the user chooses one, the browser's timer " +
    "ends the request. The PIN is set all the same, and a second try only asks for it.",
  sources: ["public issue: auth0/webauthn.me 20"],
  knobs: {
    "client.profile": "gecko",
    "client.timeoutMs": 15_000,
    "os.setsUpPin": true,
    "user.pinSetupMs": 26_000,
  },
  script: [
    { do: "register" },
    { do: "set", atMs: 50_000, knobs: { "client.timeoutMs": 120_000 } },
    { do: "register", atMs: 60_000 },
  ],
  expect: {
    ctap: [{ kind: "ctap.credential", where: { change: "created" }, times: 1 }],
    page: [
      {
        kind: "page.settled",
        where: { name: "NotAllowedError", reason: "timeout" },
        atMs: [15_000, 16_000],
        times: 1,
      },
      { kind: "page.settled", where: { outcome: "resolved" }, times: 1 },
    ],
    ledger: HEALTHY,
    decidedBy: "client.ceremony",
    mechanisms: ["client-timeout", "success"],
  },
};

/** Setting and entering the PIN of a key, and the token it gives. */
export const PIN_ENTRY: readonly Scenario[] = [
  pinRegistration,
  threeStrikes,
  blocked,
  twoStrikes,
  tokenExpired,
  tokenInTime,
  firstPin,
];
