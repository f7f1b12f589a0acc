import type { Scenario } from "../../scenario.js";
import { HEALTHY, NOTHING } from "../knob-sets.js";

const plainRegistration: Scenario = {
  id: "plain-registration",
  group: "basics",
  title: "A passkey is created and nothing goes wrong",
  story:
    "The user presses the button, touches the key within two seconds and reads that the passkey is ready.",
  sources: ["WebAuthn Level 3 §7.1"],
  knobs: {},
  script: [{ do: "register" }],
  expect: {
    ctap: [{ kind: "ctap.response", where: { command: "makeCredential", status: "OK" }, times: 1 }],
    link: [{ kind: "link.opened", times: 1 }],
    page: [
      { kind: "page.settled", where: { method: "create", outcome: "resolved" }, times: 1 },
      { kind: "user.saw", where: { where: "page", tone: "success" }, atMs: [0, 5_000], times: 1 },
    ],
    rp: [{ kind: "rp.response", where: { call: "registration/finish", status: 200 }, times: 1 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success"],
  },
};

const plainLogin: Scenario = {
  id: "plain-login",
  group: "basics",
  title: "A passkey is created, then used to log in",
  story: "The same key first creates a passkey and then signs with it. The site accepts both answers.",
  sources: ["WebAuthn Level 3 §7.2"],
  knobs: {},
  script: [{ do: "register" }, { do: "login", atMs: 60_000 }],
  expect: {
    ctap: [
      { kind: "ctap.response", where: { command: "getAssertion", status: "OK" }, times: 1 },
      { kind: "ctap.credential", where: { change: "used" }, times: 1 },
    ],
    link: [{ kind: "link.opened", times: 1 }],
    page: [{ kind: "page.settled", where: { method: "get", outcome: "resolved" }, times: 1 }],
    rp: [{ kind: "rp.login", where: { outcome: "accepted" }, times: 1 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "success"],
  },
};

const userRefuses: Scenario = {
  id: "user-refuses",
  group: "basics",
  title: "The user refuses on the authenticator",
  story:
    "To the page a refusal looks like a time-out: both are NotAllowedError. Only the authenticator's status " +
    "differs.",
  sources: [
    "WebAuthn Level 3, Authentication Ceremony Privacy",
    "Chromium make_credential_request_handler.cc (0x27)",
  ],
  knobs: { "key.profile": "phone", "key.decision": "decline", "key.touchDelayMs": 5_000 },
  script: [{ do: "register" }],
  expect: {
    ctap: [
      { kind: "ctap.response", where: { command: "makeCredential", status: "OPERATION_DENIED" }, times: 1 },
    ],
    page: [
      {
        kind: "page.settled",
        where: { outcome: "rejected", name: "NotAllowedError", reason: "refused-by-user" },
        atMs: [5_000, 7_000],
        times: 1,
      },
    ],
    rp: [{ kind: "rp.request", where: { call: "registration/finish" }, times: 0 }],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["user-refused"],
  },
};

/** What has to work, and a user who refuses. */
export const BASICS: readonly Scenario[] = [plainRegistration, plainLogin, userRefuses];
