import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { HEALTHY, NOTHING } from "../knob-sets.js";
import { ACCEPTED, NEVER_ASKED, NEVER_HEARD, NO_FINISH, RESOLVED, TIMED_OUT } from "../patterns.js";

const ASKED_FOR_BLUETOOTH = {
  kind: "user.saw",
  where: { where: "browser", text: "Turn on Bluetooth to use a passkey from your phone" },
  times: 1,
} as const;

export const offAtStart: Scenario = {
  id: "ble-off-at-start",
  group: "proximity",
  title: "The computer's Bluetooth is off; the user switches it on when the browser asks for it",
  story:
    "Without Bluetooth there is no code: the browser's first sheet asks for it. The user finds the switch after " +
    "9 s, the browser waits half a second more and scans. All of it counts against the ceremony's timer.",
  sources: [
    "Field reports: Mercari user, Rakuten Securities customer (both sites ask users to turn Bluetooth on)",
    "Chromium device/fido/cable/fido_cable_discovery.cc (500 ms after the adapter was switched on)",
    "public issue: teamhanko/hanko 335",
  ],
  knobs: { "link.road": "hybrid", "os.btPowered": false, "user.btOnMs": 9_000 },
  script: [{ do: "register" }],
  expect: {
    ctap: [{ kind: "ctap.request", where: { command: "makeCredential" }, times: 1 }],
    link: [
      { kind: "link.hybrid", where: { stage: "radio-off" }, actor: "desktop", times: 1 },
      { kind: "link.hybrid", where: { stage: "radio-on" }, actor: "desktop", times: 1 },
      { kind: "link.hybrid", where: { stage: "qr-shown" }, atMs: [0, 9_000], times: 0 },
      { kind: "link.hybrid", where: { stage: "scan-started" }, atMs: [9_500, 10_500], times: 1 },
      { kind: "link.hybrid", where: { stage: "advert-seen" }, actor: "desktop", times: 1 },
    ],
    page: [ASKED_FOR_BLUETOOTH, RESOLVED],
    rp: [ACCEPTED],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success"],
  },
};

/** Sets a user who has to look for the Bluetooth switch. */
const LOOKS_FOR_THE_SWITCH = { "user.btOnMs": 55_000 } as const;

const slowPatientBrowser = variantOf(offAtStart, "slow-user", {
  title: "The user looks for the Bluetooth switch for 55 s; a browser that allows three minutes succeeds",
  knobs: LOOKS_FOR_THE_SWITCH,
  expect: {
    ...offAtStart.expect,
    link: [
      { kind: "link.hybrid", where: { stage: "scan-started" }, atMs: [55_500, 56_500], times: 1 },
      { kind: "link.hybrid", where: { stage: "advert-seen" }, actor: "desktop", times: 1 },
    ],
  },
});

const slowWebkit = variantOf(offAtStart, "slow-user-webkit", {
  title:
    "The user looks for the Bluetooth switch for 55 s; WebKit, which takes the site's minute, gives up soon " +
    "after",
  story:
    "Where a browser takes the site's 60 s as they are, 5 s are left for camera, phone and finger once " +
    "Bluetooth is on. The code disappears almost at once.",
  knobs: { ...LOOKS_FOR_THE_SWITCH, "client.profile": "webkit", "client.timeoutMs": 60_000 },
  draws: {
    knobs: {
      "client.timeoutMs": [58_500, 60_500],
      "user.btOnMs": [53_500, 57_000],
      "phone.scanDelayMs": [8_000, 15_000],
    },
    why: "the code has to be shown before the browser's end, and the phone heard after it",
  },
  expect: {
    ctap: [NEVER_ASKED],
    link: [
      { kind: "link.hybrid", where: { stage: "radio-on" }, actor: "desktop", times: 1 },
      { kind: "link.hybrid", where: { stage: "qr-shown" }, times: 1 },
      NEVER_HEARD,
    ],
    page: [
      ASKED_FOR_BLUETOOTH,
      {
        kind: "page.settled",
        where: { outcome: "rejected", name: "NotAllowedError", reason: "timeout" },
        atMs: [60_000, 66_000],
        times: 1,
      },
    ],
    rp: [NO_FINISH],
    ledger: NOTHING,
    decidedBy: "client.ceremony",
    mechanisms: ["bluetooth-off"],
  },
});

const slowGecko = variantOf(offAtStart, "slow-user-gecko", {
  title:
    "The user looks for the Bluetooth switch for 55 s; Gecko, which takes the site's minute, gives up soon " +
    "after",
  story: slowWebkit.story,
  knobs: { ...LOOKS_FOR_THE_SWITCH, "client.profile": "gecko", "client.timeoutMs": 60_000 },
  draws: {
    knobs: {
      "client.timeoutMs": [58_500, 60_500],
      "user.btOnMs": [53_500, 57_000],
      "phone.scanDelayMs": [8_000, 15_000],
    },
    why: "the code has to be shown before the browser's end, and the phone heard after it",
  },
  expect: slowWebkit.expect,
});

const neverOn = variantOf(offAtStart, "never-on", {
  title: "The computer's Bluetooth stays off: no code is ever shown",
  story:
    "The browser asks for Bluetooth, and the user does not switch it on. No code is shown, no phone can take " +
    "part, and the sheet stays until the browser's timer.",
  knobs: { "user.btOnMs": null },
  expect: {
    ctap: [NEVER_ASKED],
    link: [
      { kind: "link.hybrid", where: { stage: "radio-off" }, actor: "desktop", times: 1 },
      { kind: "link.hybrid", where: { stage: "qr-shown" }, times: 0 },
    ],
    page: [ASKED_FOR_BLUETOOTH, TIMED_OUT],
    rp: [NO_FINISH],
    ledger: NOTHING,
    decidedBy: "client.ceremony",
    mechanisms: ["bluetooth-off"],
  },
});

const noAdapter = variantOf(offAtStart, "no-adapter", {
  title: "The computer has no Bluetooth at all: a phone is not even offered",
  story:
    "A browser without an adapter leaves the phone out of its sheet. It offers a security key that the user " +
    "does not have, until the browser's timer.",
  knobs: { "adapter.present": false },
  expect: {
    ctap: [NEVER_ASKED],
    link: [
      { kind: "link.not-found", where: { offered: ["security-key"] }, times: 1 },
      { kind: "link.hybrid", times: 0 },
    ],
    page: [{ kind: "page.settled", where: { outcome: "rejected", name: "NotAllowedError" }, times: 1 }],
    rp: [NO_FINISH],
    ledger: NOTHING,
    decidedBy: "client.ceremony",
    mechanisms: ["no-authenticator"],
  },
});

const switchedInTheMiddle = variantOf(offAtStart, "in-the-middle", {
  title: "The computer's Bluetooth goes off while the code is shown, and on again",
  story:
    "The phone broadcasts all the time, and the computer does not scan for a while. When Bluetooth is back the " +
    "browser scans again for the same code, and the phone is heard.",
  knobs: { "os.btPowered": true },
  script: [
    { do: "register", inBackground: true },
    { do: "set", atMs: 5_000, knobs: { "os.btPowered": false } },
    { do: "set", atMs: 25_000, knobs: { "os.btPowered": true } },
  ],
  draws: {
    knobs: { "phone.scanDelayMs": [8_000, 14_000] },
    why: "Bluetooth has to go off before the phone is heard",
  },
  expect: {
    ...offAtStart.expect,
    link: [
      { kind: "link.hybrid", where: { stage: "radio-off" }, atMs: [5_000, 5_000], times: 1 },
      { kind: "link.hybrid", where: { stage: "scan-started" }, atMs: [25_500, 26_500], times: 1 },
      { kind: "link.hybrid", where: { stage: "qr-shown" }, times: 1 },
      { kind: "link.hybrid", where: { stage: "advert-seen" }, actor: "desktop", times: 1 },
    ],
    page: [RESOLVED],
  },
});

const phoneSwitchesItOn = variantOf(offAtStart, "phone", {
  title: "The phone's Bluetooth is off: the phone switches it on by itself",
  story: "A phone that has scanned the code says that it turns Bluetooth on, takes 2 s for it, and goes on.",
  sources: ["Chromium chrome/android CableAuthenticatorUI.java (2 s before it asks the system)"],
  knobs: { "os.btPowered": true, "phone.bluetoothOn": false },
  expect: {
    ...offAtStart.expect,
    link: [{ kind: "link.hybrid", where: { stage: "advert-seen" }, actor: "desktop", times: 1 }],
    page: [{ kind: "user.saw", where: { where: "phone", text: "Turning on Bluetooth" }, times: 1 }, RESOLVED],
  },
});

/** Bluetooth that is off, on either side. */
export const BLUETOOTH_OFF: readonly Scenario[] = [
  offAtStart,
  slowPatientBrowser,
  slowWebkit,
  slowGecko,
  neverOn,
  noAdapter,
  switchedInTheMiddle,
  phoneSwitchesItOn,
];
