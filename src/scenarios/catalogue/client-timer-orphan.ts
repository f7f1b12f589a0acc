import type { Scenario } from "../scenario.js";

/** Mechanism E, the negative control of late-delivery: here nothing reaches the site. */
export const clientTimerOrphan: Scenario = {
  id: "client-timer-orphan",
  group: "phone",
  title: "The browser's timer fires at 180 s; at 190 s the phone creates a key for nobody",
  story:
    "Cancelling does not reach a prompt that already stands on a phone-like authenticator. The person confirms " +
    "after the browser gave up. The key is created, its answer is discarded, and the site never hears of it.",
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
