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

const SENT = { kind: "link.hybrid", where: { stage: "advert-sent" }, actor: "phone", times: 1 } as const;
const SEEN = { kind: "link.hybrid", where: { stage: "advert-seen" }, actor: "desktop", times: 1 } as const;

const advertNever: Scenario = {
  id: "ble-advert-never",
  group: "ble",
  title: "The computer never hears the phone; the code stands there until the browser's timer",
  story:
    "The phone has read the code and waits in its tunnel. Its broadcast does not reach the computer, so nobody ever " +
    "asks it anything. The tunnel service ends the wait after two minutes, the browser after three.",
  sources: [
    "Chromium device/fido/cable/v2_discovery.cc (no timer of its own while the code is shown)",
    "public issues: canonical/identity-platform-login-ui 313, flathub/com.google.Chrome 230 (a browser in a sandbox)",
  ],
  knobs: { "link.road": "hybrid", "ble.advertLossPct": 100 },
  script: [{ do: "register" }],
  expect: {
    ctap: [NEVER_ASKED],
    link: [SENT, NEVER_HEARD],
    page: [{ ...PHONE_FAILED, atMs: [120_000, 180_000] }, TIMED_OUT],
    rp: [NO_FINISH],
    ledger: NOTHING,
    decidedBy: "client.ceremony",
    mechanisms: ["phone-not-heard"],
  },
};

const otherService = variantOf(advertNever, "other-service", {
  title: "The phone broadcasts under a UUID nobody listens for",
  story:
    "The advert is as it should be and stands behind another service's number. To the computer it is somebody's " +
    "headphones.",
  sources: ["CTAP 2.2 §11.5 (advert: service data of 0xFFF9)"],
  knobs: { "ble.advertLossPct": 0, "ble.wrongServiceUuid": true },
});

const suffixBytes: Scenario = {
  ...advertNever,
  id: "ble-advert-suffix-bytes",
  title: "The phone's advert has 22 bytes; a browser that wants 20 never sees it",
  story:
    "Two bytes follow the 20 of the advert, the beginning of what CTAP 2.3 puts there. This browser passes over " +
    "adverts of any other length, and waits for a phone that stands next to it.",
  sources: ["measured: Chromium 156 on Linux", "public issue: bloom-directory/bloom 129"],
  knobs: { "link.road": "hybrid", "ble.suffixBytes": 2 },
  expect: {
    ...advertNever.expect,
    link: [
      SENT,
      { kind: "link.hybrid", where: { stage: "advert-too-long" }, actor: "desktop", times: 1 },
      NEVER_HEARD,
    ],
    mechanisms: ["advert-too-long"],
  },
};

const suffixRead = variantOf(suffixBytes, "tolerant", {
  title: "The phone's advert has 22 bytes; a client that reads the first 20 finds the phone",
  story:
    "The suffix is neither encrypted nor sealed. Who cannot read it leaves it where it is and takes the tunnel, which " +
    "every phone offers.",
  sources: ["libwebauthn cable/advertisement.rs (takes a suffix)"],
  knobs: { "ble.readsSuffix": true },
  expect: {
    link: [SENT, SEEN],
    page: [RESOLVED],
    rp: [ACCEPTED],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success"],
  },
});

const flood: Scenario = {
  id: "ble-advert-flood",
  group: "ble",
  title: "Two hundred strangers use their phones in the same hall; the right advert is found among theirs",
  story:
    "At a trade fair the air is full of adverts for other computers. Each is tried once and passed over; the one that " +
    "opens is the phone that scanned this code.",
  sources: ["Chromium device/fido/cable/v2_discovery.cc (every distinct advert is tried once)"],
  knobs: { "link.road": "hybrid", "ble.foreignAdverts": 200, "ble.rateHz": 50 },
  script: [{ do: "register" }],
  expect: {
    ctap: [{ kind: "ctap.request", where: { command: "makeCredential" }, times: 1 }],
    link: [{ kind: "link.hybrid", where: { stage: "advert-foreign" }, actor: "desktop" }, SEEN],
    page: [RESOLVED],
    rp: [ACCEPTED],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success"],
  },
};

const floodRepeated = variantOf(flood, "repeated", {
  title: "Two hundred strangers' phones repeat their adverts, as radios do",
  story: "A hundred hearings of one advert cost one try: what did not open once does not open later.",
  knobs: { "ble.repeats": 20 },
});

const floodAlone = variantOf(flood, "own-unheard", {
  title: "Two hundred strangers are heard and the right phone is not",
  story:
    "Adverts that open under no key say nothing of the phone that is missing: they are other people's. This phone " +
    "broadcasts under a UUID nobody listens for.",
  knobs: { "ble.wrongServiceUuid": true },
  expect: {
    ctap: [NEVER_ASKED],
    link: [{ kind: "link.hybrid", where: { stage: "advert-foreign" }, actor: "desktop" }, SENT, NEVER_HEARD],
    page: [TIMED_OUT],
    rp: [NO_FINISH],
    ledger: NOTHING,
    decidedBy: "client.ceremony",
    mechanisms: ["phone-not-heard"],
  },
});

const advertLate: Scenario = {
  id: "ble-advert-late",
  group: "ble",
  title: "The computer hears the phone after 45 s; the page said at 40 s that it failed",
  story:
    "A weak radio, or one that sleeps most of the time, hears the phone late. The page's own timer is shorter and tells " +
    "of a failure without ending the request. The phone is found after all, the person agrees, the passkey is there.",
  sources: [
    "field report: Rakuten (errors first, then the prompt on the phone)",
    "public issue: omacom/omarchy 623",
  ],
  knobs: {
    "link.road": "hybrid",
    "ble.advertDelayMs": 45_000,
    "ble.advertLossPct": 90,
    "page.guardMs": 40_000,
    "page.aborts": false,
  },
  script: [{ do: "register" }],
  expect: {
    ctap: [{ kind: "ctap.credential", where: { change: "created" }, atMs: [45_000, 120_000], times: 1 }],
    link: [{ ...SEEN, atMs: [45_000, 120_000] }],
    page: [{ kind: "page.gave-up", where: { aborted: false }, atMs: [40_000, 40_000], times: 1 }, RESOLVED],
    rp: [ACCEPTED],
    ledger: HEALTHY,
    decidedBy: "page.guard",
    mechanisms: ["ble-late-advert"],
  },
};

const advertLateCorrected = variantOf(advertLate, "corrected", {
  title: "The phone is heard late, and the page takes its error back",
  story:
    "The same late phone. This page listens to the promise and not to its own clock: when the passkey is there it says " +
    "so, where the error had stood.",
  knobs: { "page.corrects": true },
  expect: {
    ...advertLate.expect,
    page: [
      ...(advertLate.expect.page ?? []),
      { kind: "user.saw", where: { where: "page", tone: "success" }, times: 1 },
    ],
  },
});

const secondCode = variantOf(advertLate, "second-code", {
  title: "The first code's phone is never heard; the page shows a second code, and that one works",
  story:
    "The client gives the search 45 s, says that it failed, and the page tries again behind its error text. The second " +
    "code is scanned where the radio is better. The phone still broadcasts for the first one, which opens nothing.",
  knobs: {
    "ble.advertDelayMs": 300,
    "ble.advertLossPct": 100,
    "page.guardMs": null,
    "page.autoRetry": 1,
    "client.linkDeadlineMs": 45_000,
  },
  script: [
    { do: "register", inBackground: true },
    { do: "set", atMs: 30_000, knobs: { "ble.advertLossPct": 0 } },
  ],
  expect: {
    ctap: [{ kind: "ctap.request", where: { command: "makeCredential" }, times: 1 }],
    link: [{ kind: "link.hybrid", where: { stage: "qr-shown" }, actor: "desktop", times: 2 }, SEEN],
    page: [
      { kind: "page.settled", where: { outcome: "rejected", name: "NotAllowedError" }, times: 1 },
      { kind: "user.saw", where: { where: "page", tone: "failure" }, times: 1 },
      RESOLVED,
    ],
    rp: [ACCEPTED],
    ledger: HEALTHY,
    decidedBy: "hybrid.link",
    mechanisms: ["phone-not-heard", "success"],
  },
});

const noMatch: Scenario = {
  id: "ble-no-match-stuck",
  group: "ble",
  title: "The phone read the code of another tab: its advert is heard and opens under no key",
  story:
    "An old sheet in another tab, or a photo, shows a code of its own. The phone that read it connects, broadcasts and " +
    "waits; the computer hears it and cannot make anything of it. Both say that they are waiting.",
  sources: ["public issue: omacom/omarchy 623 (advert seen, no match)"],
  knobs: { "link.road": "hybrid", "qr.scanned": "previous" },
  script: [{ do: "register" }],
  expect: {
    ctap: [NEVER_ASKED],
    link: [SENT, { kind: "link.hybrid", where: { stage: "advert-foreign" }, actor: "desktop" }, NEVER_HEARD],
    page: [{ ...PHONE_FAILED, atMs: [120_000, 180_000] }, TIMED_OUT],
    rp: [NO_FINISH],
    ledger: NOTHING,
    decidedBy: "client.ceremony",
    mechanisms: ["other-code-scanned"],
  },
};

const photoOfTheFirst = variantOf(noMatch, "after-retry", {
  title: "The page tried again with a new code; the person scans the photo of the first one",
  story:
    "Nobody was there for the first code. When the page tries again the person uses the picture taken before, which " +
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

/** Adverts that are late, lost, too long, somebody else's or too many. */
export const BLE_ADVERTS: readonly Scenario[] = [
  advertNever,
  otherService,
  suffixBytes,
  suffixRead,
  flood,
  floodRepeated,
  floodAlone,
  advertLate,
  advertLateCorrected,
  secondCode,
  noMatch,
  photoOfTheFirst,
];
