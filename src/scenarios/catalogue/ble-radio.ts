import type { Scenario } from "../scenario.js";
import { variantOf } from "../variant.js";
import { HEALTHY, NOTHING } from "./knob-sets.js";
import {
  ACCEPTED,
  NEVER_ASKED,
  NEVER_HEARD,
  NO_FINISH,
  PHONE_FAILED,
  RESOLVED,
  TIMED_OUT,
} from "./tunnel-patterns.js";

const ASKED_FOR_BLUETOOTH = {
  kind: "user.saw",
  where: { where: "browser", text: "Turn on Bluetooth to use a passkey from your phone" },
  times: 1,
} as const;

const offAtStart: Scenario = {
  id: "ble-off-at-start",
  group: "ble",
  title: "The computer's Bluetooth is off; the person switches it on when the browser asks for it",
  story:
    "Without Bluetooth there is no code: the browser's first sheet asks for it. The person finds the switch after 9 s, " +
    "the browser waits for half a second more and listens. All of it counts against the ceremony's timer.",
  sources: [
    "field reports: Mercari, Rakuten (both tell people to turn Bluetooth on)",
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

/** Somebody who has to look for the switch. */
const LOOKS_FOR_THE_SWITCH = { "user.btOnMs": 55_000 } as const;

const slowPatientBrowser = variantOf(offAtStart, "slow-person", {
  title: "The person looks for the switch for 55 s; a browser that allows three minutes does not mind",
  knobs: LOOKS_FOR_THE_SWITCH,
  expect: {
    ...offAtStart.expect,
    link: [
      { kind: "link.hybrid", where: { stage: "scan-started" }, atMs: [55_500, 56_500], times: 1 },
      { kind: "link.hybrid", where: { stage: "advert-seen" }, actor: "desktop", times: 1 },
    ],
  },
});

const slowWebkit = variantOf(offAtStart, "slow-person-webkit", {
  title: "The person looks for the switch for 55 s; a browser that allows one minute is done soon after",
  story:
    "Where a browser takes the site's 60 s as they are, 5 s are left for camera, phone and finger once Bluetooth is " +
    "on. The code has hardly been shown when it goes away.",
  knobs: { ...LOOKS_FOR_THE_SWITCH, "client.profile": "webkit", "client.timeoutMs": 60_000 },
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

const slowGecko = variantOf(offAtStart, "slow-person-gecko", {
  title: slowWebkit.title,
  story: slowWebkit.story,
  knobs: { ...LOOKS_FOR_THE_SWITCH, "client.profile": "gecko", "client.timeoutMs": 60_000 },
  expect: slowWebkit.expect,
});

const neverOn = variantOf(offAtStart, "never-on", {
  title: "The computer's Bluetooth stays off: there never is a code",
  story:
    "The browser asks for Bluetooth and nobody switches it on. No code is shown, no phone can do anything, and the " +
    "sheet stands there until the browser's timer.",
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
    "A browser without an adapter leaves the phone out of its sheet. What remains is a security key nobody has, and " +
    "a sheet that stands there until the browser's timer.",
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
  title: "The computer's Bluetooth goes off while the code stands there, and on again",
  story:
    "The phone broadcasts without a pause and nobody listens for a while. When Bluetooth is back the browser scans " +
    "again under the same code, and the phone is heard.",
  knobs: { "os.btPowered": true },
  script: [
    { do: "register", inBackground: true },
    { do: "set", atMs: 5_000, knobs: { "os.btPowered": false } },
    { do: "set", atMs: 25_000, knobs: { "os.btPowered": true } },
  ],
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
  story: "A phone that has read the code says that it turns Bluetooth on, takes 2 s for it, and goes on.",
  sources: ["Chromium chrome/android CableAuthenticatorUI.java (2 s before it asks the system)"],
  knobs: { "os.btPowered": true, "phone.bluetoothOn": false },
  expect: {
    ...offAtStart.expect,
    link: [{ kind: "link.hybrid", where: { stage: "advert-seen" }, actor: "desktop", times: 1 }],
    page: [{ kind: "user.saw", where: { where: "phone", text: "Turning on Bluetooth" }, times: 1 }, RESOLVED],
  },
});

const permissionDenied: Scenario = {
  id: "ble-permission-denied-phone",
  group: "ble",
  title: "The phone's app was not allowed to use Bluetooth: it sends nothing, and the computer waits",
  story:
    "Since Android 12 an app must ask before it broadcasts. The person once said no. The phone says so and offers its " +
    "settings; it opens no tunnel and sends no advert, so that the computer has nothing to go by.",
  sources: [
    "Chromium chrome/android CableAuthenticatorUI.java (error 111)",
    "public issue: GrapheneOS/os-issue-tracker 7483",
  ],
  knobs: { "link.road": "hybrid", "phone.btPermission": false },
  script: [{ do: "register" }],
  expect: {
    ctap: [NEVER_ASKED],
    link: [
      { kind: "link.hybrid", where: { stage: "qr-scanned" }, actor: "phone", times: 1 },
      { kind: "link.hybrid", where: { stage: "tunnel-opening" }, times: 0 },
      { kind: "link.hybrid", where: { stage: "advert-sent" }, times: 0 },
    ],
    page: [TIMED_OUT, { ...PHONE_FAILED, atMs: [8_000, 9_000] }],
    rp: [NO_FINISH],
    ledger: NOTHING,
    decidedBy: "client.ceremony",
    mechanisms: ["phone-not-heard"],
  },
};

const permissionGranted = variantOf(permissionDenied, "granted", {
  title: "The person allows it in the phone's settings and scans the same code again",
  story:
    "The code on the screen is good for as long as it stands there. Whoever takes the way through the settings and " +
    "scans again ends with a passkey, with nothing on the computer's screen having changed meanwhile.",
  knobs: { "phone.rescanMs": 20_000 },
  script: [
    { do: "register", inBackground: true },
    { do: "set", atMs: 20_000, knobs: { "phone.btPermission": true } },
  ],
  expect: {
    link: [
      { kind: "link.hybrid", where: { stage: "qr-scanned" }, actor: "phone", times: 2 },
      { kind: "link.hybrid", where: { stage: "qr-shown" }, times: 1 },
      { kind: "link.hybrid", where: { stage: "advert-seen" }, actor: "desktop", times: 1 },
    ],
    page: [PHONE_FAILED, RESOLVED],
    rp: [ACCEPTED],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success"],
  },
});

const poweronRace: Scenario = {
  id: "ble-windows-poweron-race",
  group: "ble",
  title:
    "Bluetooth was just switched on, the scan starts too early and fails; the code stands there for nothing",
  story:
    "An adapter that was just switched on refuses to scan for some hundred milliseconds. A browser that does not wait " +
    "and does not try again shows a code behind which nobody listens. Nothing on the screen tells it from a good one.",
  sources: ["Chromium device/fido/cable/fido_cable_discovery.cc (waits 500 ms on Windows because of this)"],
  knobs: {
    "link.road": "hybrid",
    "os.btPowered": false,
    "client.settleMs": 0,
    "adapter.readyAfterMs": 350,
  },
  script: [{ do: "register" }],
  expect: {
    ctap: [NEVER_ASKED],
    link: [
      { kind: "link.hybrid", where: { stage: "scan-failed" }, actor: "desktop", times: 1 },
      { kind: "link.hybrid", where: { stage: "scan-started" }, times: 0 },
      { kind: "link.hybrid", where: { stage: "qr-shown" }, times: 1 },
      { kind: "link.hybrid", where: { stage: "advert-sent" }, actor: "phone", times: 1 },
      NEVER_HEARD,
    ],
    page: [TIMED_OUT],
    rp: [NO_FINISH],
    ledger: NOTHING,
    decidedBy: "client.ceremony",
    mechanisms: ["scan-not-started"],
  },
};

const SCANS_AFTER_ALL = {
  ctap: offAtStart.expect.ctap ?? [],
  page: [RESOLVED],
  rp: [ACCEPTED],
  ledger: HEALTHY,
  decidedBy: null,
  mechanisms: ["success"],
} as const;

const triesAgain = variantOf(poweronRace, "tries-again", {
  title: "The scan fails once, is tried again, and hears the phone",
  story:
    "A browser that tries again after 250 ms, 500 ms and 1 s loses nothing: the person is still raising the phone.",
  knobs: { "client.scanRetries": 3 },
  expect: {
    ...SCANS_AFTER_ALL,
    link: [
      { kind: "link.hybrid", where: { stage: "scan-failed" }, actor: "desktop" },
      { kind: "link.hybrid", where: { stage: "scan-started" }, actor: "desktop", times: 1 },
    ],
  },
});

const waitsFirst = variantOf(poweronRace, "waits-first", {
  title: "The browser waits for half a second before it scans, which the adapter needed",
  story: "What Chromium does about it: it waits, and the race is over before it begins.",
  knobs: { "client.settleMs": 500 },
  expect: {
    ...SCANS_AFTER_ALL,
    link: [
      { kind: "link.hybrid", where: { stage: "scan-failed" }, times: 0 },
      { kind: "link.hybrid", where: { stage: "scan-started" }, actor: "desktop", times: 1 },
    ],
  },
});

/** Radios that are off, not permitted, or not ready. */
export const BLE_RADIO: readonly Scenario[] = [
  offAtStart,
  slowPatientBrowser,
  slowWebkit,
  slowGecko,
  neverOn,
  noAdapter,
  switchedInTheMiddle,
  phoneSwitchesItOn,
  permissionDenied,
  permissionGranted,
  poweronRace,
  triesAgain,
  waitsFirst,
];
