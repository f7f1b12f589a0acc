import type { Scenario } from "../../scenario.js";
import { HEALTHY, NOTHING } from "../knob-sets.js";
import { ACCEPTED, NO_FINISH, RESOLVED, TIMED_OUT } from "../patterns.js";

const keepaliveStall: Scenario = {
  id: "usb-keepalive-stall",
  group: "usb",
  title: "The key stops its keepalives after 2 s; the host drops it at 22 s and waits for another one",
  story:
    "A key waiting for a touch has to send a keepalive ten times a second. This one stops after 2 s. The host " +
    "takes it for broken 20 s later. Its later frames are ignored, and the request goes on without it until the " +
    "browser's timer.",
  sources: [
    "public issue: solokeys/solo1 201",
    "public issue: github/SoftU2F 50",
    "Chromium device/fido/fido_constants.cc (kDeviceTimeout)",
  ],
  knobs: { "hid.stallAfterMs": 2_000, "hid.stallForMs": 25_000, "key.touchDelayMs": 24_000 },
  script: [{ do: "register" }],
  draws: {
    knobs: {
      "hid.silenceMs": [16_000, 20_000],
      "hid.stallAfterMs": [1_600, 2_400],
      "hid.stallForMs": [23_000, 30_000],
      "key.touchDelayMs": [23_500, 28_000],
    },
    why: "the touch has to come after the host dropped the key",
  },
  expect: {
    ctap: [{ kind: "ctap.response", where: { command: "makeCredential", status: "OK" }, times: 0 }],
    page: [TIMED_OUT],
    rp: [NO_FINISH],
    ledger: NOTHING,
    decidedBy: "hid.silence",
    mechanisms: ["link-silent"],
  },
};

const keepaliveSlow: Scenario = {
  id: "usb-keepalive-slow",
  group: "usb",
  title: "Keepalives once a second are slow but steady: no spurious time-out",
  story:
    "Firmware differs in how often it sends keepalives. A host that expects one every 100 ms would give up on a " +
    "key that is merely slow; a touch within 30 s has to work all the same.",
  sources: ["usbd-ctaphid (keepalive every 250 ms)"],
  knobs: { "hid.keepaliveMs": 1_000, "key.touchDelayMs": 25_000 },
  script: [{ do: "register" }],
  draws: {
    knobs: { "key.touchDelayMs": [5_000, 29_000], "key.upTimeoutMs": [30_000, 40_000] },
    why: "the touch has to come while the key waits",
  },
  expect: {
    ctap: [{ kind: "ctap.response", where: { command: "makeCredential", status: "OK" }, times: 1 }],
    page: [RESOLVED],
    rp: [ACCEPTED],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success"],
  },
};

const busyBrief: Scenario = {
  id: "usb-channel-busy-brief",
  group: "usb",
  title: "Another program holds the key for 0.7 s; a retry every 0.1 s is enough",
  story:
    "The key answers CHANNEL_BUSY while another program uses it. The host retries, and the user notices " +
    "nothing.",
  sources: [
    "public issue: gravitational/teleport 68934",
    "Chromium device/fido/hid/fido_hid_device.cc (100 ms)",
  ],
  knobs: { "hid.busyMs": 700 },
  script: [{ do: "register" }],
  draws: {
    knobs: { "hid.busyMs": null, "net.latencyMs": null, "rp.optionsMs": null },
    why: "it expects an exact number of retries",
  },
  expect: {
    link: [{ kind: "link.busy", where: { retryMs: 100 }, times: 7 }],
    page: [RESOLVED],
    rp: [ACCEPTED],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success"],
  },
};

const busyForever: Scenario = {
  id: "usb-channel-busy-forever",
  group: "usb",
  title: "The key stays busy with another program's request for ever",
  story:
    "A program that gave up without a CANCEL left its request behind, and the firmware never ends it. After 12 " +
    "s of CHANNEL_BUSY the host gives up, and the request ends before the key was asked anything.",
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
    ledger: NOTHING,
    decidedBy: "hid.busy",
    mechanisms: ["channel-busy"],
  },
};

const busyPatient: Scenario = {
  ...busyForever,
  id: "usb-channel-busy-forever/no-limit",
  title: "A busy key and a host that retries without limit: only the browser's timer ends it",
  story:
    "Chromium retries a busy key every 0.1 s for as long as the request lives. The user sees a sheet and a key " +
    "that does not blink.",
  sources: ["Chromium device/fido/hid/fido_hid_device.cc (retry without a limit)"],
  knobs: { ...busyForever.knobs, "hid.busyPatienceMs": 36_000_000, "client.profile": "chrome-10s-10m" },
  expect: {
    ...busyForever.expect,
    page: [{ ...TIMED_OUT, atMs: [65_000, 66_000] }],
    decidedBy: "client.ceremony",
    mechanisms: ["client-timeout"],
  },
};

const gap: Scenario = {
  id: "usb-reassembly-gap",
  group: "usb",
  title: "A busy host pauses 120 ms between two packets; a key that waits 100 ms has given up",
  story:
    "Keys wait 100 to 800 ms for the next packet of a message. A slower host gets error 0x05, and the request " +
    "ends although the user did nothing wrong.",
  sources: ["OpenSK (100 ms), RIOT (500 ms), usbd-ctaphid (550 ms), Solo (750 ms), CanoKey (800 ms)"],
  knobs: { "hid.gapMs": 120, "hid.reassemblyMs": 100 },
  script: [{ do: "register" }],
  draws: {
    knobs: { "hid.gapMs": [112, 180], "hid.reassemblyMs": [80, 108] },
    why: "which of two gaps is longer decides the outcome",
  },
  expect: {
    ctap: [{ kind: "ctap.response", where: { command: "makeCredential", status: "OK" }, times: 0 }],
    page: [{ kind: "page.settled", where: { name: "NotAllowedError", reason: "link-lost" }, times: 1 }],
    rp: [NO_FINISH],
    ledger: NOTHING,
    decidedBy: "hid.reassembly",
    mechanisms: ["message-gap"],
  },
};

const gapInTime: Scenario = {
  id: "usb-reassembly-gap/within-window",
  group: "usb",
  title: "A pause of 90 ms between two packets is within the 100 ms the key waits",
  story: "The host is a little faster: every packet comes in time.",
  sources: gap.sources,
  knobs: { "hid.gapMs": 90, "hid.reassemblyMs": 100 },
  script: [{ do: "register" }],
  draws: {
    knobs: { "hid.gapMs": [40, 95], "hid.reassemblyMs": [100, 140] },
    why: "which of two gaps is longer decides the outcome",
  },
  expect: {
    page: [RESOLVED],
    rp: [ACCEPTED],
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
    "Every handle sees every report of a key. A host that does not check the channel first would read another " +
    "program's answers.",
  sources: ["public issue: mozilla/authenticator-rs 99"],
  knobs: { "hid.foreignFrames": true },
  script: [{ do: "register" }],
  expect: {
    ctap: [{ kind: "ctap.response", where: { command: "makeCredential", status: "OK" }, times: 1 }],
    page: [RESOLVED],
    rp: [ACCEPTED],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success"],
  },
};

/** Keepalives, busy channels and packets of CTAPHID. */
export const HID_LINK: readonly Scenario[] = [
  keepaliveStall,
  keepaliveSlow,
  busyBrief,
  busyForever,
  busyPatient,
  gap,
  gapInTime,
  noise,
];
