import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { NOTHING } from "../knob-sets.js";
import {
  ADVERT_SEEN_ONCE,
  ADVERT_SENT,
  NEVER_ASKED,
  NEVER_HEARD,
  NO_FINISH,
  PHONE_FAILED,
  TIMED_OUT,
} from "../patterns.js";

const noMatch: Scenario = {
  id: "ble-no-match-stuck",
  group: "proximity",
  title: "The phone scanned the code of another tab: its advert is heard and decrypts under no key",
  story:
    "An old sheet in another tab, or a photo, shows another code. The phone that scanned it connects, " +
    "broadcasts and waits. The computer hears it and cannot decrypt its advert. Both say that they are waiting.",
  sources: ["public issue: omacom/omarchy 623 (advert seen, no match)"],
  knobs: { "link.road": "hybrid", "qr.scanned": "previous" },
  script: [{ do: "register" }],
  expect: {
    ctap: [NEVER_ASKED],
    link: [
      ADVERT_SENT,
      { kind: "link.hybrid", where: { stage: "advert-foreign" }, actor: "desktop" },
      NEVER_HEARD,
    ],
    page: [{ ...PHONE_FAILED, atMs: [120_000, 180_000] }, TIMED_OUT],
    rp: [NO_FINISH],
    ledger: NOTHING,
    decidedBy: "client.ceremony",
    mechanisms: ["other-code-scanned"],
  },
};

const photoOfTheFirst = variantOf(noMatch, "after-retry", {
  title: "The page retried with a new code; the user scans a photo of the first one",
  story:
    "The first code was never scanned. When the page retries the user scans the photo taken before, which " +
    "belongs to a request that is over.",
  knobs: { "phone.scanDelayMs": null, "client.linkDeadlineMs": 30_000, "page.autoRetry": 1 },
  script: [
    { do: "register", inBackground: true },
    { do: "set", atMs: 20_000, knobs: { "phone.scanDelayMs": 8_000 } },
  ],
  expect: {
    ctap: [NEVER_ASKED],
    link: [
      { kind: "link.hybrid", where: { stage: "qr-shown" }, actor: "desktop", times: 2 },
      { kind: "link.hybrid", where: { stage: "qr-scanned" }, actor: "phone", times: 1 },
      { kind: "link.hybrid", where: { stage: "advert-foreign" }, actor: "desktop", times: 1 },
      NEVER_HEARD,
    ],
    page: [{ kind: "page.settled", where: { outcome: "rejected", reason: "timeout" }, times: 2 }],
    rp: [NO_FINISH],
    ledger: NOTHING,
    decidedBy: "hybrid.link",
    mechanisms: ["phone-not-heard", "other-code-scanned"],
  },
});

const secondPhone: Scenario = {
  id: "ble-second-phone-ignored",
  group: "proximity",
  title: "The first phone was heard and put away; a second phone with the same code is ignored",
  story:
    "The user scans with one phone, puts it away, and takes another one with a photo of the same code. The " +
    "computer heard the first: its request belongs to that phone, and it listens for no other.",
  sources: ["Chromium device/fido/cable/v2_discovery.cc (the first advert that matches is the only one)"],
  knobs: {
    "link.road": "hybrid",
    "ble.advertDelayMs": 300,
    "ble.advertLossPct": 0,
    "tunnel.connectDelayMs": 400,
    "tunnel.latencyMs": 50,
    "phone.leavesAfterMs": 600,
    "phone.secondScanMs": 20_000,
    "user.closeSheetMs": 60_000,
  },
  script: [{ do: "register" }],
  expect: {
    ctap: [NEVER_ASKED],
    link: [
      { kind: "link.hybrid", where: { stage: "advert-sent" }, actor: "phone", times: 1 },
      { kind: "link.hybrid", where: { stage: "advert-sent" }, actor: "phone-2", times: 1 },
      ADVERT_SEEN_ONCE,
    ],
    page: [
      { kind: "user.saw", where: { where: "browser", tone: "failure" }, atMs: [8_000, 20_000], times: 1 },
      { kind: "page.settled", where: { outcome: "rejected", name: "NotAllowedError" }, times: 1 },
      PHONE_FAILED,
    ],
    rp: [NO_FINISH],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["phone-closed-by-owner"],
    consequences: ["second-phone-ignored"],
  },
  draws: {
    knobs: {
      "ble.advertDelayMs": [200, 400],
      "tunnel.connectDelayMs": [500, 900],
      "phone.leavesAfterMs": [450, 650],
    },
    why: "the first phone must be heard before it is put away, and be gone before the computer is in its tunnel",
  },
};

const putAwayAtThePrompt = variantOf(secondPhone, "at-the-prompt", {
  title:
    "The first phone is put away at its prompt: the page fails at once, and the second phone comes too late",
  story:
    "The link was ready and the phone showed its prompt. From there on the browser has no sheet of its own: the " +
    "page learns of the lost link at once. The second phone comes to a request that is over.",
  knobs: { "phone.leavesAfterMs": 6_000, "key.touchDelayMs": 30_000 },
  expect: {
    ...secondPhone.expect,
    ctap: [
      { kind: "ctap.request", where: { command: "makeCredential" }, times: 1 },
      { kind: "ctap.response", where: { command: "makeCredential" }, times: 0 },
    ],
    page: [
      {
        kind: "page.settled",
        where: { outcome: "rejected", name: "NotAllowedError", reason: "link-lost" },
        atMs: [9_000, 20_000],
        times: 1,
      },
      PHONE_FAILED,
    ],
  },
  draws: {
    knobs: { "phone.leavesAfterMs": [5_000, 7_000], "phone.scanDelayMs": [3_000, 10_000] },
    why: "the first phone must be at its prompt when it is put away, and be the first",
  },
});

const firstStays = variantOf(secondPhone, "first-stays", {
  title: "The first phone keeps its prompt open; the second one cannot open its tunnel",
  story:
    "One code, one tunnel: while the first phone waits in it the service refuses the second one. The computer " +
    "knows nothing of either, until its timer.",
  sources: [...secondPhone.sources, "webauthn-rs cable-tunnel-server (409: the tunnel is taken)"],
  knobs: {
    "phone.leavesAfterMs": null,
    "phone.platformTimeoutMs": null,
    "tunnel.ttlMs": null,
    "key.touchDelayMs": null,
  },
  expect: {
    ctap: [
      { kind: "ctap.request", where: { command: "makeCredential" }, times: 1 },
      { kind: "ctap.response", where: { command: "makeCredential" }, times: 0 },
    ],
    link: [
      { kind: "link.hybrid", where: { stage: "qr-scanned" }, actor: "phone-2", times: 1 },
      { kind: "link.hybrid", where: { stage: "advert-sent" }, actor: "phone-2", times: 0 },
      ADVERT_SEEN_ONCE,
    ],
    page: [
      {
        kind: "page.settled",
        where: { outcome: "rejected", name: "NotAllowedError", reason: "timeout" },
        atMs: [180_000, 181_000],
        times: 1,
      },
    ],
    rp: [NO_FINISH],
    ledger: NOTHING,
    decidedBy: "client.ceremony",
    mechanisms: ["client-timeout"],
    consequences: ["second-phone-ignored"],
  },
  draws: {
    knobs: { "phone.scanDelayMs": [3_000, 10_000] },
    why: "the first phone must be in its tunnel when the second one comes",
  },
});

/** Another code, or another phone, than the one the computer expects. */
export const OTHER_PHONE: readonly Scenario[] = [
  noMatch,
  photoOfTheFirst,
  secondPhone,
  putAwayAtThePrompt,
  firstStays,
];
