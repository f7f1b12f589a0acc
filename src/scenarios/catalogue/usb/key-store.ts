import type { Scenario } from "../../scenario.js";
import { HEALTHY, NOTHING } from "../knob-sets.js";
import { NO_FINISH } from "../patterns.js";

const stale: Scenario = {
  id: "usb-stale-key-not-registered",
  group: "usb",
  title: "The key at hand does not hold the passkey",
  story:
    "The passkey was created on one key and another one is plugged in at login. The key says so, the browser " +
    "shows a sheet of its own, and the page learns of it when the user closes that sheet.",
  sources: ["public issue: solokeys/solo1 319", "public issue: authgear/authgear-server 2320"],
  knobs: {},
  script: [
    { do: "register" },
    { do: "set", atMs: 59_000, knobs: { "key.which": "second", "key.touchDelayMs": 4_000 } },
    { do: "login", atMs: 60_000 },
  ],
  expect: {
    ctap: [{ kind: "ctap.response", where: { command: "getAssertion", status: "NO_CREDENTIALS" } }],
    page: [
      { kind: "user.saw", where: { where: "browser", tone: "failure" }, times: 1 },
      {
        kind: "page.settled",
        where: { method: "get", name: "NotAllowedError", reason: "no-credential" },
        times: 1,
      },
    ],
    rp: [{ kind: "rp.request", where: { call: "login/finish" }, times: 0 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "no-credential"],
  },
};

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
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["store-full"],
  },
};

const resetMissed: Scenario = {
  id: "usb-reset-window-missed",
  group: "usb",
  title: "A lab resets the key 12 s after power-up; the key allows 10 s",
  story: "Keys can be reset only right after they were plugged in. A slow hub misses that window.",
  sources: ["Yubico SDK manual (10 s, older firmware 5 s)", "public test: google/CTAP2-test-tool, reset"],
  knobs: { "key.resetWindowMs": 10_000 },
  script: [{ do: "register" }, { do: "replug", atMs: 60_000 }, { do: "reset-key", atMs: 72_000 }],
  draws: { knobs: { "key.resetWindowMs": [8_000, 11_500] }, why: "the window has to close before the reset" },
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
  title: "A lab resets the key 7 s after power-up: the key is empty, and the site's row is stale",
  story:
    "The reset comes in time and is touched, so it works. It deletes the passkeys; the site does not know.",
  sources: resetMissed.sources,
  knobs: { "key.resetWindowMs": 10_000 },
  script: [{ do: "register" }, { do: "replug", atMs: 60_000 }, { do: "reset-key", atMs: 67_000 }],
  draws: { knobs: { "key.resetWindowMs": [9_500, 12_000] }, why: "the reset has to come within the window" },
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
  title: "A reset in time, but the user does not touch the key: the reset times out",
  story: "A reset needs a touch; without one the key answers after 30 s that no touch came.",
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

/** What a key holds, and when it can be reset. */
export const KEY_STORE: readonly Scenario[] = [stale, keystoreFull, resetMissed, resetInTime, resetUntouched];
