import type { Scenario } from "../../scenario.js";
import { HEALTHY, NOTHING, ORPHAN } from "../knob-sets.js";
import { ACCEPTED, NO_FINISH, RESOLVED } from "../patterns.js";

const cancelRace: Scenario = {
  id: "usb-cancel-race",
  group: "usb",
  title: "The page aborts just after the touch: the key answers 0x00 and its answer is discarded",
  story:
    "The user touches the key and the page aborts in the same moment. The key already works on the answer and " +
    "the cancel comes too late: the page gets AbortError, and the key keeps a passkey the site has never heard " +
    "of.",
  sources: ["Chromium device/fido/hid/fido_hid_device.cc (states of Cancel)", "CTAP 2.2 §11.2.9.1.5"],
  knobs: {
    "page.guardMs": 5_000,
    "page.aborts": true,
    "key.touchDelayMs": 4_700,
    "key.createMs": 400,
  },
  script: [{ do: "register" }],
  draws: {
    knobs: {
      "page.guardMs": null,
      "net.latencyMs": [20, 60],
      "rp.optionsMs": [20, 60],
      "key.processingMs": [50, 150],
      "key.touchDelayMs": [4_400, 4_650],
      "key.createMs": [520, 900],
    },
    why: "a race is one for less than a second",
  },
  expect: {
    ctap: [
      { kind: "ctap.cancel", where: { command: "makeCredential" }, times: 1 },
      { kind: "ctap.credential", where: { change: "created" }, times: 1 },
      { kind: "ctap.discarded", where: { command: "makeCredential", status: "OK" } },
    ],
    page: [{ kind: "page.settled", where: { name: "AbortError", reason: "aborted" }, times: 1 }],
    rp: [NO_FINISH],
    ledger: ORPHAN,
    decidedBy: "page.guard",
    mechanisms: ["cancel-race"],
  },
};

const cancelInTime: Scenario = {
  id: "usb-cancel-race/cancel-first",
  group: "usb",
  title: "The page aborts just before the touch: the key answers 0x2D and keeps nothing",
  story: "The cancel arrives before the touch: the key stops blinking, and creates nothing.",
  sources: cancelRace.sources,
  knobs: { "page.guardMs": 5_000, "page.aborts": true, "key.touchDelayMs": 5_200 },
  script: [{ do: "register" }],
  draws: {
    knobs: { "page.guardMs": [4_000, 5_000], "key.touchDelayMs": [5_200, 9_000] },
    why: "the page has to abort before the touch",
  },
  expect: {
    ctap: [
      { kind: "ctap.cancel", where: { command: "makeCredential" }, times: 1 },
      { kind: "ctap.credential", times: 0 },
    ],
    page: [{ kind: "page.settled", where: { name: "AbortError", reason: "aborted" }, times: 1 }],
    rp: [NO_FINISH],
    ledger: NOTHING,
    decidedBy: "page.guard",
    mechanisms: ["page-gave-up"],
  },
};

const hostQuits: Scenario = {
  id: "usb-host-quits-without-cancel",
  group: "usb",
  title: "The browser quits in mid-request; the key still waits for the touch of the abandoned request",
  story:
    "A browser that crashes sends no CANCEL. The new one finds the key busy with the old request. The user's " +
    "first touch creates a passkey that no page receives, and only the second touch creates the one the site " +
    "gets, in place of the first.",
  sources: ["public issue: fido-alliance/conformance-test-tools-resources 161"],
  knobs: { "key.touchDelayMs": 6_000 },
  script: [
    { do: "register", inBackground: true },
    { do: "quit-browser", atMs: 3_000 },
    { do: "register", atMs: 3_200 },
  ],
  draws: {
    knobs: {
      "key.touchDelayMs": [9_000, 11_000],
      "key.createMs": [0, 1_500],
      "hid.busyPatienceMs": [11_500, 14_400],
    },
    why: "two browsers have to come before the touch, and the second has to wait for the key to be done",
  },
  expect: {
    ctap: [{ kind: "ctap.credential", where: { change: "created" }, times: 2 }],
    link: [{ kind: "link.opened", times: 2 }, { kind: "link.busy" }],
    page: [
      { kind: "page.closed", atMs: [3_000, 3_000], times: 1 },
      { kind: "page.settled", where: { outcome: "resolved" }, times: 1 },
    ],
    rp: [ACCEPTED],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["browser-quit", "success"],
  },
};

const unplug: Scenario = {
  id: "usb-unplug-mid-create",
  group: "usb",
  title: "The key is pulled out before the touch and plugged in again: the browser asks it again",
  story:
    "Chromium keeps looking for keys while a request runs. The key that comes back gets a new channel and a new " +
    "command, and one touch creates one passkey.",
  sources: ["public issue: brave/brave-ios 1150", "public issue: tutao/tutanota 3951"],
  knobs: { "key.touchDelayMs": 4_000 },
  script: [
    { do: "register", inBackground: true },
    { do: "unplug", atMs: 2_500 },
    { do: "replug", atMs: 9_000 },
    { do: "wait", forMs: 10_000 },
  ],
  expect: {
    ctap: [
      { kind: "ctap.request", where: { command: "makeCredential" }, times: 2 },
      { kind: "ctap.credential", where: { change: "created" }, atMs: [13_000, 14_000], times: 1 },
    ],
    link: [{ kind: "link.opened", times: 2 }],
    page: [RESOLVED],
    rp: [ACCEPTED],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success"],
  },
};

const unplugWithToken: Scenario = {
  id: "usb-unplug-mid-create/after-pin",
  group: "usb",
  title: "The key is pulled out after its PIN was given: the request ends at once",
  story:
    "A PIN token dies with the power. Chromium does not ask for the PIN twice: while a token is in use every " +
    "error ends the request.",
  sources: [
    "Chromium make_credential_request_handler.cc (any error while a token is in use ends the request)",
  ],
  knobs: { "key.pinSet": true, "rp.userVerification": "required", "key.touchDelayMs": 10_000 },
  script: [
    { do: "register", inBackground: true },
    { do: "unplug", atMs: 10_000 },
    { do: "replug", atMs: 20_000 },
  ],
  draws: {
    knobs: { "user.pinEntryMs": [2_000, 7_000], "key.touchDelayMs": [11_000, 20_000] },
    why: "the key has to go after the PIN and before the touch",
  },
  expect: {
    ctap: [{ kind: "ctap.credential", times: 0 }],
    page: [
      {
        kind: "page.settled",
        where: { outcome: "rejected", name: "NotAllowedError", reason: "link-lost" },
        atMs: [10_000, 16_000],
        times: 1,
      },
    ],
    rp: [NO_FINISH],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["key-unplugged"],
  },
};

/** A request that page, browser or user interrupts. */
export const INTERRUPTED: readonly Scenario[] = [
  cancelRace,
  cancelInTime,
  hostQuits,
  unplug,
  unplugWithToken,
];
