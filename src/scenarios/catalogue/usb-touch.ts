import type { Scenario } from "../scenario.js";

const HEALTHY = { keys: 1, rows: 1, orphans: 0, ghosts: 0, mails: 1 } as const;
const UNTOUCHED = { keys: 0, rows: 0, orphans: 0, ghosts: 0, mails: 0 } as const;
const REJECTED = { outcome: "rejected", name: "NotAllowedError" } as const;
const NO_FINISH = { kind: "rp.request", where: { call: "registration/finish" }, times: 0 } as const;

const silentDrop: Scenario = {
  id: "usb-touch-timeout-silent-drop",
  group: "usb",
  title: "A touch at 45 s comes to a key that went dark at 30 s, and the browser says nothing until 180 s",
  story:
    "The key waits 30 s for a touch and gives up. Chromium forgets the key and keeps its sheet open; the person " +
    "touches a key that no longer listens, and reads of a time-out two and a half minutes later.",
  sources: [
    "Chromium device/fido/make_credential_request_handler.cc (a key that answers 0x2F is dropped)",
    "public issue: Yubico/yubioath-flutter 202",
  ],
  knobs: { "key.touchDelayMs": 45_000 },
  script: [{ do: "register" }],
  expect: {
    ctap: [
      {
        kind: "ctap.response",
        where: { command: "makeCredential", status: "USER_ACTION_TIMEOUT" },
        atMs: [30_000, 31_000],
        times: 1,
      },
      { kind: "ctap.credential", times: 0 },
    ],
    page: [
      { kind: "user.saw", atMs: [0, 179_000], times: 0 },
      { kind: "page.settled", where: REJECTED, atMs: [185_000, 186_000], times: 1 },
    ],
    rp: [NO_FINISH],
    ledger: UNTOUCHED,
    decidedBy: "key.up",
    mechanisms: ["key-timeout"],
  },
};

const reissue: Scenario = {
  id: "usb-touch-timeout-reissue",
  group: "usb",
  title: "WebKit asks the key again after 30 s, and a touch at 45 s still counts",
  story:
    "The key gives up at 30 s. WebKit sends the same command once more while its own timer of 120 s runs, and the " +
    "slow person's touch makes exactly one passkey.",
  sources: ["public change: WebKit/WebKit 1478"],
  knobs: { "client.profile": "webkit", "client.timeoutMs": 120_000, "key.touchDelayMs": 45_000 },
  script: [
    { do: "register", inBackground: true },
    { do: "set", atMs: 30_000, knobs: { "key.touchDelayMs": 14_700 } },
    { do: "wait", forMs: 20_000 },
  ],
  expect: {
    ctap: [
      { kind: "ctap.request", where: { command: "makeCredential" }, times: 2 },
      {
        kind: "ctap.response",
        where: { command: "makeCredential", status: "USER_ACTION_TIMEOUT" },
        times: 1,
      },
      {
        kind: "ctap.response",
        where: { command: "makeCredential", status: "OK" },
        atMs: [44_000, 46_000],
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

const actionTimeout: Scenario = {
  id: "usb-touch-action-timeout-3a",
  group: "usb",
  title: "Firmware that says 0x3A instead of 0x2F after 29 s comes to the same end",
  story:
    "Some keys answer a missing touch with 0x3A. A client has to class it like 0x2F: presence expired, nobody refused.",
  sources: ["public issue: solokeys/solo1 289", "public issue: Yubico/libfido2 230"],
  knobs: { "key.upTimeoutMs": 29_000, "key.upStatus": "0x3a", "key.touchDelayMs": null },
  script: [{ do: "register" }],
  expect: {
    ctap: [
      {
        kind: "ctap.response",
        where: { command: "makeCredential", status: "ACTION_TIMEOUT" },
        atMs: [29_000, 30_000],
        times: 1,
      },
    ],
    page: [{ kind: "page.settled", where: REJECTED, atMs: [185_000, 186_000], times: 1 }],
    rp: [NO_FINISH],
    ledger: UNTOUCHED,
    decidedBy: "key.up",
    mechanisms: ["key-timeout"],
  },
};

const stale: Scenario = {
  id: "usb-stale-key-not-registered",
  group: "usb",
  title: "The key at hand does not hold the passkey",
  story:
    "The passkey was made on one key and another one is plugged in at login. It says so, the browser shows a sheet " +
    "of its own, and the page learns of it when the person closes that.",
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

/** Touch and timer of a key on a cable. */
export const USB_TOUCH: readonly Scenario[] = [silentDrop, reissue, actionTimeout, stale];
