import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { HEALTHY, NOTHING } from "../knob-sets.js";
import {
  KEY_MADE,
  NEVER_ASKED,
  NOT_READY,
  NO_FINISH,
  PATIENT_LINK,
  RESOLVED,
  SHEET,
  TIMED_OUT,
} from "../patterns.js";

const JOINED = { kind: "link.hybrid", where: { stage: "phone-joined" }, actor: "desktop", times: 1 } as const;

const NO_CODE = { kind: "link.hybrid", where: { stage: "qr-shown" }, times: 0 } as const;

const GAVE_UP = { kind: "page.gave-up", atMs: [60_000, 60_000], times: 1 } as const;

const pushDelayed: Scenario = {
  id: "push-wake-delayed",
  group: "linked-phone",
  title: "The push message reaches the linked phone after 90 s; the page said at 60 s that it failed",
  story:
    "A linked phone is woken by a push message, and push messages may be late. The page's own timer is shorter. " +
    "The user taps the late notification, agrees, and the passkey is there after all.",
  sources: [
    "Firebase Cloud Messaging (normal priority waits until Doze ends; high priority may be demoted)",
    "Field report: Rakuten Securities customer, passkey by QR code: error first, then a mail that the passkey was created",
  ],
  knobs: {
    ...PATIENT_LINK,
    "phone.linked": true,
    "push.delayMs": 90_000,
    "page.guardMs": 60_000,
    "client.profile": "chrome-floor3m",
  },
  script: [{ do: "register" }],
  draws: {
    knobs: { "ble.advertDelayMs": [300, 5_000] },
    why: "the service has to report the phone before its advert is heard",
  },
  expect: {
    ctap: [KEY_MADE],
    link: [
      { kind: "link.hybrid", where: { stage: "push-sent" }, atMs: [90_000, 91_000], times: 1 },
      JOINED,
      NO_CODE,
    ],
    page: [RESOLVED, GAVE_UP],
    ledger: HEALTHY,
    decidedBy: "page.guard",
    mechanisms: ["late-delivery"],
  },
};

const inTime = (name: string, { pushMs, title }: { pushMs: number; title: string }): Scenario =>
  variantOf(pushDelayed, name, {
    title,
    story: "The phone is woken before any timer ends. The user taps and agrees, and the passkey is created.",
    knobs: { "push.delayMs": pushMs },
    draws: {
      knobs: { "ble.advertDelayMs": [300, 5_000] },
      why: "the service has to report the phone before its advert is heard",
    },
    expect: {
      ctap: [KEY_MADE],
      link: [JOINED, NO_CODE],
      page: [RESOLVED, { kind: "page.gave-up", times: 0 }],
      ledger: HEALTHY,
      decidedBy: null,
      mechanisms: ["success"],
    },
  });

const pushAtOnce = inTime("1-s", {
  pushMs: 1_000,
  title: "The push message reaches the linked phone after a second",
});

const pushSoon = inTime("15-s", {
  pushMs: 15_000,
  title: "The push message reaches the linked phone after 15 s",
});

const pushStale = variantOf(pushDelayed, "200-s", {
  title:
    "The push message arrives after 200 s: page and browser have given up, and the notification leads nowhere",
  story:
    "The page fails at 60 s, the browser at 180 s, and the browser's tunnel ends with it. The user taps the " +
    "notification and reads that the devices could not connect: the service has no such tunnel any more. " +
    "Where a service keeps it open the phone would wait there in vain.",
  knobs: { "push.delayMs": 200_000 },
  script: [{ do: "register" }, { do: "wait", forMs: 60_000 }],
  draws: { knobs: { "push.delayMs": [200_000, 220_000] }, why: "the browser's 180 s have to end before it" },
  expect: {
    ctap: [NEVER_ASKED],
    link: [
      { kind: "link.hybrid", where: { stage: "push-sent" }, atMs: [200_000, 201_000], times: 1 },
      { kind: "link.hybrid", where: { stage: "tunnel-refused", httpStatus: 404 }, actor: "phone", times: 1 },
      { kind: "link.hybrid", where: { stage: "phone-joined" }, times: 0 },
    ],
    page: [
      GAVE_UP,
      TIMED_OUT,
      { kind: "user.saw", where: { where: "phone", tone: "failure" }, atMs: [200_000, 205_000], times: 1 },
    ],
    rp: [NO_FINISH],
    ledger: NOTHING,
    decidedBy: "client.ceremony",
    mechanisms: ["phone-not-heard"],
  },
});

const pushLost = variantOf(pushDelayed, "lost", {
  title: "The push message never arrives: the phone stays silent, and no code is shown",
  story:
    "The message is lost on its way. The browser waits for a phone that knows nothing, until its timer fires.",
  knobs: { "push.delayMs": null },
  expect: {
    ctap: [NEVER_ASKED],
    link: [{ kind: "link.hybrid", where: { stage: "push-sent" }, times: 0 }, NO_CODE],
    page: [GAVE_UP, TIMED_OUT],
    rp: [NO_FINISH],
    ledger: NOTHING,
    decidedBy: "client.ceremony",
    mechanisms: ["phone-not-heard"],
  },
});

const pushAfterTunnel = variantOf(pushDelayed, "tunnel-expired", {
  title: "The push message arrives after 150 s, and the tunnel it names has expired after two minutes",
  story:
    "The computer waits in a tunnel that the service ends after 120 s, with or without a phone. The browser's " +
    "own timer has a minute left; its sheet says that something went wrong.",
  sources: ["webauthn-rs cable-tunnel-server (TTL 120 s, for the first client)"],
  knobs: { "push.delayMs": 150_000, "tunnel.ttlMs": 120_000, "page.guardMs": null },
  draws: { knobs: { "push.delayMs": [150_000, 175_000] }, why: "the tunnel has to end before it" },
  expect: {
    ctap: [NEVER_ASKED],
    link: [
      {
        kind: "link.hybrid",
        where: { stage: "tunnel-closed", closeCode: 1008 },
        actor: "desktop",
        atMs: [120_000, 121_000],
        times: 1,
      },
    ],
    page: [SHEET, { ...NOT_READY, atMs: [125_000, 126_000] }],
    rp: [NO_FINISH],
    ledger: NOTHING,
    decidedBy: "tunnel.ttl",
    mechanisms: ["tunnel-expired"],
  },
});

/** Push messages that wake a linked phone late, or never. */
export const PUSH_DELAY: readonly Scenario[] = [
  pushDelayed,
  pushAtOnce,
  pushSoon,
  pushStale,
  pushLost,
  pushAfterTunnel,
];
