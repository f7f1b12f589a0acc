import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { NOTHING } from "../knob-sets.js";

const NOT_TYPED = { kind: "user.answered", where: { answer: "none" }, times: 1 } as const;

const smsLost: Scenario = {
  id: "otp-sms-never-comes",
  group: "fallback",
  title: "The text message with the code never arrives, and the user stops waiting after ten minutes",
  story:
    "The site handed the message to its provider, and a carrier dropped it. The page says that a code was sent. The user " +
    "waits, and nothing on any screen says that waiting is of no use.",
  sources: [
    "public issues: signalapp/Signal-Android 9364, firebase/quickstart-android 287, Web3Auth/web3auth-web 1316",
    "Help pages of Monex (text messages that do not arrive)",
  ],
  knobs: { "sms.delayMs": null },
  script: [
    { do: "request-code", factor: "sms" },
    { do: "enter-code", factor: "sms" },
  ],
  expect: {
    page: [NOT_TYPED, { kind: "user.saw", where: { where: "sms" }, times: 0 }],
    rp: [
      { kind: "rp.response", where: { call: "sms/code", status: 200 }, times: 1 },
      { kind: "factor.code", where: { change: "lost" }, actor: "sms", times: 1 },
      { kind: "factor.attempt", times: 0 },
    ],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["code-not-received"],
  },
};

const smsLostVoice = variantOf(smsLost, "voice", {
  title: "The text message never arrives, and the site offers to call: the code is read out",
  story: "A second channel to the same number gets through where text messages do not.",
  knobs: { "user.codePatienceMs": 60_000 },
  script: [
    { do: "request-code", factor: "sms" },
    { do: "enter-code", factor: "sms" },
    { do: "set", knobs: { "sms.delayMs": 6_000 } },
    { do: "request-code", factor: "voice" },
    { do: "enter-code", factor: "voice" },
  ],
  expect: {
    rp: [{ kind: "factor.attempt", where: { factor: "voice", outcome: "accepted" }, times: 1 }],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["code-not-received", "success"],
  },
});

const mailLost: Scenario = {
  ...smsLost,
  id: "otp-mail-never-comes",
  title: "The mail with the code never arrives: it is neither in the inbox nor in the spam folder",
  story:
    "A mail server on the way refused the mail and told nobody whom the user could ask. The site's log says sent, the " +
    "user looks into every folder, and asking again sends another mail the same way.",
  sources: [
    "Field report: Monex customer: the mail with the code does not arrive",
    "RFC 5321 section 6.1 (a server that accepted a mail is responsible for it)",
  ],
  knobs: { "factor.enrolled": "mail", "mail.delayMs": null },
  script: [
    { do: "request-code", factor: "mail" },
    { do: "request-code", factor: "mail", atMs: 120_000 },
    { do: "enter-code", factor: "mail" },
  ],
  expect: {
    page: [NOT_TYPED],
    rp: [{ kind: "factor.code", where: { change: "lost" }, actor: "mail", times: 2 }],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["code-not-received"],
  },
};

const inboxClosed: Scenario = {
  ...mailLost,
  id: "otp-mail-unreadable",
  title: "The mail with the code arrives in an inbox that the user cannot open",
  story:
    "The address on record is one of a former provider, of an employer, or one whose password is on the lost phone. The " +
    "mail arrives there, and the user has no way to read it.",
  sources: [
    "Field report: Monex customer: the mail address on record is one that cannot be read any more",
    "NIST SP 800-63B section 4.2 (account recovery)",
  ],
  knobs: { "factor.enrolled": "mail", "mail.readable": false },
  script: [
    { do: "request-code", factor: "mail" },
    { do: "enter-code", factor: "mail" },
  ],
  expect: {
    page: [NOT_TYPED, { kind: "user.saw", where: { where: "mail" }, times: 0 }],
    rp: [
      { kind: "factor.code", where: { change: "arrived" }, times: 1 },
      { kind: "factor.code", where: { change: "unreadable" }, actor: "mail", times: 1 },
    ],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["code-not-received"],
  },
};

const notPassedOn: Scenario = {
  ...smsLost,
  id: "otp-sms-not-passed-on",
  title: "The code goes to another family member's telephone, and nobody passes it on",
  story:
    "The number on record is the spouse's. The message lies on a telephone at home, its reader takes it for fraud, and the " +
    "user at the computer waits for a message that arrived long ago.",
  sources: ["Field report: Monex customer: the number on record is the spouse's, and no code is passed on"],
  knobs: { "sms.route": "spouse", "relay.humanMs": null },
  expect: {
    page: [NOT_TYPED],
    rp: [
      { kind: "factor.code", where: { change: "arrived", route: "spouse" }, times: 1 },
      { kind: "factor.code", where: { change: "relayed" }, times: 0 },
      { kind: "factor.attempt", times: 0 },
    ],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["code-not-received"],
  },
};

/** Codes that were sent and never reach the user. */
export const CODES_NEVER_COME: readonly Scenario[] = [
  smsLost,
  smsLostVoice,
  mailLost,
  inboxClosed,
  notPassedOn,
];
