import type { Scenario } from "../scenario.js";
import { variantOf } from "../variant.js";
import { HEALTHY } from "./knob-sets.js";
import { PATIENT_LINK } from "./tunnel-patterns.js";

const REPORT = "field report: Rakuten";

/** Mechanisms I and Q on the road itself: the advert of the registration is late, the tunnel of the first login fails. */
const flakeEachAttempt: Scenario = {
  id: "rakuten-link-flake-each-attempt/hybrid",
  group: "site",
  title: "Every first attempt over radio and tunnel fails, every second one works",
  story:
    "The phone's advert is heard at 45 s, five seconds after the page gave up; the registration succeeds behind the error. " +
    "The first login is kept out of the tunnel, the second one is let in, and the site offered the same id both times.",
  sources: [`${REPORT} ("try about twice", for creating and for logging in)`],
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
    mechanisms: ["ble-late-advert", "link-flake-per-attempt", "success"],
  },
};

const flakeByChance = variantOf(flakeEachAttempt, "by-chance", {
  title: "The same, and the first login's tunnel breaks at its first message instead",
  story:
    "A link that fails by chance fails at any message. Here the chance is certainty for one attempt and nothing for the " +
    "next; the person sees what they saw above.",
  script: [
    { do: "register" },
    { do: "set", knobs: { "ble.advertDelayMs": 300, "link.failP": 1, "key.touchDelayMs": 4_000 } },
    { do: "login", atMs: 200_000 },
    { do: "set", knobs: { "link.failP": 0 } },
    { do: "login", atMs: 260_000 },
  ],
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
  },
});

/** The case of the late mail, on the road to a phone that has moods. */
export const RAKUTEN_TUNNEL: readonly Scenario[] = [flakeEachAttempt, flakeByChance];
