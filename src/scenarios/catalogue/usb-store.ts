import type { Scenario } from "../scenario.js";

const HEALTHY = { keys: 1, rows: 1, orphans: 0, ghosts: 0, mails: 1 } as const;
const UNTOUCHED = { keys: 0, rows: 0, orphans: 0, ghosts: 0, mails: 0 } as const;
const NO_FINISH = { kind: "rp.request", where: { call: "registration/finish" }, times: 0 } as const;

const keystoreFull: Scenario = {
  id: "usb-keystore-full",
  group: "usb",
  title: "All 25 slots of the key are taken",
  story: "The site wants a discoverable passkey and the key has no room for one; it says so after the touch.",
  sources: ["Chromium make_credential_request_handler.cc (0x28)"],
  knobs: { "key.slots": 25, "key.used": 25 },
  script: [{ do: "register" }],
  expect: {
    ctap: [
      { kind: "ctap.response", where: { command: "makeCredential", status: "KEY_STORE_FULL" }, times: 1 },
    ],
    page: [
      { kind: "user.saw", where: { where: "browser", text: "The security key is full" }, times: 1 },
      { kind: "page.settled", where: { name: "NotAllowedError", reason: "storage-full" }, times: 1 },
    ],
    rp: [NO_FINISH],
    ledger: UNTOUCHED,
    decidedBy: null,
    mechanisms: ["store-full"],
  },
};

const firstPin: Scenario = {
  id: "usb-first-pin-setup-too-slow",
  group: "pin",
  title: "The site allows 15 s; choosing the key's first PIN takes 26 s",
  story:
    "The system wants a PIN on the key before its first use. While the person chooses one, the browser's timer ends " +
    "the request. The PIN is set all the same, and a second try only asks for it.",
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

const resetMissed: Scenario = {
  id: "usb-reset-window-missed",
  group: "usb",
  title: "A lab resets the key 12 s after power-up; the key allows 10 s",
  story:
    "Keys let themselves be reset only right after they were plugged in. A slow hub and the window is gone.",
  sources: ["Yubico SDK manual (10 s, older firmware 5 s)", "public test: google/CTAP2-test-tool, reset"],
  knobs: { "key.resetWindowMs": 10_000 },
  script: [{ do: "register" }, { do: "replug", atMs: 60_000 }, { do: "reset-key", atMs: 72_000 }],
  expect: {
    ctap: [
      { kind: "ctap.response", where: { command: "reset", status: "NOT_ALLOWED" }, times: 1 },
      { kind: "ctap.credential", where: { change: "deleted" }, times: 0 },
    ],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success"],
  },
};

const resetInTime: Scenario = {
  id: "usb-reset-window-missed/in-time",
  group: "usb",
  title: "The same lab 7 s after power-up: the key is empty, and the site's row points nowhere",
  story: "In time and touched, the reset works. It takes the passkeys with it; the site does not know.",
  sources: resetMissed.sources,
  knobs: { "key.resetWindowMs": 10_000 },
  script: [{ do: "register" }, { do: "replug", atMs: 60_000 }, { do: "reset-key", atMs: 67_000 }],
  expect: {
    ctap: [
      { kind: "ctap.response", where: { command: "reset", status: "OK" }, times: 1 },
      { kind: "ctap.credential", where: { change: "deleted" }, times: 1 },
    ],
    ledger: { keys: 0, rows: 1, orphans: 0, ghosts: 1, mails: 1 },
    decidedBy: null,
    mechanisms: ["success"],
  },
};

const resetUntouched: Scenario = {
  id: "usb-reset-window-missed/not-touched",
  group: "usb",
  title: "In time, but nobody touches the key: the reset times out",
  story: "A reset wants a touch; without one the key answers after 30 s that nobody came.",
  sources: resetMissed.sources,
  knobs: {},
  script: [
    { do: "register" },
    { do: "replug", atMs: 60_000 },
    { do: "set", atMs: 61_000, knobs: { "key.touchDelayMs": null } },
    { do: "reset-key", atMs: 64_000 },
  ],
  expect: {
    ctap: [
      {
        kind: "ctap.response",
        where: { command: "reset", status: "USER_ACTION_TIMEOUT" },
        atMs: [94_000, 95_000],
        times: 1,
      },
    ],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success"],
  },
};

/** What a key has room for, and what it lets a lab do to it. */
export const USB_STORE: readonly Scenario[] = [
  keystoreFull,
  firstPin,
  resetMissed,
  resetInTime,
  resetUntouched,
];
