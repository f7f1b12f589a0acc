import type { Scenario } from "../scenario.js";
import { variantOf } from "../variant.js";
import { clientTimerOrphan } from "./client-timer-orphan.js";
import { HEALTHY, NOTHING } from "./knob-sets.js";
import { lateDelivery } from "./late-delivery.js";
import { NO_FINISH, PATIENT_LINK, RESOLVED } from "./tunnel-patterns.js";

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
  platformExpiry,
  orphanOverHybrid,
  lateDeliveryOverHybrid,
];
