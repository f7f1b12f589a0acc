import type { Scenario } from "../scenario.js";
import { variantOf } from "../variant.js";
import { HEALTHY, NOTHING } from "./knob-sets.js";
import {
  KEY_MADE,
  NEVER_ASKED,
  NO_FINISH,
  NO_SHEET,
  NOT_READY,
  PATIENT_LINK,
  RESOLVED,
  SHEET,
  TIMED_OUT,
} from "./tunnel-patterns.js";

const LINK_GONE = {
  kind: "link.hybrid",
  where: { stage: "link-gone", httpStatus: 410 },
  actor: "desktop",
  times: 1,
} as const;

const linked410: Scenario = {
  id: "tunnel-linked-410",
  group: "tunnel",
  title:
    "The linked phone was set up anew: the browser forgets it and shows a code, and nobody sees a failure",
  story:
    "The browser calls the phone it knows. The tunnel service answers 410: this phone will never be reached that way " +
    "again. The browser throws the link away and shows a code at once; at the next login it does not even try.",
  sources: [
    "Chromium device/fido/cable/fido_tunnel_device.cc (410 for a linked phone: the pairing is invalid)",
    "libwebauthn tunnel.rs (the same)",
  ],
  knobs: {
    "link.road": "hybrid",
    "phone.linked": true,
    "tunnel.refuse": "contact",
    "tunnel.httpStatus": 410,
  },
  script: [{ do: "register" }, { do: "login", atMs: 60_000 }],
  expect: {
    ctap: [KEY_MADE],
    link: [
      { kind: "link.hybrid", where: { stage: "contacting" }, actor: "desktop", times: 1 },
      LINK_GONE,
      { kind: "link.hybrid", where: { stage: "qr-shown" }, actor: "desktop", times: 2 },
    ],
    page: [{ ...RESOLVED, times: 2 }, NO_SHEET, { kind: "user.saw", where: { tone: "failure" }, times: 0 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "success"],
  },
};

const linked410NoCode = variantOf(linked410, "no-code", {
  title: "The same, and no code in its place: a failure, and the code at the second try",
  story:
    "This browser shows its error sheet instead. The link is gone all the same: whoever tries again sees a code, and " +
    "registers.",
  knobs: { "phone.codeWhenGone": false },
  script: [{ do: "register" }, { do: "register", atMs: 60_000 }],
  expect: {
    ctap: [KEY_MADE],
    link: [
      LINK_GONE,
      { kind: "link.hybrid", where: { stage: "contacting" }, actor: "desktop", times: 1 },
      {
        kind: "link.hybrid",
        where: { stage: "qr-shown" },
        actor: "desktop",
        atMs: [60_000, 61_000],
        times: 1,
      },
    ],
    page: [SHEET, NOT_READY, RESOLVED],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["link-gone", "success"],
  },
});

const codeWith410 = variantOf(linked410, "on-a-code", {
  title: "The same status on the way from a code: an error like any other, and nothing to forget",
  story:
    "410 says something about a link. A computer that comes by a code has none; it is refused, and that is all.",
  knobs: { "phone.linked": false, "tunnel.refuse": "desktop" },
  script: [{ do: "register" }],
  expect: {
    ctap: [NEVER_ASKED],
    link: [
      { kind: "link.hybrid", where: { stage: "link-gone" }, times: 0 },
      {
        kind: "link.hybrid",
        where: { stage: "tunnel-refused", httpStatus: 410 },
        actor: "desktop",
        times: 1,
      },
    ],
    page: [SHEET, NOT_READY],
    rp: [NO_FINISH],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["tunnel-refused"],
  },
});

const GAVE_UP = { kind: "page.gave-up", atMs: [60_000, 60_000], times: 1 } as const;
const NO_CODE = { kind: "link.hybrid", where: { stage: "qr-shown" }, times: 0 } as const;
const JOINED = { kind: "link.hybrid", where: { stage: "phone-joined" }, actor: "desktop", times: 1 } as const;

const pushDelayed: Scenario = {
  id: "push-wake-delayed",
  group: "tunnel",
  title: "The linked phone hears of the call after 90 s; the page said at 60 s that it failed",
  story:
    "A phone that was linked is woken by a push message, and push messages take their time. The page's own timer is " +
    "shorter. The person taps the late notification, agrees, and the passkey is there after all.",
  sources: [
    "Firebase Cloud Messaging (normal priority waits until Doze ends; high priority may be demoted)",
    "field report: Rakuten (error first, then a mail that the passkey was created; mechanism H)",
  ],
  knobs: {
    ...PATIENT_LINK,
    "phone.linked": true,
    "push.delayMs": 90_000,
    "page.guardMs": 60_000,
    "client.profile": "chrome-floor3m",
  },
  script: [{ do: "register" }],
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
    story: "The phone is woken before anybody's patience is over. The person taps, agrees, and that is all.",
    knobs: { "push.delayMs": pushMs },
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
  title: "The linked phone hears of the call after a second",
});
const pushSoon = inTime("15-s", { pushMs: 15_000, title: "The linked phone hears of the call after 15 s" });

const pushStale = variantOf(pushDelayed, "200-s", {
  title: "The push comes after 200 s: page and browser have given up, and the notification leads nowhere",
  story:
    "The page fails at 60 s, the browser at 180 s; with it goes the tunnel it waited in. The person taps the " +
    "notification and is told that the devices could not connect: the service has no such tunnel any more. Where a " +
    "service keeps it open the phone would wait there for nobody.",
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
  title: "The push never comes: the phone stays silent, and nobody shows a code",
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
  title: "The push comes after 150 s, and the tunnel it calls to has lived for two minutes",
  story:
    "The computer waits in a tunnel that the service ends after 120 s, phone or no phone. The browser's own timer has a " +
    "minute left; its sheet says that something went wrong.",
  sources: ["webauthn-rs cable-tunnel-server (TTL 120 s, whoever came first)"],
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

/** A phone that is called instead of shown a code. */
export const LINKED_PHONE: readonly Scenario[] = [
  linked410,
  linked410NoCode,
  codeWith410,
  pushDelayed,
  pushAtOnce,
  pushSoon,
  pushStale,
  pushLost,
  pushAfterTunnel,
];
