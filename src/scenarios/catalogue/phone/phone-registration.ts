import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { HEALTHY, NOTHING } from "../knob-sets.js";
import { NO_FINISH, NO_SHEET, PHONE_FAILED, RESOLVED } from "../patterns.js";

const registration: Scenario = {
  id: "hybrid-registration",
  group: "phone",
  title: "A phone scans the code on the screen and creates the passkey",
  story:
    "The QR code carries the secret, the Bluetooth advert proves that the phone is near, a tunnel carries the " +
    "request. The phone asks its user, answers, and both sides close the connection.",
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
    "Chrome on Android hands the request to the platform with a timeout of 60 s. A user who takes longer finds " +
    "the prompt gone, and the page gets the error of a refusal by the user.",
  sources: ["Chromium device/fido/cable/v2_authenticator.cc (kTimeoutSeconds)"],
  knobs: { "link.road": "hybrid", "key.touchDelayMs": 70_000 },
  script: [{ do: "register" }],
  draws: {
    knobs: { "key.touchDelayMs": [74_000, 110_000] },
    why: "the platform's timer has to fire before the gesture",
  },
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

const declines: Scenario = {
  id: "phone-user-declines",
  group: "phone",
  title: "The user refuses on the phone: the page learns at once that it failed, and not why",
  story:
    "The phone answers a refusal and a time-out with the same status, and the page gets the same error for " +
    "both. Only the time distinguishes them: a refusal comes long before the phone's 60 s.",
  sources: ["Chromium CableAuthenticator.java (every failure of a creation is OPERATION_DENIED)"],
  knobs: { "link.road": "hybrid", "key.decision": "decline", "key.touchDelayMs": 5_000 },
  script: [{ do: "register" }],
  expect: {
    ctap: [
      { kind: "ctap.response", where: { command: "makeCredential", status: "OPERATION_DENIED" }, times: 1 },
      { kind: "ctap.credential", times: 0 },
    ],
    page: [
      {
        kind: "page.settled",
        where: { outcome: "rejected", name: "NotAllowedError" },
        atMs: [14_000, 17_000],
        times: 1,
      },
      NO_SHEET,
      PHONE_FAILED,
    ],
    rp: [NO_FINISH],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["user-refused"],
  },
};

const declinesLogin = variantOf(declines, "login", {
  title: "The user refuses a login on the phone",
  story: "The passkey stays on the phone. The page cannot distinguish this from a phone that has none.",
  knobs: { "key.decision": "approve", "key.touchDelayMs": 1_500 },
  script: [
    { do: "register" },
    { do: "set", knobs: { "key.decision": "decline", "key.touchDelayMs": 5_000 } },
    { do: "login", atMs: 60_000 },
  ],
  expect: {
    ctap: [
      { kind: "ctap.response", where: { command: "getAssertion", status: "OPERATION_DENIED" }, times: 1 },
    ],
    page: [
      {
        kind: "page.settled",
        where: { method: "get", outcome: "rejected", name: "NotAllowedError" },
        times: 1,
      },
      NO_SHEET,
    ],
    rp: [{ kind: "rp.request", where: { call: "login/finish" }, times: 0 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "user-refused"],
  },
});

const notDiscoverable: Scenario = {
  id: "phone-discoverable-no-reply",
  group: "phone",
  title: "The phone cannot create a discoverable passkey, and closes the tunnel instead of saying so",
  story:
    "The request came through and the phone's platform refuses it. Chrome's phone has no status for that: it " +
    "informs its user, closes the tunnel and leaves the computer without an answer.",
  sources: ["Chromium device/fido/cable/v2_authenticator.cc (error 115 ends the session without a reply)"],
  knobs: { "link.road": "hybrid", "phone.discoverable": false },
  script: [{ do: "register" }],
  expect: {
    ctap: [
      { kind: "ctap.request", where: { command: "makeCredential" }, times: 1 },
      { kind: "ctap.response", where: { command: "makeCredential" }, times: 0 },
      { kind: "ctap.credential", times: 0 },
    ],
    link: [
      { kind: "link.hybrid", where: { stage: "ready" }, actor: "desktop", times: 1 },
      { kind: "link.hybrid", where: { stage: "tunnel-closed", closeCode: 1000 }, actor: "desktop", times: 1 },
    ],
    page: [
      {
        kind: "page.settled",
        where: { outcome: "rejected", name: "NotAllowedError", reason: "link-lost" },
        times: 1,
      },
      NO_SHEET,
      PHONE_FAILED,
    ],
    rp: [NO_FINISH],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["phone-hung-up"],
  },
};

const anyPasskeyWillDo = variantOf(notDiscoverable, "not-required", {
  title:
    "A phone that cannot create discoverable passkeys, and a site that does not require them: the passkey is " +
    "created",
  story: "A site that does not require a discoverable passkey gets one from this phone as well.",
  knobs: { "rp.residentKey": "discouraged" },
  expect: {
    page: [{ kind: "page.settled", where: { outcome: "resolved" }, times: 1 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success"],
  },
});

/** Registrations on a phone that work, expire or are refused there. */
export const PHONE_REGISTRATION: readonly Scenario[] = [
  registration,
  platformExpiry,
  declines,
  declinesLogin,
  notDiscoverable,
  anyPasskeyWillDo,
];
