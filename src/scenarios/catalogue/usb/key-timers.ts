import type { Scenario } from "../../scenario.js";
import { HEALTHY, NOTHING } from "../knob-sets.js";
import { NO_FINISH } from "../patterns.js";

const keyNeverTouched: Scenario = {
  id: "key-never-touched",
  group: "usb",
  title: "The user never touches the key: it gives up at 30 s, the browser says so at 180 s",
  story:
    "The key waits 30 s and answers that no touch came. Chromium then drops that key without a report to the page " +
    "and waits for another one until its own timer of 180 s. The page learns nothing until the user closes the " +
    "sheet.",
  sources: [
    "Chromium device/fido/fido_device_authenticator.cc (a key that answers 0x2F is dropped)",
    "public issue: Yubico/yubioath-flutter 202 (a slow user)",
  ],
  knobs: { "key.touchDelayMs": null },
  script: [{ do: "register" }],
  expect: {
    ctap: [
      {
        kind: "ctap.response",
        where: { command: "makeCredential", status: "USER_ACTION_TIMEOUT" },
        atMs: [30_000, 31_000],
        times: 1,
      },
    ],
    page: [
      { kind: "user.saw", where: { where: "browser", tone: "failure" }, atMs: [180_000, 181_000], times: 1 },
      {
        kind: "page.settled",
        where: { outcome: "rejected", name: "NotAllowedError", reason: "timeout" },
        atMs: [185_000, 186_000],
        times: 1,
      },
    ],
    rp: [{ kind: "rp.request", where: { call: "registration/finish" }, times: 0 }],
    ledger: NOTHING,
    decidedBy: "key.up",
    mechanisms: ["key-timeout"],
  },
};

const REJECTED = { outcome: "rejected", name: "NotAllowedError" } as const;

const silentDrop: Scenario = {
  id: "usb-touch-timeout-silent-drop",
  group: "usb",
  title: "A touch at 45 s comes to a key that gave up at 30 s, and the browser says nothing until 180 s",
  story:
    "The key waits 30 s for a touch and gives up. Chromium drops the key and keeps its sheet open. The user " +
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
    ledger: NOTHING,
    decidedBy: "key.up",
    mechanisms: ["key-timeout"],
  },
};

const reissue: Scenario = {
  id: "usb-touch-timeout-reissue",
  group: "usb",
  title: "WebKit asks the key again after 30 s, and a touch at 45 s still counts",
  story:
    "The key gives up at 30 s. WebKit sends the same command once more while its own timer of 120 s runs, and " +
    "the slow user's touch creates exactly one passkey.",
  sources: ["public change: WebKit/WebKit 1478"],
  knobs: { "client.profile": "webkit", "client.timeoutMs": 120_000, "key.touchDelayMs": 45_000 },
  script: [
    { do: "register", inBackground: true },
    { do: "set", atMs: 30_000, knobs: { "key.touchDelayMs": 14_700 } },
    { do: "wait", forMs: 20_000 },
  ],
  draws: {
    knobs: { "key.upTimeoutMs": [32_500, 36_000], "key.touchDelayMs": [40_000, 54_000] },
    why: "the key has to give up once, before the user touches it",
  },
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
  title: "A key that answers 0x3A instead of 0x2F after 29 s: the same outcome",
  story:
    "Some keys answer a missing touch with 0x3A. A client has to treat it like 0x2F: user presence expired, the " +
    "user did not refuse.",
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
    ledger: NOTHING,
    decidedBy: "key.up",
    mechanisms: ["key-timeout"],
  },
};

const nextAssertion: Scenario = {
  id: "next-assertion-30s",
  group: "usb",
  title: "The client shows its account list for 35 s before it asks for the next assertion",
  story:
    "A key with several accounts returns one assertion after another, and discards the rest 30 s after the " +
    "last. A client that shows its list first asks too late.",
  sources: ["OpenSK (STATEFUL_COMMAND_TIMEOUT)", "CTAP 2.2 §6.3"],
  knobs: { "rp.allowList": "empty", "rp.excludeList": "empty", "client.chooserMs": 35_000 },
  script: [
    { do: "register", account: "hanako" },
    { do: "register", atMs: 20_000, account: "taro" },
    { do: "register", atMs: 40_000, account: "jiro" },
    { do: "login", atMs: 60_000 },
  ],
  draws: {
    knobs: { "client.chooserMs": [30_500, 60_000] },
    why: "assertions are kept for 30 s by the specification",
  },
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

/** How long a key waits, and how clients react when it stops. */
export const KEY_TIMERS: readonly Scenario[] = [
  keyNeverTouched,
  silentDrop,
  reissue,
  actionTimeout,
  nextAssertion,
];
