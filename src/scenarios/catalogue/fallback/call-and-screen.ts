import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { NOTHING } from "../knob-sets.js";

const callIn: Scenario = {
  id: "call-in-number-withheld",
  group: "fallback",
  title: "The user calls the site to log in, and the telephone withholds its number: no call was received",
  story:
    "After ID and password the site shows a number to call within three minutes from the registered telephone. The user's " +
    "telephone withholds its number by default. The machine answers and hangs up, as it always does, and the page says " +
    "that no call was received.",
  sources: [
    "Help pages of SBI Securities (authentication by telephone number: call within 3 minutes, from the registered number)",
  ],
  knobs: { "call.from": "withheld" },
  script: [
    { do: "enter-password" },
    { do: "request-code", factor: "call" },
    { do: "enter-code", factor: "call" },
  ],
  expect: {
    page: [{ kind: "user.answered", where: { answer: "called from withheld" }, times: 1 }],
    rp: [
      {
        kind: "factor.attempt",
        where: { factor: "call", outcome: "refused", reason: "CALLER_WITHHELD" },
        times: 1,
      },
    ],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["success", "caller-not-recognised"],
  },
};

const callFromOther = variantOf(callIn, "other-telephone", {
  title: "The user calls from another telephone than the registered one: no call was received",
  story: "The number on record is the landline's, and the user calls from the mobile in hand.",
  knobs: { "call.from": "other" },
  expect: {
    rp: [{ kind: "factor.attempt", where: { factor: "call", reason: "CALLER_UNKNOWN" }, times: 1 }],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["success", "caller-not-recognised"],
  },
});

const callTooLate = variantOf(callIn, "too-late", {
  title: "The user looks for the telephone for four minutes: the site has stopped waiting for the call",
  story: "The window of three minutes closes while the user goes to the other room.",
  knobs: { "call.from": "registered", "call.dialMs": 240_000 },
  expect: {
    rp: [{ kind: "factor.attempt", where: { factor: "call", reason: "CODE_EXPIRED" }, times: 1 }],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["success", "code-expired"],
  },
  draws: {
    why: "the call comes after the site has stopped waiting",
    knobs: { "call.dialMs": [220_000, 300_000] },
  },
});

const callWorks = variantOf(callIn, "registered", {
  title: "The user calls from the registered telephone within three minutes: the login works",
  story: "The number that calls is the proof; nothing is typed.",
  knobs: { "call.from": "registered" },
  expect: {
    rp: [{ kind: "factor.attempt", where: { factor: "call", outcome: "accepted" }, times: 1 }],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["success", "success"],
  },
});

const screenCode: Scenario = {
  id: "otp-screen-code-renewed",
  group: "fallback",
  title:
    "The code on the page is replaced every 40 s, and the user takes longer to type it behind the mailed link",
  story:
    "The page shows a code, and the mail holds a link to the form where it is entered, against phishing. The user reads " +
    "the code, opens the mail on the phone, types, and is told that the code is not valid: the page shows another by now.",
  sources: [
    "Help pages of SBI Securities (device authentication: the code on the page renews itself every 40 s)",
  ],
  knobs: { "factor.enrolled": "mail", "otp.renewMs": 40_000, "user.codeEntryMs": 42_000 },
  script: [
    { do: "request-code", factor: "mail" },
    { do: "enter-code", factor: "mail" },
  ],
  expect: {
    rp: [
      { kind: "factor.code", where: { change: "renewed" } },
      { kind: "factor.attempt", where: { outcome: "refused", reason: "CODE_VOIDED" }, times: 1 },
    ],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["code-voided"],
  },
  draws: {
    why: "typing takes longer than a code stands on the page",
    knobs: { "otp.renewMs": [30_000, 40_000], "user.codeEntryMs": [41_000, 60_000] },
  },
};

const screenCodeQuick = variantOf(screenCode, "quick", {
  title: "The code on the page is replaced every 40 s, and the user types it at once: the login works",
  story: "Mail and page are on the same screen.",
  knobs: { "user.codeEntryMs": 8_000 },
  expect: {
    rp: [{ kind: "factor.attempt", where: { outcome: "accepted" }, times: 1 }],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["success"],
  },
  draws: {
    why: "the code that is read stands until it is typed",
    knobs: {
      "otp.renewMs": [36_000, 44_000],
      "mail.delayMs": [1_000, 20_000],
      "user.codeEntryMs": [2_000, 12_000],
    },
  },
});

/** A call of the user to the site, and a code on the page that renews itself. */
export const CALL_AND_SCREEN: readonly Scenario[] = [
  callIn,
  callFromOther,
  callTooLate,
  callWorks,
  screenCode,
  screenCodeQuick,
];
