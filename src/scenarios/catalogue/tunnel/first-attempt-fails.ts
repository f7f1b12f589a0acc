import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { HEALTHY, PATIENT_PHONE } from "../knob-sets.js";
import { PATIENT_LINK } from "../patterns.js";

const linkFlakeEachAttempt: Scenario = {
  id: "link-fails-first-attempt",
  group: "tunnel",
  title: "Every first attempt over the phone's link fails, every second one works",
  story:
    "The advert of the phone arrives at 45 s, five seconds after the page gave up; the registration succeeds " +
    "behind the error. The first login never reaches the phone, the second one works. The site offered the same " +
    "credential id both times.",
  sources: [
    'Field report: Rakuten Securities customer, passkey by QR code: "try about twice", for creating and for logging in',
  ],
  knobs: {
    ...PATIENT_PHONE,
    "link.seenAs": "hybrid",
    "link.readyMs": 45_000,
    "page.guardMs": 40_000,
    "key.touchDelayMs": 13_000,
    "mail.delayMs": 115_000,
  },
  script: [
    { do: "register" },
    {
      do: "set",
      knobs: { "link.readyMs": 2_000, "link.breaks": "before-request", "key.touchDelayMs": 4_000 },
    },
    { do: "login", atMs: 200_000 },
    { do: "login", atMs: 230_000 },
  ],
  draws: {
    knobs: { "page.guardMs": [32_000, 47_000], "link.readyMs": [48_500, 60_000] },
    why: "the page has to give up before the phone is heard",
  },
  expect: {
    ctap: [
      { kind: "ctap.response", where: { command: "makeCredential", status: "OK" }, atMs: [58_000, 60_000] },
      { kind: "ctap.request", where: { command: "getAssertion" }, times: 1 },
    ],
    link: [
      { kind: "link.hybrid", where: { stage: "advert-seen" }, atMs: [45_000, 46_000], times: 1 },
      { kind: "link.hybrid", where: { stage: "tunnel-refused" }, atMs: [200_000, 204_000], times: 1 },
    ],
    page: [{ kind: "page.gave-up", where: { aborted: false }, atMs: [40_000, 40_000], times: 1 }],
    rp: [
      { kind: "rp.mail", where: { stage: "delivered" }, atMs: [170_000, 176_000], times: 1 },
      { kind: "rp.login", where: { outcome: "accepted" }, times: 1 },
    ],
    ledger: HEALTHY,
    decidedBy: "page.guard",
    mechanisms: ["ble-late-advert", "link-flake-per-attempt", "success"],
  },
};

/** Shows mechanisms I and Q on the hybrid transport: the advert of the registration is late, the tunnel of the first login fails. */
const flakeEachAttempt: Scenario = {
  id: "link-fails-first-attempt/hybrid",
  group: "tunnel",
  title: "Every first attempt over Bluetooth and tunnel fails, every second one works",
  story:
    "The phone's advert is heard at 45 s, five seconds after the page gave up; the registration succeeds behind " +
    "the error. The tunnel service refuses the first login, accepts the second one, and the site offered the " +
    "same credential id both times.",
  sources: [
    'Field report: Rakuten Securities customer, passkey by QR code: "try about twice", for creating and for logging in',
  ],
  knobs: {
    ...PATIENT_LINK,
    "ble.advertDelayMs": 36_000,
    "page.guardMs": 40_000,
    "key.touchDelayMs": 13_000,
    "mail.delayMs": 115_000,
  },
  script: [
    { do: "register" },
    { do: "set", knobs: { "ble.advertDelayMs": 300, "tunnel.refuse": "desktop", "key.touchDelayMs": 4_000 } },
    { do: "login", atMs: 200_000 },
    { do: "set", knobs: { "tunnel.refuse": "nobody" } },
    { do: "login", atMs: 260_000 },
  ],
  draws: {
    knobs: { "page.guardMs": [32_000, 45_000], "ble.advertDelayMs": [43_000, 52_000] },
    why: "the page has to give up before the phone is heard",
  },
  expect: {
    ctap: [
      { kind: "ctap.response", where: { command: "makeCredential", status: "OK" }, atMs: [58_000, 60_000] },
      { kind: "ctap.request", where: { command: "getAssertion" }, times: 1 },
    ],
    link: [
      {
        kind: "link.hybrid",
        where: { stage: "advert-seen" },
        actor: "desktop",
        atMs: [44_500, 45_500],
        times: 1,
      },
      {
        kind: "link.hybrid",
        where: { stage: "tunnel-refused" },
        actor: "desktop",
        atMs: [208_000, 212_000],
        times: 1,
      },
    ],
    page: [
      { kind: "page.gave-up", where: { aborted: false }, atMs: [40_000, 40_000], times: 1 },
      { kind: "user.saw", where: { where: "browser", tone: "failure" }, atMs: [208_000, 212_000], times: 1 },
    ],
    rp: [
      { kind: "rp.mail", where: { stage: "delivered" }, atMs: [172_000, 178_000], times: 1 },
      { kind: "rp.login", where: { outcome: "accepted" }, times: 1 },
    ],
    ledger: HEALTHY,
    decidedBy: "page.guard",
    mechanisms: ["ble-late-advert", "tunnel-refused", "success"],
  },
};

const flakeByChance = variantOf(flakeEachAttempt, "by-chance", {
  title: "The advert is heard late, and the first login's tunnel breaks at its first message",
  story:
    "A link that fails at random fails at any message. The probability is one for one attempt and zero for the " +
    "next, and the user sees what a refused tunnel looks like.",
  script: [
    { do: "register" },
    { do: "set", knobs: { "ble.advertDelayMs": 300, "tunnel.breakChance": 1, "key.touchDelayMs": 4_000 } },
    { do: "login", atMs: 200_000 },
    { do: "set", knobs: { "tunnel.breakChance": 0 } },
    { do: "login", atMs: 260_000 },
  ],
  draws: {
    knobs: { "page.guardMs": [32_000, 45_000], "ble.advertDelayMs": [43_000, 52_000] },
    why: "the page has to give up before the phone is heard",
  },
  expect: {
    ...flakeEachAttempt.expect,
    link: [
      {
        kind: "link.hybrid",
        where: { stage: "tunnel-closed", closeCode: 1006 },
        actor: "desktop",
        atMs: [208_000, 212_000],
        times: 1,
      },
    ],
    mechanisms: ["ble-late-advert", "link-lost", "success"],
  },
});

/** Every first attempt over the link to the phone fails. */
export const FIRST_ATTEMPT_FAILS: readonly Scenario[] = [
  linkFlakeEachAttempt,
  flakeEachAttempt,
  flakeByChance,
];
