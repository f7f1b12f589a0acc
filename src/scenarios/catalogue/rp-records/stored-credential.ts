import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { HEALTHY, PATIENT_PHONE } from "../knob-sets.js";

const signCounter: Scenario = {
  id: "rp-sign-counter-synced",
  group: "rp-records",
  title: "A synced passkey on two devices, each with its own counter: a strict site refuses the second",
  story:
    "The passkey synchronises, the counter does not. After two logins from the first device the second one " +
    "counts from the beginning, and the site takes a valid signature for a clone.",
  sources: [
    "public issue: securo-finance/securo 534",
    "WebAuthn Level 3 §6.1.1 (signature counter considerations)",
  ],
  knobs: { ...PATIENT_PHONE, "key.signCounter": "per-credential", "key.second": "synced" },
  script: [
    { do: "register" },
    { do: "login", atMs: 30_000 },
    { do: "login", atMs: 60_000 },
    { do: "set", knobs: { "key.which": "second" } },
    { do: "login", atMs: 90_000 },
  ],
  expect: {
    ctap: [{ kind: "ctap.credential", where: { change: "used" }, actor: "key-2", times: 1 }],
    rp: [
      { kind: "rp.login", where: { outcome: "accepted" }, times: 2 },
      { kind: "rp.login", where: { outcome: "refused", reason: "RP_COUNTER" }, times: 1 },
    ],
    ledger: { ...HEALTHY, keys: 2 },
    decidedBy: null,
    mechanisms: ["success", "success", "success", "sign-counter"],
  },
};

const signCounterSignal = variantOf(signCounter, "signal", {
  title: "A synced passkey on two devices: a site that treats the counter as a risk signal accepts both",
  story: "The passkey is backup eligible, and the site knows that such counters do not rise steadily.",
  knobs: { "rp.signCounter": "signal" },
  expect: {
    rp: [{ kind: "rp.login", where: { outcome: "accepted" }, times: 3 }],
    ledger: { ...HEALTHY, keys: 2 },
    decidedBy: null,
    mechanisms: ["success", "success", "success", "success"],
  },
});

const signCounterZero = variantOf(signCounter, "zero", {
  title: "A synced passkey whose authenticator does not count: even a strict site accepts zero",
  story: "Phones that synchronise passkeys report zero, and a counter of zero is never compared.",
  knobs: { "key.signCounter": "zero" },
  expect: signCounterSignal.expect,
});

const truncated: Scenario = {
  id: "rp-credential-id-truncated",
  group: "rp-records",
  title: "The column for credential ids holds 32 bytes, the id has more: registered, and never found again",
  story:
    "The database truncates the id without an error. The registration looks perfect; at login the site asks for " +
    "an id that no authenticator has.",
  sources: ["public issue: lbuchs/WebAuthn 113 (ids of Android are longer)"],
  knobs: { "rp.idColumnBytes": 32, "rp.residentKey": "discouraged" },
  script: [{ do: "register" }, { do: "login", atMs: 30_000 }],
  expect: {
    ctap: [{ kind: "ctap.response", where: { command: "getAssertion", status: "NO_CREDENTIALS" }, times: 1 }],
    page: [{ kind: "user.saw", where: { where: "page", tone: "success" }, times: 1 }],
    rp: [{ kind: "rp.login", where: { outcome: "accepted" }, times: 0 }],
    ledger: { keys: 1, rows: 1, orphans: 1, ghosts: 1, mails: 1 },
    decidedBy: null,
    mechanisms: ["credential-id-truncated", "credential-id-truncated"],
  },
};

const truncatedAt16 = variantOf(truncated, "16-bytes", {
  title: "A column of 16 bytes truncates even the short credential ids of discoverable passkeys",
  story: "Not only long ids are lost: this column is too small for every id that this key creates.",
  knobs: { "rp.idColumnBytes": 16, "rp.residentKey": "required" },
});

const truncatedFits = variantOf(truncated, "id-of-32-bytes", {
  title: "A column of 32 bytes and an id of exactly 32 bytes: works, which hides the defect in tests",
  story:
    "Discoverable passkeys of this key have ids of exactly 32 bytes. Tested with that key, the column looks " +
    "fine.",
  knobs: { "rp.residentKey": "required" },
  expect: {
    rp: [{ kind: "rp.login", where: { outcome: "accepted" }, times: 1 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "success"],
  },
});

const truncatedWide = variantOf(truncated, "1023-bytes", {
  title: "A column of 1023 bytes holds every credential id: the login works",
  story: "The longest id the specification allows fits.",
  knobs: { "rp.idColumnBytes": 1_023 },
  expect: truncatedFits.expect,
});

const internalOnly: Scenario = {
  id: "rp-transports-internal-only",
  group: "rp-records",
  title: 'The site stored "internal" for a passkey on a phone: a computer offers no QR code',
  story:
    "The passkey is on the phone. On another computer the site asks for it as if it were built in there: the " +
    "browser shows no QR code, asks for a security key, and waits until its timer ends.",
  sources: [
    "public issue: bitwarden/clients 10649",
    "Field report: Mercari user: the computer asks for a USB key only",
  ],
  knobs: { ...PATIENT_PHONE, "rp.transports": "internal-only" },
  script: [
    { do: "register" },
    { do: "set", knobs: { "key.elsewhere": true } },
    { do: "login", atMs: 60_000 },
  ],
  expect: {
    ctap: [{ kind: "ctap.request", where: { command: "getAssertion" }, times: 0 }],
    page: [
      { kind: "user.saw", where: { where: "os", text: "Insert your security key" }, times: 1 },
      {
        kind: "page.settled",
        where: { method: "get", outcome: "rejected", name: "NotAllowedError" },
        times: 1,
      },
    ],
    rp: [{ kind: "rp.response", where: { call: "login/options", transports: ["internal"] }, times: 1 }],
    ledger: HEALTHY,
    decidedBy: "client.ceremony",
    mechanisms: ["success", "transports-internal-only"],
  },
};

const withHybrid = variantOf(internalOnly, "with-hybrid", {
  title: 'The site adds "hybrid" for a passkey that synchronises: the QR code is offered',
  story: "The site adds the transport that the browser may not have reported, and the phone is reached.",
  knobs: { "rp.transports": "with-hybrid" },
  expect: {
    ctap: [{ kind: "ctap.response", where: { command: "getAssertion", status: "OK" }, times: 1 }],
    rp: [{ kind: "rp.login", where: { outcome: "accepted" }, times: 1 }],
    ledger: HEALTHY,
    decidedBy: null,
    mechanisms: ["success", "success"],
  },
});

const transportsOmitted = variantOf(internalOnly, "omitted", {
  title: "The site sends no transports: the browser offers every way",
  story: "Omitted transports are better than wrong ones.",
  knobs: { "rp.transports": "omitted" },
  expect: withHybrid.expect,
});

/** What the site stores of a credential. */
export const STORED_CREDENTIAL: readonly Scenario[] = [
  signCounter,
  signCounterSignal,
  signCounterZero,
  truncated,
  truncatedAt16,
  truncatedFits,
  truncatedWide,
  internalOnly,
  withHybrid,
  transportsOmitted,
];
