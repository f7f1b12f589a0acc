import type { Scenario } from "../scenario.js";
import { variantOf } from "../variant.js";
import { HEALTHY, NOTHING } from "./knob-sets.js";
import { ACCEPTED, NEVER_ASKED, NEVER_HEARD, NO_FINISH, PHONE_FAILED, RESOLVED } from "./tunnel-patterns.js";

const SEEN_ONCE = { kind: "link.hybrid", where: { stage: "advert-seen" }, times: 1 } as const;

const secondPhone: Scenario = {
  id: "ble-second-phone-ignored",
  group: "ble",
  title: "The first phone was heard and put away; the second one, with the same code, is never heard",
  story:
    "The person scans with one phone, closes it again, and takes the other one, with a picture of the same code. The " +
    "computer had heard the first: its request belongs to that phone, and nobody listens for another one.",
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
      SEEN_ONCE,
    ],
    page: [
      { kind: "user.saw", where: { where: "browser", tone: "failure" }, atMs: [8_000, 20_000], times: 1 },
      { kind: "page.settled", where: { outcome: "rejected", name: "NotAllowedError" }, times: 1 },
      PHONE_FAILED,
    ],
    rp: [NO_FINISH],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["second-phone-ignored"],
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
  title: "The first phone is put away at its prompt: the page fails at once, and the second one finds nobody",
  story:
    "The link was ready and the phone had asked its owner. From there on the browser has no sheet of its own: the page " +
    "hears of the lost link at once. The second phone comes to a request that is over.",
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
  title: "The first phone lies there with its prompt; the second one cannot even open its tunnel",
  story:
    "One code, one tunnel: while the first phone waits in it the service turns the second one away. The computer knows " +
    "nothing of either, until its timer.",
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
      SEEN_ONCE,
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
    mechanisms: ["second-phone-ignored"],
  },
  draws: {
    knobs: { "phone.scanDelayMs": [3_000, 10_000] },
    why: "the first phone must be in its tunnel when the second one comes",
  },
});

const dataSwitchedOn: Scenario = {
  id: "phone-mobile-data-off/switched-on",
  group: "tunnel",
  title: "The person switches mobile data on and scans the same code again",
  story:
    "The phone says that the devices could not connect, which sounds like Bluetooth. Whoever thinks of the data " +
    "connection in time scans once more, and it works.",
  sources: ["public issue: Kunzisoft/KeePassDX 2567"],
  knobs: { "link.road": "hybrid", "phone.mobileData": false, "phone.rescanMs": 20_000 },
  script: [
    { do: "register", inBackground: true },
    { do: "set", atMs: 20_000, knobs: { "phone.mobileData": true } },
  ],
  expect: {
    link: [{ kind: "link.hybrid", where: { stage: "qr-scanned" }, actor: "phone", times: 2 }, SEEN_ONCE],
    page: [PHONE_FAILED, RESOLVED],
    rp: [ACCEPTED],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success"],
  },
};

const noDeadline: Scenario = {
  id: "link-hang-no-deadline",
  group: "tunnel",
  title: "A client without a limit of its own waits for a phone that is never heard, for ever",
  story:
    "Some libraries wait for the link without any limit, and count their time-out from there on. Where nobody else has " +
    "one either nothing ends the wait: the promise is pending when the person is long gone.",
  sources: ["libwebauthn src/transport/cable/channel.rs (no limit until the link is there)"],
  knobs: {
    "link.road": "hybrid",
    "ble.advertLossPct": 100,
    "client.profile": "extension-shim",
    "client.timeoutMs": null,
    "client.linkDeadlineMs": null,
  },
  script: [{ do: "register" }],
  expect: {
    ctap: [NEVER_ASKED],
    link: [{ kind: "link.hybrid", where: { stage: "qr-shown" }, actor: "desktop", times: 1 }, NEVER_HEARD],
    page: [{ kind: "page.settled", times: 0 }],
    rp: [NO_FINISH],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["link-hang"],
  },
};

const deadline = variantOf(noDeadline, "60s", {
  title: "The same client with a deadline for the link: the page hears after a minute",
  story:
    "A deadline of its own for the link, and the wait ends with an error that can be acted upon: show a new code.",
  knobs: { "client.linkDeadlineMs": 60_000 },
  expect: {
    ...noDeadline.expect,
    page: [
      {
        kind: "page.settled",
        where: { outcome: "rejected", name: "NotAllowedError", reason: "timeout" },
        atMs: [60_000, 61_000],
        times: 1,
      },
    ],
    decidedBy: "hybrid.link",
    mechanisms: ["phone-not-heard"],
  },
});

/** More phones than one, and phones nobody ever reaches. */
export const BLE_PHONES: readonly Scenario[] = [
  secondPhone,
  putAwayAtThePrompt,
  firstStays,
  dataSwitchedOn,
  noDeadline,
  deadline,
];
