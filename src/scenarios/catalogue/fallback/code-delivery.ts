import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { NOTHING } from "../knob-sets.js";

const landline: Scenario = {
  id: "otp-sms-to-landline",
  group: "fallback",
  title: "The code goes to a landline by text message: nothing ever arrives, however often it is sent",
  story:
    "The number on record is a landline. The provider takes the message, the site says it was sent, and nothing " +
    "arrives. Three more requests change nothing, and there is no other way to get the code.",
  sources: [
    "Field report: Monex customer: text messages to a landline never arrive",
    "public issues: MicrosoftDocs/msteams-docs 1880, JustFixNYC/tenants2 1706",
    "Help pages of Saxo Bank (a voice call as the alternative)",
  ],
  knobs: { "sms.route": "landline" },
  script: [
    { do: "request-code", factor: "sms" },
    { do: "request-code", factor: "sms", atMs: 60_000 },
    { do: "request-code", factor: "sms", atMs: 120_000 },
    { do: "request-code", factor: "sms", atMs: 180_000 },
    { do: "enter-code", factor: "sms" },
  ],
  expect: {
    page: [
      { kind: "user.answered", where: { prompt: "code sms", answer: "none" }, times: 1 },
      { kind: "user.saw", where: { where: "sms" }, times: 0 },
    ],
    rp: [
      { kind: "rp.response", where: { call: "sms/code", status: 200 }, times: 4 },
      { kind: "factor.code", where: { change: "undeliverable", route: "landline" }, times: 4 },
      { kind: "factor.attempt", times: 0 },
      { kind: "factor.lock", times: 0 },
      { kind: "rp.login", where: { outcome: "accepted" }, times: 0 },
    ],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["code-undeliverable"],
  },
};

const landlineResendLimit = variantOf(landline, "resend-limit", {
  title: "A code by text message to a landline, requested five times: the site refuses to send more",
  story: "Three resends were allowed. The site counts messages that never arrived and refuses the next one.",
  // The user waits for a code all the same: where one had come, it would have been typed.
  script: [
    ...landline.script.slice(0, -1),
    { do: "request-code", factor: "sms", atMs: 240_000 },
    { do: "enter-code", factor: "sms" },
  ],
  expect: {
    rp: [
      { kind: "rp.response", where: { call: "sms/code", status: 200 }, times: 4 },
      { kind: "rp.response", where: { call: "sms/code", status: 429, code: "TOO_MANY_CODES" }, times: 1 },
    ],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["code-undeliverable"],
  },
});

const landlineVoice = variantOf(landline, "voice", {
  title: "The site classifies a landline when it is entered and offers a voice call: the code is read out",
  story: "A landline takes calls. The site says so at once and reads the code out.",
  knobs: { "sms.knowsRoute": true },
  script: [
    { do: "request-code", factor: "sms" },
    { do: "request-code", factor: "voice", atMs: 10_000 },
    { do: "enter-code", factor: "voice" },
  ],
  expect: {
    rp: [
      {
        kind: "rp.response",
        where: { call: "sms/code", status: 409, code: "NO_TEXT_TO_LANDLINE" },
        times: 1,
      },
      { kind: "factor.attempt", where: { factor: "voice", outcome: "accepted", failures: 0 }, times: 1 },
      { kind: "rp.login", where: { outcome: "accepted" }, times: 1 },
    ],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["code-undeliverable", "success"],
  },
});

const spouse: Scenario = {
  id: "otp-passed-on-by-voice",
  group: "fallback",
  title: "The code goes to a family member's telephone and is passed on by voice after a minute: it works",
  story:
    "The number on record belongs to another member of the family, who has to be found and asked. A minute is " +
    "within the code's lifetime.",
  sources: ["Field report: Monex customer: the number on record belongs to another member of the family"],
  knobs: { "sms.route": "spouse", "relay.humanMs": 60_000, "otp.ttlMs": 180_000 },
  script: [
    { do: "request-code", factor: "sms" },
    { do: "enter-code", factor: "sms" },
  ],
  expect: {
    rp: [
      { kind: "factor.code", where: { change: "arrived", route: "spouse" }, atMs: [6_000, 7_000], times: 1 },
      { kind: "factor.code", where: { change: "relayed" }, atMs: [66_000, 67_000], times: 1 },
      { kind: "factor.attempt", where: { outcome: "accepted" }, atMs: [66_000, 75_000], times: 1 },
    ],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["success"],
  },
};

const spouseLate = variantOf(spouse, "240s", {
  title: "The code is passed on by voice after four minutes: it has expired, and counts as a wrong one",
  story: "The code was right and valid for three minutes. The site counts a failed attempt.",
  knobs: { "relay.humanMs": 240_000, "otp.expiredCounts": true },
  draws: { knobs: { "otp.ttlMs": [144_000, 190_000] }, why: "the code has to expire before it is passed on" },
  expect: {
    rp: [
      {
        kind: "factor.attempt",
        where: { outcome: "refused", reason: "CODE_EXPIRED", failures: 1 },
        times: 1,
      },
      { kind: "rp.login", where: { outcome: "accepted" }, times: 0 },
    ],
    ledger: NOTHING,
    decidedBy: "otp.ttl",
    mechanisms: ["code-expired"],
  },
});

const spouseForgiven = variantOf(spouseLate, "not-counted", {
  title: "The code is passed on after four minutes, at a site that does not count expired codes as wrong",
  story: "The site refuses the code, and the lock-out counter does not rise.",
  knobs: { "otp.expiredCounts": false },
  draws: { knobs: { "otp.ttlMs": [144_000, 190_000] }, why: "the code has to expire before it is passed on" },
  expect: {
    ...spouseLate.expect,
    rp: [
      {
        kind: "factor.attempt",
        where: { outcome: "refused", reason: "CODE_EXPIRED", failures: 0 },
        times: 1,
      },
    ],
  },
});

const spam: Scenario = {
  id: "otp-mail-in-spam",
  group: "fallback",
  title: "The mail with the code is in the spam folder; the user looks there after ten minutes",
  story: "The code lives five minutes. It expired before the user saw it.",
  sources: ["Field report: Monex customer: the mail with the code was in the spam folder"],
  knobs: {
    "factor.enrolled": "mail",
    "mail.spam": true,
    "user.findMs": 600_000,
    "user.codePatienceMs": 1_200_000,
  },
  script: [
    { do: "request-code", factor: "mail" },
    { do: "enter-code", factor: "mail" },
  ],
  expect: {
    rp: [
      { kind: "factor.code", where: { change: "filtered" }, atMs: [5_000, 6_000], times: 1 },
      { kind: "factor.code", where: { change: "found" }, atMs: [605_000, 606_000], times: 1 },
      { kind: "factor.attempt", where: { outcome: "refused", reason: "CODE_EXPIRED" }, times: 1 },
    ],
    ledger: NOTHING,
    decidedBy: "otp.ttl",
    mechanisms: ["code-expired"],
  },
};

const spamLonger = variantOf(spam, "900s", {
  title: "The mail with a code that lives 15 minutes is in the spam folder: the user finds it in time",
  story: "A lifetime that suits mail leaves the user time to look for it.",
  knobs: { "otp.ttlMs": 900_000 },
  draws: { knobs: { "otp.ttlMs": [810_000, 1_080_000] }, why: "the code has to outlive the search" },
  expect: {
    rp: [{ kind: "factor.attempt", where: { outcome: "accepted" }, atMs: [605_000, 615_000], times: 1 }],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["success"],
  },
});

/** Codes that do not arrive, or arrive where the user is not. */
export const CODE_DELIVERY: readonly Scenario[] = [
  landline,
  landlineResendLimit,
  landlineVoice,
  spouse,
  spouseLate,
  spouseForgiven,
  spam,
  spamLonger,
];
