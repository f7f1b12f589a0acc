import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { HEALTHY, NOTHING } from "../knob-sets.js";
import {
  ACCEPTED,
  ADVERT_SEEN,
  ADVERT_SENT,
  NEVER_ASKED,
  NEVER_HEARD,
  NO_FINISH,
  PHONE_FAILED,
  RESOLVED,
  TIMED_OUT,
} from "../patterns.js";

const advertNever: Scenario = {
  id: "ble-advert-never",
  group: "proximity",
  title: "The computer never hears the phone; the code stays until the browser's timer",
  story:
    "The phone has scanned the code and waits in its tunnel. Its advert does not reach the computer, so the " +
    "computer never sends a request. The tunnel service ends the wait after two minutes, the browser after " +
    "three.",
  sources: [
    "Chromium device/fido/cable/v2_discovery.cc (no timer of its own while the code is shown)",
    "public issues: canonical/identity-platform-login-ui 313, flathub/com.google.Chrome 230 (a browser in a sandbox)",
  ],
  knobs: { "link.road": "hybrid", "ble.advertLossPct": 100 },
  script: [{ do: "register" }],
  expect: {
    ctap: [NEVER_ASKED],
    link: [ADVERT_SENT, NEVER_HEARD],
    page: [{ ...PHONE_FAILED, atMs: [120_000, 180_000] }, TIMED_OUT],
    rp: [NO_FINISH],
    ledger: NOTHING,
    decidedBy: "client.ceremony",
    mechanisms: ["phone-not-heard"],
  },
};

const otherService = variantOf(advertNever, "other-service", {
  title: "The phone broadcasts under another service UUID, and the computer ignores it",
  story:
    "The advert's content is right, but its service UUID is another one. The computer takes it for an unrelated " +
    "device.",
  sources: ["CTAP 2.2 §11.5 (advert: service data of 0xFFF9)"],
  knobs: { "ble.advertLossPct": 0, "ble.wrongServiceUuid": true },
});

const suffixBytes: Scenario = {
  ...advertNever,
  id: "ble-advert-suffix-bytes",
  title: "The phone's advert has 22 bytes; a browser that wants 20 never sees it",
  story:
    "Two bytes follow the 20 of the advert, the beginning of what CTAP 2.3 puts there. This browser ignores " +
    "adverts of any other length, and waits for a phone that is next to it.",
  sources: ["measured: Chromium 156 on Linux", "public issue: bloom-directory/bloom 129"],
  knobs: { "link.road": "hybrid", "ble.suffixBytes": 2 },
  expect: {
    ...advertNever.expect,
    link: [
      ADVERT_SENT,
      { kind: "link.hybrid", where: { stage: "advert-too-long" }, actor: "desktop", times: 1 },
      NEVER_HEARD,
    ],
    mechanisms: ["advert-too-long"],
  },
};

const suffixRead = variantOf(suffixBytes, "tolerant", {
  title: "The phone's advert has 22 bytes; a client that reads the first 20 finds the phone",
  story:
    "The suffix is neither encrypted nor authenticated. A client that cannot read it ignores it and uses the " +
    "tunnel, which every phone offers.",
  sources: ["libwebauthn cable/advertisement.rs (takes a suffix)"],
  knobs: { "ble.readsSuffix": true },
  expect: {
    link: [ADVERT_SENT, ADVERT_SEEN],
    page: [RESOLVED],
    rp: [ACCEPTED],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success"],
  },
});

const flood: Scenario = {
  id: "ble-advert-flood",
  group: "proximity",
  title: "Two hundred other phones broadcast in the same hall; the right advert is found among theirs",
  story:
    "At a trade fair the air is full of adverts for other computers. Each is tried once and ignored; the one " +
    "that decrypts is the phone that scanned this code.",
  sources: ["Chromium device/fido/cable/v2_discovery.cc (every distinct advert is tried once)"],
  knobs: { "link.road": "hybrid", "ble.foreignAdverts": 200, "ble.rateHz": 50 },
  script: [{ do: "register" }],
  expect: {
    ctap: [{ kind: "ctap.request", where: { command: "makeCredential" }, times: 1 }],
    link: [{ kind: "link.hybrid", where: { stage: "advert-foreign" }, actor: "desktop" }, ADVERT_SEEN],
    page: [RESOLVED],
    rp: [ACCEPTED],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success"],
  },
};

const floodRepeated = variantOf(flood, "repeated", {
  title: "Two hundred other phones repeat their adverts, as radios do",
  story: "A hundred copies of one advert cost one attempt: an advert that does not decrypt once never does.",
  knobs: { "ble.repeats": 20 },
});

const floodAlone = variantOf(flood, "own-unheard", {
  title: "Two hundred other phones are heard and the right one is not",
  story:
    "Adverts that decrypt under no key say nothing of the phone that is missing. This phone broadcasts under " +
    "another service UUID.",
  knobs: { "ble.wrongServiceUuid": true },
  expect: {
    ctap: [NEVER_ASKED],
    link: [
      { kind: "link.hybrid", where: { stage: "advert-foreign" }, actor: "desktop" },
      ADVERT_SENT,
      NEVER_HEARD,
    ],
    page: [TIMED_OUT],
    rp: [NO_FINISH],
    ledger: NOTHING,
    decidedBy: "client.ceremony",
    mechanisms: ["phone-not-heard"],
  },
});

/** Adverts that do not reach the computer, or that it ignores. */
export const ADVERTS_UNHEARD: readonly Scenario[] = [
  advertNever,
  otherService,
  suffixBytes,
  suffixRead,
  flood,
  floodRepeated,
  floodAlone,
];
