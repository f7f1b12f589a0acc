import type { Scenario } from "../scenario.js";
import { variantOf } from "../variant.js";
import { HEALTHY, ORPHAN, PATIENT_PHONE } from "./knob-sets.js";
import { lateDelivery } from "./late-delivery.js";

const REPORT = "field report: Rakuten";

/** Mechanisms A and G together: one slow back end explains the late mail and the refused login. */
const errorThenMail: Scenario = {
  id: "rakuten-error-then-mail",
  group: "site",
  title: "Error at 60 s, mail at 213 s, first login refused, second login works",
  story:
    "The page gives up at 60 s, the person confirms at 95 s, the mail says two minutes later that the passkey was " +
    "created. After logging out, the first login with it is refused and the second one works.",
  sources: [`${REPORT} (the whole story, steps 8 to 14)`],
  knobs: { ...lateDelivery.knobs, "rp.replicaLagMs": 150_000 },
  script: [
    { do: "register" },
    // Logging in, the person knows what to do.
    { do: "set", knobs: { "key.touchDelayMs": 4_000 } },
    { do: "login", atMs: 235_000 },
    { do: "login", atMs: 280_000 },
  ],
  expect: {
    ctap: [
      {
        kind: "ctap.response",
        where: { command: "makeCredential", status: "OK" },
        atMs: [95_000, 98_000],
        times: 1,
      },
      { kind: "ctap.response", where: { command: "getAssertion", status: "NO_CREDENTIALS" }, times: 1 },
      { kind: "ctap.response", where: { command: "getAssertion", status: "OK" }, times: 1 },
    ],
    page: [
      { kind: "user.saw", where: { where: "page", tone: "failure" }, atMs: [60_000, 60_000], times: 1 },
      { kind: "user.saw", where: { where: "page", tone: "success" }, atMs: [60_000, 235_000], times: 0 },
    ],
    rp: [
      { kind: "rp.row", where: { change: "created" }, atMs: [97_000, 99_000], times: 1 },
      { kind: "rp.mail", where: { stage: "delivered" }, atMs: [212_000, 214_000], times: 1 },
      { kind: "rp.row", where: { change: "visible" }, atMs: [247_000, 249_000], times: 1 },
      { kind: "rp.login", where: { outcome: "accepted" }, times: 1 },
    ],
    ledger: HEALTHY,
    decidedBy: "page.guard",
    mechanisms: ["late-delivery", "read-replica-lag", "success"],
  },
};

/** Mechanisms A and Q: the back end is healthy, the link to the phone fails the first login. */
const errorThenMailByLink = variantOf(errorThenMail, "link-flake", {
  title: "The same story with a healthy back end: the first login never reached the phone",
  story:
    "To the person everything is as in the story above. Only the trace differs: the first login ended before any " +
    "getAssertion was sent, because the link to the phone did not come up.",
  sources: [
    `${REPORT} (steps 13 and 14)`,
    "mechanism Q: every attempt over a phone's link may fail by itself",
  ],
  knobs: { "rp.replicaLagMs": 0, "link.seenAs": "hybrid" },
  script: [
    { do: "register" },
    { do: "set", knobs: { "key.touchDelayMs": 4_000, "link.breaks": "before-request" } },
    { do: "login", atMs: 235_000 },
    { do: "login", atMs: 280_000 },
  ],
  expect: {
    ctap: [
      { kind: "ctap.request", where: { command: "getAssertion" }, times: 1 },
      { kind: "ctap.response", where: { command: "getAssertion", status: "OK" }, times: 1 },
    ],
    link: [{ kind: "link.hybrid", where: { stage: "tunnel-refused" }, atMs: [235_000, 236_000], times: 1 }],
    page: [
      { kind: "user.saw", where: { where: "page", tone: "failure" }, atMs: [60_000, 60_000], times: 1 },
      { kind: "page.settled", where: { method: "get", outcome: "rejected", reason: "link-lost" }, times: 1 },
    ],
    rp: [
      { kind: "rp.mail", where: { stage: "delivered" }, atMs: [212_000, 214_000], times: 1 },
      { kind: "rp.login", where: { outcome: "accepted" }, times: 1 },
    ],
    ledger: HEALTHY,
    decidedBy: "page.guard",
    mechanisms: ["late-delivery", "link-flake-per-attempt", "success"],
  },
});

/** Mechanism E as the negative control: the same errors, and no mail ever. */
const errorThenNothing = variantOf(errorThenMail, "client-timer", {
  title: "The control: no page timer, the browser's own at 180 s; no mail, and no login ever works",
  story:
    "The person takes 190 s. The browser has given up at 180 s, the phone creates its key for nobody. Both logins " +
    "fail: the key is an orphan, and the site says so by offering an id the phone does not have.",
  sources: ["mechanism E, the control for the field report: Rakuten"],
  knobs: { "rp.replicaLagMs": 0, "page.guardMs": null, "key.touchDelayMs": 190_000 },
  script: [
    { do: "register" },
    { do: "set", knobs: { "key.touchDelayMs": 4_000 } },
    { do: "login", atMs: 235_000 },
    { do: "login", atMs: 280_000 },
  ],
  expect: {
    ctap: [
      { kind: "ctap.discarded", where: { command: "makeCredential", status: "OK" } },
      { kind: "ctap.response", where: { command: "getAssertion", status: "NO_CREDENTIALS" }, times: 2 },
    ],
    page: [{ kind: "page.settled", where: { outcome: "rejected", name: "NotAllowedError" }, times: 3 }],
    rp: [
      { kind: "rp.request", where: { call: "registration/finish" }, times: 0 },
      { kind: "rp.mail", times: 0 },
      { kind: "rp.login", where: { outcome: "accepted" }, times: 0 },
    ],
    ledger: ORPHAN,
    decidedBy: "client.ceremony",
    mechanisms: ["client-timer-orphan", "no-credential", "no-credential"],
  },
});

/** What the page of the same story looks like when it keeps the rules. */
const errorThenMailPrevented = variantOf(errorThenMail, "prevented", {
  title: "The same person and the same delays, with a page and a site that keep the rules: no error at all",
  story:
    "No guard before the browser's own timer, login options from the primary. The person is as slow, the mail as " +
    "late, and nothing goes wrong.",
  sources: ["what removes the whole class: rules for pages and sites"],
  knobs: { "page.guardMs": null, "rp.loginReads": "primary" },
  script: [
    { do: "register" },
    { do: "set", knobs: { "key.touchDelayMs": 4_000 } },
    { do: "login", atMs: 120_000 },
  ],
  expect: {
    ctap: [{ kind: "ctap.response", where: { command: "getAssertion", status: "OK" }, times: 1 }],
    page: [
      { kind: "user.saw", where: { tone: "failure" }, times: 0 },
      { kind: "user.saw", where: { where: "page", tone: "success" }, times: 2 },
    ],
    rp: [{ kind: "rp.login", where: { outcome: "accepted" }, times: 1 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "success"],
  },
});

const linkFlakeEachAttempt: Scenario = {
  id: "rakuten-link-flake-each-attempt",
  group: "site",
  title: "Every first attempt over the phone's link fails, every second one works",
  story:
    "The advert of the phone arrives at 45 s, five seconds after the page gave up; the registration succeeds behind " +
    "the error. The first login never reaches the phone, the second one works, and the site offered the same id both times.",
  sources: [`${REPORT} ("try about twice", for creating and for logging in)`],
  knobs: {
    ...PATIENT_PHONE,
    "link.seenAs": "hybrid",
    "link.readyMs": 45_000,
    "page.guardMs": 40_000,
    "key.touchDelayMs": 13_000,
    "mail.delayMs": 115_000,
  },
  script: [
    { do: "register" },
    {
      do: "set",
      knobs: { "link.readyMs": 2_000, "link.breaks": "before-request", "key.touchDelayMs": 4_000 },
    },
    { do: "login", atMs: 200_000 },
    { do: "login", atMs: 230_000 },
  ],
  expect: {
    ctap: [
      { kind: "ctap.response", where: { command: "makeCredential", status: "OK" }, atMs: [58_000, 60_000] },
      { kind: "ctap.request", where: { command: "getAssertion" }, times: 1 },
    ],
    link: [
      { kind: "link.hybrid", where: { stage: "advert-seen" }, atMs: [45_000, 46_000], times: 1 },
      { kind: "link.hybrid", where: { stage: "tunnel-refused" }, atMs: [200_000, 204_000], times: 1 },
    ],
    page: [{ kind: "page.gave-up", where: { aborted: false }, atMs: [40_000, 40_000], times: 1 }],
    rp: [
      { kind: "rp.mail", where: { stage: "delivered" }, atMs: [170_000, 176_000], times: 1 },
      { kind: "rp.login", where: { outcome: "accepted" }, times: 1 },
    ],
    ledger: HEALTHY,
    decidedBy: "page.guard",
    mechanisms: ["ble-late-advert", "link-flake-per-attempt", "success"],
  },
};

/** Mechanism D. The user handle is new each time, or the second key would take the place of the first. */
const secondCreate: Scenario = {
  id: "rakuten-second-create",
  group: "site",
  title: "The first answer is lost, the page starts over by itself, and two look-alike passkeys are left",
  story:
    "The key is created at 40 s and its answer is lost with the link. Behind its error the page begins again with a " +
    "fresh user handle; that registration works and mails. The person picks the older of the two passkeys first: the " +
    "site does not know it. The newer one works.",
  sources: [`${REPORT} (mechanism D)`],
  knobs: {
    ...PATIENT_PHONE,
    "link.seenAs": "hybrid",
    "link.breaks": "after-answer",
    "key.touchDelayMs": 39_500,
    "page.autoRetry": 1,
    "rp.userIdStable": false,
    "rp.allowList": "empty",
  },
  script: [
    { do: "register" },
    { do: "set", knobs: { "key.touchDelayMs": 4_000, "key.picksAccount": 1 } },
    { do: "login", atMs: 235_000 },
    { do: "set", knobs: { "key.picksAccount": 0 } },
    { do: "login", atMs: 280_000 },
  ],
  expect: {
    ctap: [
      { kind: "ctap.credential", where: { change: "created" }, times: 2 },
      { kind: "ctap.credential", where: { change: "overwritten" }, times: 0 },
      { kind: "ctap.response", where: { command: "makeCredential", status: "OK" }, times: 1 },
    ],
    link: [{ kind: "link.hybrid", where: { stage: "tunnel-closed" }, atMs: [39_000, 41_000], times: 1 }],
    page: [
      { kind: "user.saw", where: { where: "page", tone: "failure" }, atMs: [40_000, 46_000], times: 1 },
      { kind: "page.settled", where: { method: "create", outcome: "resolved" }, times: 1 },
    ],
    rp: [
      { kind: "rp.row", where: { change: "created" }, atMs: [80_000, 90_000], times: 1 },
      { kind: "rp.mail", where: { stage: "delivered" }, times: 1 },
      { kind: "rp.login", where: { outcome: "refused", reason: "UNKNOWN_CREDENTIAL" }, times: 1 },
      { kind: "rp.login", where: { outcome: "accepted" }, times: 1 },
    ],
    ledger: { keys: 2, rows: 1, orphans: 1, ghosts: 0, mails: 1 },
    decidedBy: null,
    mechanisms: ["lost-answer-then-second-create", "success", "unknown-credential", "success"],
  },
};

const secondCreateStable = variantOf(secondCreate, "stable-user-id", {
  title: "The same with one user handle: the second key takes the place of the first, and every login works",
  story:
    "The phone keeps one passkey for one account. The lost one is overwritten, nothing is left to pick wrongly.",
  knobs: { "rp.userIdStable": true },
  expect: {
    ctap: [
      { kind: "ctap.credential", where: { change: "created" }, times: 2 },
      { kind: "ctap.credential", where: { change: "overwritten" }, times: 1 },
    ],
    rp: [{ kind: "rp.login", where: { outcome: "accepted" }, times: 2 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["lost-answer", "success", "success", "success"],
  },
});

/** Mechanism K. */
const rpOwnedQr: Scenario = {
  id: "rakuten-rp-owned-qr",
  group: "site",
  title: "The QR code is the site's own link; the waiting page fails at 60 s, the phone registers at 100 s",
  story:
    "The computer shows a QR code that is a web link. The phone opens the site in its own browser and registers its own " +
    "passkey there. Meanwhile the page on the computer waits in one long call, which ends after 60 s.",
  sources: [`${REPORT} (a QR code, then the press of a button on the phone)`],
  knobs: { ...PATIENT_PHONE, "rp.qr": "site", "key.touchDelayMs": 100_000, "mail.delayMs": 115_000 },
  script: [{ do: "register" }],
  expect: {
    ctap: [{ kind: "ctap.credential", where: { change: "created" }, atMs: [100_000, 101_000], times: 1 }],
    link: [{ kind: "link.hybrid", times: 0 }],
    page: [
      {
        kind: "user.saw",
        where: { where: "page", tone: "failure" },
        actor: "page",
        atMs: [60_000, 61_000],
        times: 1,
      },
      { kind: "user.saw", where: { where: "page", tone: "success" }, actor: "phone-page", times: 1 },
      { kind: "page.called", actor: "browser", times: 0 },
    ],
    rp: [
      {
        kind: "rp.response",
        where: { call: "registration/poll", status: 408 },
        atMs: [60_000, 61_000],
        times: 1,
      },
      { kind: "rp.response", where: { call: "registration/finish", status: 200 }, atMs: [100_000, 102_000] },
      { kind: "rp.mail", where: { stage: "delivered" }, atMs: [215_000, 217_000], times: 1 },
    ],
    ledger: HEALTHY,
    decidedBy: "poll.limit",
    mechanisms: ["rp-owned-qr"],
  },
};

/** Mechanisms K and G. */
const rpOwnedQrAndLag = variantOf(rpOwnedQr, "replica-lag", {
  title: "The site's own QR code and a read copy that lags: error, mail, first login refused, second works",
  story:
    "As above; then the first login asks for a credential the phone does not have, because the copy that login options " +
    "come from is 150 s behind.",
  knobs: { "rp.replicaLagMs": 150_000 },
  script: [
    { do: "register" },
    { do: "set", knobs: { "key.touchDelayMs": 4_000 } },
    { do: "login", atMs: 225_000 },
    { do: "login", atMs: 280_000 },
  ],
  expect: {
    ctap: [{ kind: "ctap.response", where: { command: "getAssertion", status: "NO_CREDENTIALS" }, times: 1 }],
    page: [
      { kind: "user.saw", where: { where: "page", tone: "failure" }, actor: "page", atMs: [60_000, 61_000] },
    ],
    rp: [
      { kind: "rp.mail", where: { stage: "delivered" }, atMs: [215_000, 217_000], times: 1 },
      { kind: "rp.login", where: { outcome: "accepted" }, times: 1 },
    ],
    ledger: HEALTHY,
    decidedBy: "poll.limit",
    mechanisms: ["rp-owned-qr", "read-replica-lag", "success"],
  },
});

const rpOwnedQrByGateway = variantOf(rpOwnedQr, "gateway", {
  title: "The same, and the gateway in front of the site is the one that ends the waiting call",
  story: "The site itself would wait for ever; its gateway answers 504 after 60 s without a byte.",
  knobs: { "poll.limitMs": null },
  expect: {
    rp: [
      {
        kind: "rp.response",
        where: { call: "registration/poll", status: 504 },
        atMs: [60_000, 61_000],
        times: 1,
      },
    ],
    ledger: HEALTHY,
    decidedBy: "gw.idle",
    mechanisms: ["rp-owned-qr"],
  },
});

const rpOwnedQrResumed = variantOf(rpOwnedQr, "resumed", {
  title: "The same, and the waiting page asks again after 408: it shows the success",
  story: "The ceremony's state survives at the site. The page that asks once more learns how it ended.",
  knobs: { "page.resumesPoll": true },
  expect: {
    page: [
      { kind: "user.saw", where: { where: "page", tone: "failure" }, times: 0 },
      { kind: "user.saw", where: { where: "page", tone: "success" }, actor: "page", times: 1 },
    ],
    rp: [{ kind: "rp.response", where: { call: "registration/poll", status: 200 }, times: 1 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success"],
  },
});

/** The case of the late mail: what a person saw, and the five ways it can have come about. */
export const RAKUTEN: readonly Scenario[] = [
  errorThenMail,
  errorThenMailByLink,
  errorThenNothing,
  errorThenMailPrevented,
  linkFlakeEachAttempt,
  secondCreate,
  secondCreateStable,
  rpOwnedQr,
  rpOwnedQrAndLag,
  rpOwnedQrByGateway,
  rpOwnedQrResumed,
];
