import type { KnobOverrides } from "../../sim/knobs.js";
import type { Scenario } from "../scenario.js";
import { variantOf } from "../variant.js";
import { clientTimerOrphan } from "./client-timer-orphan.js";
import { HEALTHY, NOTHING, ORPHAN } from "./knob-sets.js";
import { lateDelivery } from "./late-delivery.js";

/** A phone across radio and tunnel; the tunnel lives as long as a person may take. */
const PATIENT_LINK: KnobOverrides = {
  "link.road": "hybrid",
  "phone.platformTimeoutMs": 300_000,
  "tunnel.ttlMs": 600_000,
};

const NO_FINISH = { kind: "rp.request", where: { call: "registration/finish" }, times: 0 } as const;
const RESOLVED = { kind: "page.settled", where: { outcome: "resolved" }, times: 1 } as const;
/** 150 ms for the options, 180 s of the browser's, 5 s until the person closes its sheet. */
const TIMED_OUT = {
  kind: "page.settled",
  where: { outcome: "rejected", name: "NotAllowedError", reason: "timeout" },
  atMs: [185_000, 186_000],
  times: 1,
} as const;
const NEVER_ASKED = { kind: "ctap.request", where: { command: "makeCredential" }, times: 0 } as const;

const registration: Scenario = {
  id: "hybrid-registration",
  group: "phone",
  title: "A phone scans the code on the screen and makes the passkey",
  story:
    "Light carries the secret, the radio proves that the phone is near, a tunnel carries the request. The phone asks " +
    "its owner, answers, and both sides hang up.",
  sources: ["CTAP 2.2 §11.5 (hybrid transports)"],
  knobs: { "link.road": "hybrid" },
  script: [{ do: "register" }],
  expect: {
    ctap: [{ kind: "ctap.request", times: 1 }],
    link: [
      { kind: "link.hybrid", where: { stage: "advert-seen" }, actor: "desktop", times: 1 },
      { kind: "link.hybrid", where: { stage: "shutdown-sent" }, actor: "desktop", times: 1 },
    ],
    page: [RESOLVED],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success"],
  },
};

const advertNever: Scenario = {
  id: "ble-advert-never",
  group: "ble",
  title: "The computer never hears the phone; the code stands there until the browser's timer",
  story:
    "The phone has read the code and waits in its tunnel. Its broadcast does not reach the computer, so nobody ever " +
    "asks it anything. The tunnel service ends the wait after two minutes, the browser after three.",
  sources: [
    "Chromium device/fido/cable/v2_discovery.cc (no timer of its own while the code is shown)",
    "public issue: omacom/omarchy 623",
  ],
  knobs: { "link.road": "hybrid", "ble.advertLossPct": 100 },
  script: [{ do: "register" }],
  expect: {
    ctap: [NEVER_ASKED],
    link: [
      { kind: "link.hybrid", where: { stage: "advert-sent" }, actor: "phone", times: 1 },
      { kind: "link.hybrid", where: { stage: "advert-seen" }, times: 0 },
    ],
    page: [TIMED_OUT],
    rp: [NO_FINISH],
    ledger: NOTHING,
    decidedBy: "client.ceremony",
    mechanisms: ["phone-not-heard"],
  },
};

const advertTooLong = variantOf(advertNever, "22-bytes", {
  title: "The phone's advert has 22 bytes; a browser that wants 20 never sees it",
  story:
    "Two bytes follow the 20 of the advert, the beginning of what CTAP 2.3 puts there. This browser passes over " +
    "adverts of any other length, and waits for a phone that stands next to it.",
  sources: ["measured: Chromium 156 on Linux", "public issue: bloom-directory/bloom 129"],
  knobs: { "ble.advertLossPct": 0, "ble.suffixBytes": 2 },
  expect: {
    ...advertNever.expect,
    link: [
      { kind: "link.hybrid", where: { stage: "advert-foreign" }, actor: "desktop", times: 1 },
      { kind: "link.hybrid", where: { stage: "advert-seen" }, times: 0 },
    ],
  },
});

const noMobileData = variantOf(advertNever, "no-mobile-data", {
  title: "The phone has Bluetooth and no way to its tunnel service",
  story:
    "A phone opens its tunnel first and broadcasts where it is. Without mobile data there is no tunnel, so there is " +
    "nothing to broadcast: the phone says so, the browser waits.",
  sources: ["public issue: Kunzisoft/KeePassDX 2567"],
  knobs: { "ble.advertLossPct": 0, "phone.mobileData": false },
  expect: {
    ...advertNever.expect,
    link: [{ kind: "link.hybrid", where: { stage: "advert-sent" }, times: 0 }],
    page: [
      TIMED_OUT,
      { kind: "user.saw", where: { where: "phone", tone: "failure" }, atMs: [8_000, 9_000], times: 1 },
    ],
  },
});

const dropAfterKeyCreated: Scenario = {
  id: "tunnel-drop-after-key-created",
  group: "tunnel",
  title: "The tunnel breaks under the answer: the phone has a passkey, the site has none",
  story:
    "The request came through, the person agreed, the phone made the key. The tunnel breaks as the answer is sent. " +
    "The phone says that the passkey is saved; the page says that it failed. Both are right.",
  sources: [
    "webauthn-rs cable-tunnel-server (limits that close a tunnel at any moment)",
    "Chromium device/fido/cable/fido_tunnel_device.cc (a closed tunnel is an empty answer)",
  ],
  knobs: { "link.road": "hybrid", "tunnel.dropAfter": 5 },
  script: [{ do: "register" }],
  expect: {
    ctap: [
      { kind: "ctap.credential", where: { change: "created" }, times: 1 },
      { kind: "ctap.response", where: { command: "makeCredential" }, times: 0 },
    ],
    link: [
      {
        kind: "link.hybrid",
        where: { stage: "tunnel-closed", detail: "1006" },
        actor: "desktop",
        times: 1,
      },
    ],
    page: [
      { kind: "user.saw", where: { where: "phone", tone: "success" }, times: 1 },
      { kind: "page.settled", where: { outcome: "rejected", name: "NotAllowedError" }, times: 1 },
    ],
    rp: [NO_FINISH],
    ledger: ORPHAN,
    decidedBy: null,
    mechanisms: ["lost-answer"],
  },
};

const expiredDuringUv: Scenario = {
  id: "tunnel-ttl-during-uv",
  group: "tunnel",
  title: "The tunnel's two minutes are over while the person is still busy with the phone",
  story:
    "A tunnel lives 120 s from the phone's arrival, whatever goes through it. The page hears of a lost link at once; " +
    "the prompt on the phone stays, the person agrees, and the key is made for nobody.",
  sources: ["webauthn-rs cable-tunnel-server (TTL 120 s from the phone's connection; close 1008)"],
  knobs: {
    "link.road": "hybrid",
    "phone.platformTimeoutMs": 300_000,
    "key.touchDelayMs": 140_000,
  },
  script: [{ do: "register" }],
  expect: {
    ctap: [
      { kind: "ctap.credential", where: { change: "created" }, atMs: [149_000, 151_000], times: 1 },
      { kind: "ctap.response", where: { command: "makeCredential" }, times: 0 },
    ],
    page: [
      {
        kind: "page.settled",
        where: { outcome: "rejected", name: "NotAllowedError", reason: "link-lost" },
        atMs: [128_000, 130_000],
        times: 1,
      },
    ],
    rp: [NO_FINISH],
    ledger: ORPHAN,
    decidedBy: "tunnel.ttl",
    mechanisms: ["tunnel-expired"],
  },
};

const platformExpiry: Scenario = {
  id: "phone-platform-60s-expiry",
  group: "phone",
  title: "The phone gives its own request 60 s; the browser would have waited for three minutes",
  story:
    "Chrome on Android hands the request to the platform with a timeout of 60 s. Who takes longer finds the prompt " +
    "gone, and the page is told that they refused.",
  sources: ["Chromium device/fido/cable/v2_authenticator.cc (kTimeoutSeconds)"],
  knobs: { "link.road": "hybrid", "key.touchDelayMs": 70_000 },
  script: [{ do: "register" }],
  expect: {
    ctap: [
      {
        kind: "ctap.response",
        where: { command: "makeCredential", status: "OPERATION_DENIED" },
        atMs: [69_000, 71_000],
        times: 1,
      },
    ],
    page: [
      { kind: "page.settled", where: { outcome: "rejected", name: "NotAllowedError" }, times: 1 },
      { kind: "user.saw", where: { where: "phone", tone: "failure" }, times: 1 },
    ],
    rp: [NO_FINISH],
    ledger: NOTHING,
    decidedBy: "phone.platform",
    mechanisms: ["key-timeout"],
  },
};

const pushWakeLate: Scenario = {
  id: "push-wake-late",
  group: "phone",
  title: "The linked phone hears of the call after 90 s; the page said at 60 s that it failed",
  story:
    "A phone that was linked is woken by a push message, and push messages take their time. The page's own timer is " +
    "shorter. The person taps the late notification, agrees, and the passkey is there after all.",
  sources: [
    "Firebase Cloud Messaging (normal priority waits until Doze ends)",
    "field report: Rakuten (error first, then a mail that the passkey was created)",
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
    link: [
      { kind: "link.hybrid", where: { stage: "push-sent" }, atMs: [90_000, 91_000], times: 1 },
      { kind: "link.hybrid", where: { stage: "phone-joined" }, actor: "desktop", times: 1 },
      { kind: "link.hybrid", where: { stage: "qr-shown" }, times: 0 },
    ],
    page: [RESOLVED, { kind: "page.gave-up", atMs: [60_000, 60_000], times: 1 }],
    ledger: HEALTHY,
    decidedBy: "page.guard",
    mechanisms: ["late-delivery"],
  },
};

const orphanOverHybrid = variantOf(clientTimerOrphan, "hybrid", {
  knobs: PATIENT_LINK,
  expect: {
    ...clientTimerOrphan.expect,
    ctap: [
      { kind: "ctap.credential", where: { change: "created" }, atMs: [199_000, 201_000], times: 1 },
      { kind: "ctap.discarded", where: { command: "makeCredential", status: "OK" }, times: 1 },
    ],
    link: [{ kind: "link.hybrid", where: { stage: "shutdown-sent" }, atMs: [180_000, 181_000], times: 1 }],
  },
});

const lateDeliveryOverHybrid = variantOf(lateDelivery, "hybrid", {
  knobs: PATIENT_LINK,
  expect: {
    ledger: lateDelivery.expect.ledger,
    decidedBy: lateDelivery.expect.decidedBy,
    mechanisms: lateDelivery.expect.mechanisms,
    ctap: [{ kind: "ctap.credential", where: { change: "created" }, atMs: [104_000, 106_000], times: 1 }],
    page: [RESOLVED, { kind: "page.gave-up", atMs: [60_000, 60_000], times: 1 }],
  },
});

/** Stories on the way to a phone. */
export const HYBRID: readonly Scenario[] = [
  registration,
  advertNever,
  advertTooLong,
  noMobileData,
  dropAfterKeyCreated,
  expiredDuringUv,
  platformExpiry,
  pushWakeLate,
  orphanOverHybrid,
  lateDeliveryOverHybrid,
];
