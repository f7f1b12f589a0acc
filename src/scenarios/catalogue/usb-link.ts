import type { Scenario } from "../scenario.js";

const HEALTHY = { keys: 1, rows: 1, orphans: 0, ghosts: 0, mails: 1 } as const;
const UNTOUCHED = { keys: 0, rows: 0, orphans: 0, ghosts: 0, mails: 0 } as const;
const ORPHAN = { keys: 1, rows: 0, orphans: 1, ghosts: 0, mails: 0 } as const;
const RESOLVED = { kind: "page.settled", where: { outcome: "resolved" }, times: 1 } as const;
const FINISHED = {
  kind: "rp.response",
  where: { call: "registration/finish", status: 200 },
  times: 1,
} as const;
const NO_FINISH = { kind: "rp.request", where: { call: "registration/finish" }, times: 0 } as const;
const TIMED_OUT = {
  kind: "page.settled",
  where: { outcome: "rejected", name: "NotAllowedError", reason: "timeout" },
  atMs: [185_000, 186_000],
  times: 1,
} as const;

const keepaliveStall: Scenario = {
  id: "usb-keepalive-stall",
  group: "usb",
  title: "The key falls silent after 2 s; the host drops it at 22 s and waits for another one",
  story:
    "A key waiting for a touch has to say so ten times a second. This one stops after 2 s. The host takes it for " +
    "broken 20 s later; its later frames are ignored and the request lives on without it until the browser's timer.",
  sources: [
    "public issue: solokeys/solo1 201",
    "public issue: github/SoftU2F 50",
    "Chromium device/fido/fido_constants.cc (kDeviceTimeout)",
  ],
  knobs: { "hid.stallAfterMs": 2_000, "hid.stallForMs": 25_000, "key.touchDelayMs": 24_000 },
  script: [{ do: "register" }],
  expect: {
    ctap: [{ kind: "ctap.response", where: { command: "makeCredential", status: "OK" }, times: 0 }],
    page: [TIMED_OUT],
    rp: [NO_FINISH],
    ledger: UNTOUCHED,
    decidedBy: "hid.silence",
    mechanisms: ["link-silent"],
  },
};

const keepaliveSlow: Scenario = {
  id: "usb-keepalive-slow",
  group: "usb",
  title: "Keepalives once a second are slow but steady: no spurious time-out",
  story:
    "Firmware differs in how often it says that it waits. A host that judges by the ideal of 100 ms would give up on " +
    "a key that is merely slow; a touch within 30 s has to work all the same.",
  sources: ["usbd-ctaphid (keepalive every 250 ms)"],
  knobs: { "hid.keepaliveMs": 1_000, "key.touchDelayMs": 25_000 },
  script: [{ do: "register" }],
  expect: {
    ctap: [{ kind: "ctap.response", where: { command: "makeCredential", status: "OK" }, times: 1 }],
    page: [RESOLVED],
    rp: [FINISHED],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success"],
  },
};

const busyBrief: Scenario = {
  id: "usb-channel-busy-brief",
  group: "usb",
  title: "Another program has the key for 0.7 s; asking again every 0.1 s is enough",
  story:
    "The key answers CHANNEL_BUSY while another program uses it. The host asks again and nobody notices.",
  sources: [
    "public issue: gravitational/teleport 68934",
    "Chromium device/fido/hid/fido_hid_device.cc (100 ms)",
  ],
  knobs: { "hid.busyMs": 700 },
  script: [{ do: "register" }],
  expect: {
    link: [{ kind: "link.busy", where: { retryMs: 100 }, times: 7 }],
    page: [RESOLVED],
    rp: [FINISHED],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success"],
  },
};

const busyForever: Scenario = {
  id: "usb-channel-busy-forever",
  group: "usb",
  title: "The key stays busy with somebody else's request for ever",
  story:
    "A program that gave up without a CANCEL left its request behind, and the firmware never ends it. After 12 s of " +
    "CHANNEL_BUSY the host has had enough, and the request ends before the key was asked anything.",
  sources: [
    "public issue: Nitrokey/nitrokey-3-firmware 21",
    "public issue: fido-alliance/conformance-test-tools-resources 161",
  ],
  knobs: { "hid.busyMs": 36_000_000 },
  script: [{ do: "register" }],
  expect: {
    ctap: [{ kind: "ctap.credential", times: 0 }],
    link: [{ kind: "link.busy" }],
    page: [
      {
        kind: "page.settled",
        where: { outcome: "rejected", name: "NotAllowedError", reason: "link-lost" },
        atMs: [12_000, 18_000],
        times: 1,
      },
    ],
    rp: [NO_FINISH],
    ledger: UNTOUCHED,
    decidedBy: "hid.busy",
    mechanisms: ["channel-busy"],
  },
};

const busyPatient: Scenario = {
  ...busyForever,
  id: "usb-channel-busy-forever/no-limit",
  title: "The same with a host that asks again without limit: only the browser's timer ends it",
  story:
    "Chromium asks a busy key every 0.1 s for as long as the request lives; the person sees a sheet and no key that blinks.",
  sources: ["Chromium device/fido/hid/fido_hid_device.cc (retry without a limit)"],
  knobs: { ...busyForever.knobs, "hid.busyPatienceMs": 36_000_000, "client.profile": "chrome-10s-10m" },
  expect: {
    ...busyForever.expect,
    page: [{ ...TIMED_OUT, atMs: [65_000, 66_000] }],
    decidedBy: "client.ceremony",
    mechanisms: ["client-timeout"],
  },
};

const cancelRace: Scenario = {
  id: "usb-cancel-race",
  group: "usb",
  title: "The page aborts just after the touch: the key answers 0x00 to nobody",
  story:
    "The person touches the key and the page aborts in the same moment. The key already works on the answer and the " +
    "cancel comes too late: the page gets AbortError, and the key keeps a passkey the site has never heard of.",
  sources: ["Chromium device/fido/hid/fido_hid_device.cc (states of Cancel)", "CTAP 2.2 §11.2.9.1.5"],
  knobs: {
    "page.guardMs": 5_000,
    "page.aborts": true,
    "key.touchDelayMs": 4_700,
    "key.createMs": 400,
  },
  script: [{ do: "register" }],
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
  story:
    "The same race the other way round: the cancel is there first, the key stops blinking, and nothing was made.",
  sources: cancelRace.sources,
  knobs: { "page.guardMs": 5_000, "page.aborts": true, "key.touchDelayMs": 5_200 },
  script: [{ do: "register" }],
  expect: {
    ctap: [
      { kind: "ctap.cancel", where: { command: "makeCredential" }, times: 1 },
      { kind: "ctap.credential", times: 0 },
    ],
    page: [{ kind: "page.settled", where: { name: "AbortError", reason: "aborted" }, times: 1 }],
    rp: [NO_FINISH],
    ledger: UNTOUCHED,
    decidedBy: "page.guard",
    mechanisms: ["page-gave-up"],
  },
};

const hostQuits: Scenario = {
  id: "usb-host-quits-without-cancel",
  group: "usb",
  title: "The browser quits in mid-request; the key still waits for the touch of a request nobody has",
  story:
    "A browser that crashes sends no CANCEL. The new one finds the key busy with the old request; the person's touch " +
    "makes a passkey for nobody, and only the second touch makes the one the site gets, in the place of the first.",
  sources: ["public issue: fido-alliance/conformance-test-tools-resources 161"],
  knobs: { "key.touchDelayMs": 6_000 },
  script: [
    { do: "register", inBackground: true },
    { do: "quit-browser", atMs: 3_000 },
    { do: "register", atMs: 3_200 },
  ],
  expect: {
    ctap: [{ kind: "ctap.credential", where: { change: "created" }, times: 2 }],
    link: [{ kind: "link.opened", times: 2 }, { kind: "link.busy" }],
    page: [
      { kind: "page.closed", atMs: [3_000, 3_000], times: 1 },
      { kind: "page.settled", where: { outcome: "resolved" }, times: 1 },
    ],
    rp: [FINISHED],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["browser-quit", "success"],
  },
};

const unplug: Scenario = {
  id: "usb-unplug-mid-create",
  group: "usb",
  title: "The key is pulled out before the touch and plugged in again: the browser asks it anew",
  story:
    "Chromium keeps looking for keys while a request runs. The key that comes back gets a new channel and a new " +
    "command, and one touch makes one passkey.",
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
    rp: [FINISHED],
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
    "A PIN token dies with the power. Chromium does not ask for the PIN twice: while a token is in use every error ends it.",
  sources: [
    "Chromium make_credential_request_handler.cc (any error while a token is in use ends the request)",
  ],
  knobs: { "key.pinSet": true, "rp.userVerification": "required", "key.touchDelayMs": 10_000 },
  script: [
    { do: "register", inBackground: true },
    { do: "unplug", atMs: 10_000 },
    { do: "replug", atMs: 20_000 },
  ],
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
    ledger: UNTOUCHED,
    decidedBy: null,
    mechanisms: ["key-unplugged"],
  },
};

const gap: Scenario = {
  id: "usb-reassembly-gap",
  group: "usb",
  title: "A busy host pauses 120 ms between two packets; a key that waits 100 ms has given up",
  story:
    "Keys wait 100 to 800 ms for the next packet of a message. A host that is slower than that gets error 0x05, and " +
    "the request ends although nobody did anything wrong.",
  sources: ["OpenSK (100 ms), RIOT (500 ms), usbd-ctaphid (550 ms), Solo (750 ms), CanoKey (800 ms)"],
  knobs: { "hid.gapMs": 120, "hid.reassemblyMs": 100 },
  script: [{ do: "register" }],
  expect: {
    ctap: [{ kind: "ctap.response", where: { command: "makeCredential", status: "OK" }, times: 0 }],
    page: [{ kind: "page.settled", where: { name: "NotAllowedError", reason: "link-lost" }, times: 1 }],
    rp: [NO_FINISH],
    ledger: UNTOUCHED,
    decidedBy: "hid.reassembly",
    mechanisms: ["message-gap"],
  },
};

const gapInTime: Scenario = {
  id: "usb-reassembly-gap/within-window",
  group: "usb",
  title: "A pause of 90 ms between two packets is within the 100 ms the key waits",
  story: "The same host a little faster: every packet comes in time and nobody notices.",
  sources: gap.sources,
  knobs: { "hid.gapMs": 90, "hid.reassemblyMs": 100 },
  script: [{ do: "register" }],
  expect: {
    page: [RESOLVED],
    rp: [FINISHED],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success"],
  },
};

const noise: Scenario = {
  id: "usb-foreign-channel-noise",
  group: "usb",
  title: "Frames of another program's channel come in between and are ignored",
  story:
    "Every handle sees every report of a key. A host that does not look at the channel first would read other people's answers.",
  sources: ["public issue: mozilla/authenticator-rs 99"],
  knobs: { "hid.foreignFrames": true },
  script: [{ do: "register" }],
  expect: {
    ctap: [{ kind: "ctap.response", where: { command: "makeCredential", status: "OK" }, times: 1 }],
    page: [RESOLVED],
    rp: [FINISHED],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success"],
  },
};

/** What happens on the cable. */
export const USB_LINK: readonly Scenario[] = [
  keepaliveStall,
  keepaliveSlow,
  busyBrief,
  busyForever,
  busyPatient,
  cancelRace,
  cancelInTime,
  hostQuits,
  unplug,
  unplugWithToken,
  gap,
  gapInTime,
  noise,
];
