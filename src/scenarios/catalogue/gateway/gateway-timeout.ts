import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { HEALTHY } from "../knob-sets.js";

const gateway504: Scenario = {
  id: "rp-gateway-504-late-commit",
  group: "gateway",
  title: "The gateway answers 504 after 60 s; the site behind it commits after 150 s",
  story:
    "The finish handler is slow: a metadata fetch, an HSM, a banking core. The gateway in front of it ends the " +
    "call, the page shows an error, and a minute and a half later row and mail are there.",
  sources: ["AWS load balancers and nginx end a silent call after 60 s by default"],
  knobs: { "rp.finishMs": 150_000, "gw.idleMs": 60_000 },
  script: [{ do: "register" }],
  expect: {
    ctap: [{ kind: "ctap.response", where: { command: "makeCredential", status: "OK" }, times: 1 }],
    page: [{ kind: "user.saw", where: { where: "page", tone: "failure" }, atMs: [60_000, 65_000], times: 1 }],
    rp: [
      { kind: "rp.response", where: { call: "registration/finish", status: 504 }, atMs: [60_000, 65_000] },
      { kind: "rp.row", where: { change: "created" }, atMs: [150_000, 155_000], times: 1 },
      { kind: "rp.mail", where: { stage: "delivered" }, atMs: [155_000, 160_000], times: 1 },
    ],
    ledger: HEALTHY,
    decidedBy: "gw.idle",
    mechanisms: ["gateway-504-late-commit"],
  },
};

const gatewayRetryAfter = variantOf(gateway504, "retry-after-commit", {
  title: "504 at 60 s, commit at 150 s; the user retries after the commit and gets InvalidStateError",
  story:
    "The exclude list now has the passkey, so the key refuses to create another one. To the user both attempts " +
    "failed.",
  script: [{ do: "register" }, { do: "register", atMs: 200_000 }],
  expect: {
    ctap: [
      {
        kind: "ctap.response",
        where: { command: "makeCredential", status: "CREDENTIAL_EXCLUDED" },
        times: 1,
      },
    ],
    page: [{ kind: "page.settled", where: { outcome: "rejected", name: "InvalidStateError" }, times: 1 }],
    ledger: HEALTHY,
    decidedBy: "gw.idle",
    mechanisms: ["gateway-504-late-commit", "already-registered"],
  },
});

const gatewayRetryBefore = variantOf(gateway504, "retry-before-commit", {
  title:
    "504 at 60 s, commit at 150 s; the user retries before the commit: the key is overwritten, the first row is " +
    "stale",
  story:
    "Nothing is excluded yet, so the key creates another passkey in place of the first. Both finish calls are " +
    "committed in the end. Of the two rows the older one names a key that is gone.",
  script: [{ do: "register" }, { do: "register", atMs: 80_000 }],
  expect: {
    ctap: [{ kind: "ctap.credential", where: { change: "overwritten" }, times: 1 }],
    rp: [{ kind: "rp.row", where: { change: "created" }, times: 2 }],
    ledger: { keys: 1, rows: 2, orphans: 0, ghosts: 1, mails: 2 },
    decidedBy: "gw.idle",
    mechanisms: ["gateway-504-late-commit", "gateway-504-late-commit"],
  },
});

const gatewayAsked = variantOf(gateway504, "asks-state", {
  title: "504 at 60 s, commit at 150 s; the page polls the ceremony's state for 30 s, which is too short",
  story:
    "Half a minute of polling does not cover a commit that takes 90 s more. A site that answers 202 at once " +
    "needs no guess.",
  knobs: { "page.asksState": true },
  expect: {
    page: [{ kind: "user.saw", where: { where: "page", tone: "failure" }, atMs: [90_000, 95_000], times: 1 }],
    rp: [{ kind: "rp.response", where: { call: "registration/state", status: 200 }, times: 4 }],
    ledger: HEALTHY,
    decidedBy: "gw.idle",
    mechanisms: ["gateway-504-late-commit"],
  },
});

const doubleFinish: Scenario = {
  id: "rp-double-finish",
  group: "gateway",
  title: "The answer to finish is lost, the page posts again, and the site takes it for a replay",
  story:
    "The site accepted and committed. The page never received the answer, repeated the call, and was answered that " +
    "the challenge is spent.",
  sources: [
    "Spring Security WebAuthnRegistrationFilter (options are removed before the verification)",
    "AWS Cognito: a session is good for one answer",
  ],
  knobs: { "net.loses": "finish-answer", "page.retriesFinish": 1 },
  script: [{ do: "register" }],
  expect: {
    page: [
      { kind: "page.call-failed", where: { call: "registration/finish" }, times: 1 },
      { kind: "user.saw", where: { where: "page", tone: "failure" }, times: 1 },
    ],
    rp: [
      { kind: "rp.response", where: { call: "registration/finish", status: 200 }, times: 1 },
      {
        kind: "rp.response",
        where: { call: "registration/finish", status: 400, code: "CHALLENGE_USED" },
        times: 1,
      },
      { kind: "rp.row", where: { change: "created" }, times: 1 },
    ],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["double-finish"],
  },
};

const idempotent = variantOf(doubleFinish, "idempotent", {
  title:
    "The answer to finish is lost and the page posts again: an idempotent site returns the stored result",
  story: "The site answers the same credential for the same ceremony with the result of the first call.",
  knobs: { "rp.idempotentFinish": true },
  expect: {
    page: [{ kind: "user.saw", where: { where: "page", tone: "success" }, times: 1 }],
    rp: [
      { kind: "rp.response", where: { call: "registration/finish", status: 200 }, times: 2 },
      { kind: "rp.row", where: { change: "created" }, times: 1 },
    ],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success"],
  },
});

/** A gateway ends the finish call, or its answer is lost. */
export const GATEWAY_TIMEOUT: readonly Scenario[] = [
  gateway504,
  gatewayRetryAfter,
  gatewayRetryBefore,
  gatewayAsked,
  doubleFinish,
  idempotent,
];
