import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { PATIENT_LINK } from "../patterns.js";

/** Mechanism E, the negative control of late-delivery: here nothing reaches the site. */
const clientTimerOrphan: Scenario = {
  id: "client-timer-orphan",
  group: "client-timers",
  title:
    "The browser's timer fires at 180 s; the phone creates its key at 190 s, and the site never learns of it",
  story:
    "Cancelling does not reach a prompt that a phone-like authenticator already shows. The user confirms after " +
    "the browser gave up. The key is created, its answer is discarded, and the site never hears of it.",
  sources: [
    "Chromium device/fido/cable/fido_tunnel_device.cc (Cancel does nothing; late answers are discarded)",
    "measured: Chromium 156, NotAllowedError 179.6 s after the call, then CTAP2_OK from the phone",
  ],
  knobs: {
    "client.profile": "chrome-floor3m",
    "client.timeoutMs": 60_000,
    "key.profile": "phone",
    "key.upTimeoutMs": 300_000,
    "key.ignoresCancel": true,
    "key.touchDelayMs": 190_000,
  },
  script: [{ do: "register" }],
  draws: {
    knobs: { "key.touchDelayMs": [180_000, 235_000] },
    why: "the browser's 180 s have to end before the gesture",
  },
  expect: {
    ctap: [
      { kind: "ctap.cancel", where: { command: "makeCredential" }, atMs: [180_000, 181_000], times: 1 },
      { kind: "ctap.credential", where: { change: "created" }, atMs: [190_000, 191_000], times: 1 },
      {
        kind: "ctap.discarded",
        where: { command: "makeCredential", status: "OK" },
        atMs: [190_000, 191_000],
      },
    ],
    page: [
      {
        kind: "page.settled",
        where: { outcome: "rejected", name: "NotAllowedError" },
        atMs: [180_000, 186_000],
        times: 1,
      },
    ],
    rp: [
      { kind: "rp.request", where: { call: "registration/finish" }, times: 0 },
      { kind: "rp.mail", times: 0 },
    ],
    ledger: { keys: 1, rows: 0, orphans: 1, ghosts: 0, mails: 0 },
    decidedBy: "client.ceremony",
    mechanisms: ["client-timer-orphan"],
  },
};

const orphanOverHybrid = variantOf(clientTimerOrphan, "hybrid", {
  title:
    "The browser's timer fires at 180 s; a phone reached by QR code creates its key at 200 s, and the site " +
    "never learns of it",
  story:
    "The browser closes the tunnel at 180 s, which does not take the prompt off the phone. The user confirms " +
    "after that. The key is created, its answer is discarded, and the site never hears of it.",
  knobs: PATIENT_LINK,
  draws: {
    knobs: { "key.touchDelayMs": [176_000, 230_000] },
    why: "the browser's 180 s have to end before the gesture",
  },
  expect: {
    ...clientTimerOrphan.expect,
    ctap: [
      { kind: "ctap.credential", where: { change: "created" }, atMs: [199_000, 201_000], times: 1 },
      { kind: "ctap.discarded", where: { command: "makeCredential", status: "OK" }, times: 1 },
    ],
    link: [{ kind: "link.hybrid", where: { stage: "shutdown-sent" }, atMs: [180_000, 181_000], times: 1 }],
  },
});

/** The browser's timer fires before the user confirms: the key becomes an orphan. */
export const TIMER_ORPHAN: readonly Scenario[] = [clientTimerOrphan, orphanOverHybrid];
