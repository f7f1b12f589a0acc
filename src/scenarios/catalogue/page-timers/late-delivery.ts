import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { PATIENT_LINK, RESOLVED } from "../patterns.js";

/**
 * The prompt stands on a phone-like authenticator for up to 300 s: a key that waits 30 s, or a
 * phone whose platform is given 60 s, would have ended it before so late a gesture.
 */
export const lateDelivery: Scenario = {
  id: "late-delivery",
  group: "page-timers",
  title: "The page says it failed at 60 s; at 98 s the passkey is there",
  story:
    "The page has a timer of its own, shorter than the browser's. The user is still busy with the phone when " +
    "the page shows an error. The user confirms all the same, the key is created, the site accepts it and sends " +
    "its mail two minutes later. The error stays on the screen.",
  sources: [
    "Field report: Rakuten Securities customer, passkey by QR code: error first, then a mail that the passkey was created",
    "publicKey.timeout is a hint: clients move it into their own range (Chromium AdjustTimeout)",
  ],
  knobs: {
    "client.profile": "chrome-floor3m",
    "client.timeoutMs": 60_000,
    "page.guardMs": 60_000,
    "page.aborts": false,
    "key.profile": "phone",
    "key.upTimeoutMs": 300_000,
    "key.ignoresCancel": true,
    // After 150 ms for the options and 100 ms in the key: the gesture falls at 95 s.
    "key.touchDelayMs": 94_750,
    "key.createMs": 2_000,
    "rp.finishMs": 950,
    "mail.delayMs": 115_000,
  },
  script: [{ do: "register" }],
  draws: { knobs: { "client.timeoutMs": null }, why: "it expects the exact timeout of the site" },
  expect: {
    ctap: [
      {
        kind: "ctap.response",
        where: { command: "makeCredential", status: "OK" },
        atMs: [95_000, 98_000],
        times: 1,
      },
      { kind: "ctap.credential", where: { change: "created" }, times: 1 },
      { kind: "ctap.discarded", times: 0 },
    ],
    link: [{ kind: "link.opened", times: 1 }],
    page: [
      { kind: "page.called", where: { method: "create", timeoutMs: 60_000, effectiveMs: 180_000 }, times: 1 },
      { kind: "page.gave-up", where: { aborted: false }, atMs: [60_000, 60_000], times: 1 },
      { kind: "user.saw", where: { where: "page", tone: "failure" }, atMs: [60_000, 60_000], times: 1 },
      { kind: "user.saw", where: { where: "page", tone: "success" }, times: 0 },
      { kind: "page.settled", where: { outcome: "resolved" }, atMs: [95_000, 98_000], times: 1 },
    ],
    rp: [
      {
        kind: "rp.response",
        where: { call: "registration/finish", status: 200 },
        atMs: [97_000, 99_000],
        times: 1,
      },
      { kind: "rp.row", where: { change: "created" }, atMs: [97_000, 99_000], times: 1 },
      { kind: "rp.mail", where: { stage: "delivered" }, atMs: [212_000, 214_000], times: 1 },
    ],
    ledger: { keys: 1, rows: 1, orphans: 0, ghosts: 0, mails: 1 },
    decidedBy: "page.guard",
    mechanisms: ["late-delivery"],
  },
};

const lateDeliveryOverHybrid = variantOf(lateDelivery, "hybrid", {
  title: "The page says it failed at 60 s; at 105 s the passkey is there, by QR code and phone",
  story:
    "The page has a timer of its own, shorter than the browser's. The user is still busy with the phone, " +
    "reached by QR code, when the page shows an error. The user confirms all the same, the key is created and " +
    "the site accepts it. The error stays on the screen.",
  knobs: PATIENT_LINK,
  expect: {
    ledger: lateDelivery.expect.ledger,
    decidedBy: lateDelivery.expect.decidedBy,
    mechanisms: lateDelivery.expect.mechanisms,
    ctap: [{ kind: "ctap.credential", where: { change: "created" }, atMs: [104_000, 106_000], times: 1 }],
    page: [RESOLVED, { kind: "page.gave-up", atMs: [60_000, 60_000], times: 1 }],
  },
});

/** The page's timer fires first, and the registration succeeds behind its error. */
export const LATE_DELIVERY: readonly Scenario[] = [lateDelivery, lateDeliveryOverHybrid];
