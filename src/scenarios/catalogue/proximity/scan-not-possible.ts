import { BACKGROUND_PARAMETERS } from "../../samples.js";
import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { HEALTHY, NOTHING } from "../knob-sets.js";
import {
  ACCEPTED,
  NEVER_ASKED,
  NEVER_HEARD,
  NO_FINISH,
  PHONE_FAILED,
  RESOLVED,
  TIMED_OUT,
} from "../patterns.js";
import { offAtStart } from "./bluetooth-off.js";

/** No background parameter varies. */
const BACKGROUND_FIXED = Object.fromEntries(Object.keys(BACKGROUND_PARAMETERS).map((name) => [name, null]));

const permissionDenied: Scenario = {
  id: "ble-permission-denied-phone",
  group: "proximity",
  title: "The phone's app has no Bluetooth permission: it sends nothing, and the computer waits",
  story:
    "Since Android 12 an app must ask before it broadcasts. The user once refused. The phone says so and offers " +
    "its settings. It opens no tunnel and sends no advert, so the computer has no sign of it.",
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
    mechanisms: ["phone-not-ready"],
  },
};

const permissionGranted = variantOf(permissionDenied, "granted", {
  title: "The user grants the Bluetooth permission in the phone's settings and scans the same code again",
  story:
    "The code on the screen is valid for as long as it is shown. A user who goes through the settings and scans " +
    "again gets a passkey, and nothing on the computer's screen has changed meanwhile.",
  knobs: { "phone.rescanMs": 20_000 },
  script: [
    { do: "register", inBackground: true },
    { do: "set", atMs: 20_000, knobs: { "phone.btPermission": true } },
  ],
  draws: {
    knobs: { "phone.rescanMs": [20_000, 26_000] },
    why: "the user has to scan again after the permission, and not before it as well",
  },
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
  group: "proximity",
  title:
    "Bluetooth was just switched on, the scan starts too early and fails; the code on the screen is useless",
  story:
    "An adapter that was just switched on refuses to scan for some hundred milliseconds. A browser that does " +
    "not wait and does not retry shows a code while no scan runs. Nothing on the screen shows the difference.",
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
  title: "The scan fails once, is retried, and hears the phone",
  story:
    "A browser that retries after 250 ms, 500 ms and 1 s loses nothing: the user is still raising the phone.",
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
  title: "The browser waits half a second before it scans, which the adapter needed",
  story: "Chromium avoids the race: it waits before it starts the scan.",
  knobs: { "client.settleMs": 500 },
  draws: {
    jitter: 0.02,
    knobs: BACKGROUND_FIXED,
    why: "half a second between radio and code decides the outcome",
  },
  expect: {
    ...SCANS_AFTER_ALL,
    link: [
      { kind: "link.hybrid", where: { stage: "scan-failed" }, times: 0 },
      { kind: "link.hybrid", where: { stage: "scan-started" }, actor: "desktop", times: 1 },
    ],
  },
});

/** Bluetooth that is on and not usable: a missing permission, a scan that does not start. */
export const SCAN_NOT_POSSIBLE: readonly Scenario[] = [
  permissionDenied,
  permissionGranted,
  poweronRace,
  triesAgain,
  waitsFirst,
];
