import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { HEALTHY, ORPHAN } from "../knob-sets.js";
import { lateDelivery } from "./late-delivery.js";

/** Mechanisms A and G together: one slow back end explains the late mail and the refused login. */
const errorThenMail: Scenario = {
  id: "page-guard-late-mail",
  group: "page-timers",
  title: "Error at 60 s, mail at 213 s, first login refused, second login works",
  story:
    "The page gives up at 60 s, the user confirms at 95 s, and the mail says two minutes later that the passkey " +
    "was created. After logging out, the first login with it is refused and the second one works.",
  sources: [
    "Field report: Rakuten Securities customer, passkey by QR code: error, mail two minutes later, first login refused, second login works",
  ],
  knobs: { ...lateDelivery.knobs, "rp.replicaLagMs": 150_000 },
  script: [
    { do: "register" },
    // At login the user knows what to do.
    { do: "set", knobs: { "key.touchDelayMs": 4_000 } },
    { do: "login", atMs: 235_000 },
    { do: "login", atMs: 280_000 },
  ],
  draws: {
    knobs: { "key.touchDelayMs": [90_000, 100_000], "rp.replicaLagMs": [146_000, 168_000] },
    why: "the first login has to come before the replica has the row, and the second after it",
  },
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

/** the back end is healthy, the link to the phone fails the first login. */
const errorThenMailByLink = variantOf(errorThenMail, "link-flake", {
  title: "Error at 60 s, mail at 213 s; the first login fails because the link to the phone does not come up",
  story:
    "The user sees an error, a late mail, a refused login and one that works, as with a lagging replica. The " +
    "back end is healthy here: the first login ended before any getAssertion was sent, because the link to the " +
    "phone did not come up.",
  sources: [
    "Field report: Rakuten Securities customer, passkey by QR code: the first login fails, the second one works",
    "Analysis of that report: any single attempt over the link to a phone may fail",
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

/** The negative control: the same errors, and no mail ever. */
const errorThenNothing = variantOf(errorThenMail, "client-timer", {
  title: "Control: no page timer, the browser gives up at 180 s; no mail arrives and no login works",
  story:
    "The user takes 190 s. The browser gave up at 180 s, and the phone creates its key although the request is " +
    "over. Both logins fail: the key is an orphan, and the site asks for a credential that the phone does not " +
    "have.",
  sources: [
    "Field report: Rakuten Securities customer, passkey by QR code: control for the report, without the late success",
  ],
  knobs: { "rp.replicaLagMs": 0, "page.guardMs": null, "key.touchDelayMs": 190_000 },
  script: [
    { do: "register" },
    { do: "set", knobs: { "key.touchDelayMs": 4_000 } },
    { do: "login", atMs: 235_000 },
    { do: "login", atMs: 280_000 },
  ],
  draws: {
    knobs: { "key.touchDelayMs": [180_000, 225_000] },
    why: "the browser's 180 s have to end before the gesture",
  },
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

/** Runs the same scenario with a page that follows the recommendations. */
const errorThenMailPrevented = variantOf(errorThenMail, "prevented", {
  title: "A slow user and a late mail, with a page that has no timer of its own: no error at all",
  story:
    "The page has no guard that ends before the browser's own timer, and login options come from the primary " +
    "database. The user is as slow and the mail as late as in the report, and nothing goes wrong.",
  sources: [
    "Prevention: a page without a timer of its own, and login options read from the primary",
    "Field report: Rakuten Securities customer, passkey by QR code: the report that this prevents",
  ],
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

/** An error, a mail two minutes later, and a first login that is refused: ways in which that comes about, and a control. */
export const LATE_MAIL: readonly Scenario[] = [
  errorThenMail,
  errorThenMailByLink,
  errorThenNothing,
  errorThenMailPrevented,
];
