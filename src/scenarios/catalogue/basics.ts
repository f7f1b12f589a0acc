import type { Scenario } from "../scenario.js";

const HEALTHY = { keys: 1, rows: 1, orphans: 0, ghosts: 0, mails: 1 } as const;
const UNTOUCHED = { keys: 0, rows: 0, orphans: 0, ghosts: 0, mails: 0 } as const;

const plainRegistration: Scenario = {
  id: "plain-registration",
  group: "basics",
  title: "A passkey is created and nothing goes wrong",
  story:
    "Somebody presses the button, touches the key within two seconds and reads that the passkey is ready.",
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
  story: "The same key first makes a passkey and then signs with it; the site accepts both.",
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

const pinRegistration: Scenario = {
  id: "pin-registration",
  group: "pin",
  title: "The site requires user verification and the key asks for its PIN",
  story: "The key has a PIN. The browser asks for it, fetches a token with it, and then asks for the touch.",
  sources: ["CTAP 2.2 §6.5.5.7.2 (getPinUvAuthTokenUsingPinWithPermissions)"],
  knobs: { "key.pinSet": true, "rp.userVerification": "required" },
  script: [{ do: "register" }],
  expect: {
    ctap: [
      { kind: "ctap.response", where: { command: "clientPin", status: "OK" } },
      {
        kind: "ctap.response",
        where: { command: "makeCredential", status: "OK" },
        atMs: [7_500, 15_000],
        times: 1,
      },
    ],
    page: [{ kind: "page.settled", where: { outcome: "resolved" }, times: 1 }],
    rp: [{ kind: "rp.response", where: { call: "registration/finish", status: 200 }, times: 1 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success"],
  },
};

const userRefuses: Scenario = {
  id: "user-refuses",
  group: "basics",
  title: "The person says no on the authenticator",
  story:
    "To the page a refusal looks like a time-out: NotAllowedError. Only the authenticator's status differs.",
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
    ledger: UNTOUCHED,
    decidedBy: null,
    mechanisms: ["user-refused"],
  },
};

const keyNeverTouched: Scenario = {
  id: "key-never-touched",
  group: "usb",
  title: "Nobody touches the key: it gives up at 30 s, the browser says so at 180 s",
  story:
    "The key waits 30 s and answers that nobody came. Chromium then forgets that key without a word and waits " +
    "for another one until its own timer of 180 s; the page learns nothing until the person closes the sheet.",
  sources: [
    "Chromium device/fido/fido_device_authenticator.cc (a key that answers 0x2F is dropped)",
    "public issue: Yubico/yubioath-flutter 202 (a slow user)",
  ],
  knobs: { "key.touchDelayMs": null },
  script: [{ do: "register" }],
  expect: {
    ctap: [
      {
        kind: "ctap.response",
        where: { command: "makeCredential", status: "USER_ACTION_TIMEOUT" },
        atMs: [30_000, 31_000],
        times: 1,
      },
    ],
    page: [
      { kind: "user.saw", where: { where: "browser", tone: "failure" }, atMs: [180_000, 181_000], times: 1 },
      {
        kind: "page.settled",
        where: { outcome: "rejected", name: "NotAllowedError", reason: "timeout" },
        atMs: [185_000, 186_000],
        times: 1,
      },
    ],
    rp: [{ kind: "rp.request", where: { call: "registration/finish" }, times: 0 }],
    ledger: UNTOUCHED,
    decidedBy: "key.up",
    mechanisms: ["key-timeout"],
  },
};

/** What has to work, and the everyday ways in which it does not. */
export const BASICS: readonly Scenario[] = [
  plainRegistration,
  plainLogin,
  pinRegistration,
  userRefuses,
  keyNeverTouched,
];
