import type { Scenario } from "../scenario.js";
import { variantOf } from "../variant.js";
import { NOTHING } from "./knob-sets.js";

const landline: Scenario = {
  id: "monex-sms-to-landline",
  group: "fallback",
  title: "The code goes to a landline by text message: nothing ever arrives, however often it is sent",
  story:
    "The number on record is a landline. The provider takes the message, the site says it was sent, and nothing comes. " +
    "Asking three more times changes nothing, and there is no other way to get the code.",
  sources: [
    "field report: Monex",
    "public issues: MicrosoftDocs/msteams-docs 1880, JustFixNYC/tenants2 1706",
    "help pages of Saxo Bank (a voice call as the alternative)",
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
  title: "The same, and a fifth request: the site counts the messages nobody got, and sends no more",
  story: "Three repetitions were allowed. Now the site refuses even to try.",
  script: [...landline.script.slice(0, -1), { do: "request-code", factor: "sms", atMs: 240_000 }],
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
  title: "The same number, classed when it was entered: the site offers to call, and the code is read out",
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
  id: "monex-sms-to-spouse",
  group: "fallback",
  title: "The code comes to somebody else's telephone and is told by voice a minute later: it works",
  story:
    "The number is that of another member of the family, who has to be found and asked. A minute is within the code's life.",
  sources: ["field report: Monex (the number belongs to another member of the family)"],
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
  title: "The same, told four minutes later: the code has expired, and that counts as a wrong one",
  story: "The code was right, and would have been good for three minutes. The site counts a failure.",
  knobs: { "relay.humanMs": 240_000, "otp.expiredCounts": true },
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
  title: "The same with a site that does not take an expired code for a wrong one",
  story: "The code is refused all the same, but the lock is no nearer.",
  knobs: { "otp.expiredCounts": false },
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
  id: "monex-mail-otp-in-spam",
  group: "fallback",
  title: "The mail with the code is in the spam folder; the person looks there after ten minutes",
  story: "The code lives five minutes, of which none was spent in the person's sight.",
  sources: ["field report: Monex"],
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
  title: "The same with a code that lives 15 minutes: it works",
  story: "A life that suits mail gives the person time to look for it.",
  knobs: { "otp.ttlMs": 900_000 },
  expect: {
    rp: [{ kind: "factor.attempt", where: { outcome: "accepted" }, atMs: [605_000, 615_000], times: 1 }],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["success"],
  },
});

/** One cell of the matrix of delays and lives. */
interface MailCell {
  readonly delayMs: number;
  readonly ttlMs: number;
}

const SLOW_MAIL_STORY =
  "The code's life began when the site made it; the mail was still on its way. Right digits, typed as soon as they came.";

const afterExpiry: Scenario = {
  id: "otp-mail-after-expiry",
  group: "fallback",
  title: "The mail takes 200 s, the code lives 180",
  story: SLOW_MAIL_STORY,
  sources: [
    "public issues: mozilla-lockwise/lockwise-android 1188 (45 min), Kong/insomnia 6559 (over 3 min), withfig/fig 878 (60 s), mozilla/fxa 3863",
  ],
  knobs: {
    "factor.enrolled": "mail",
    "mail.delayMs": 200_000,
    "otp.ttlMs": 180_000,
    "user.codePatienceMs": 3_600_000,
  },
  script: [
    { do: "request-code", factor: "mail" },
    { do: "enter-code", factor: "mail" },
  ],
  expect: {
    rp: [{ kind: "factor.attempt", where: { outcome: "refused", reason: "CODE_EXPIRED" }, times: 1 }],
    ledger: NOTHING,
    decidedBy: "otp.ttl",
    mechanisms: ["code-expired"],
  },
};

const MATRIX: readonly MailCell[] = [60_000, 200_000, 2_700_000].flatMap((delayMs) =>
  [60_000, 180_000, 300_000, 1_800_000].map((ttlMs) => ({ delayMs, ttlMs })),
);

/** From the mail's arrival to the site: the last digit, and the way there. */
const ENTRY_MS = 4_100;

const inTime = ({ delayMs, ttlMs }: MailCell): boolean => delayMs + ENTRY_MS < ttlMs;

const matrix: readonly Scenario[] = MATRIX.filter(
  ({ delayMs, ttlMs }) => delayMs !== 200_000 || ttlMs !== 180_000,
).map((cell) =>
  variantOf(afterExpiry, `${cell.delayMs / 1_000}s-${cell.ttlMs / 1_000}s`, {
    title: `The mail takes ${cell.delayMs / 1_000} s, the code lives ${cell.ttlMs / 1_000}: ${inTime(cell) ? "in time" : "expired"}`,
    story: inTime(cell) ? "The code lives longer than its mail travels." : SLOW_MAIL_STORY,
    knobs: { "mail.delayMs": cell.delayMs, "otp.ttlMs": cell.ttlMs },
    ...(inTime(cell) && { expect: spamLongerLike() }),
  }),
);

function spamLongerLike(): Scenario["expect"] {
  return {
    rp: [{ kind: "factor.attempt", where: { outcome: "accepted" }, times: 1 }],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["success"],
  };
}

const fromArrival = variantOf(afterExpiry, "from-arrival", {
  title: "The same slow mail, with a life that is counted from the mail's arrival: it works",
  story: "However long the mail took, the person has three minutes.",
  knobs: { "otp.ttlFrom": "arrival" },
  expect: spamLongerLike(),
});

const rotates: Scenario = {
  id: "otp-resend-rotates",
  group: "fallback",
  title: "Asked for twice, the first mail comes first, and its code is void already",
  story:
    "The mail is slow, so the person asks again after 30 s. That makes another code and voids the first; ten seconds later " +
    "the first mail arrives, and its code is refused although its time is not over.",
  sources: ["public issue: lukevella/rallly 2439"],
  knobs: { "factor.enrolled": "mail", "otp.rotateOnResend": true, "mail.delayMs": 40_000 },
  script: [
    { do: "request-code", factor: "mail" },
    { do: "request-code", factor: "mail", atMs: 30_000 },
    { do: "enter-code", factor: "mail", code: "first" },
  ],
  expect: {
    rp: [
      { kind: "factor.code", where: { change: "voided", number: 1 }, atMs: [30_000, 31_000], times: 1 },
      { kind: "factor.code", where: { change: "arrived", number: 1 }, atMs: [40_000, 41_000], times: 1 },
      { kind: "factor.attempt", where: { outcome: "refused", reason: "CODE_VOIDED" }, times: 1 },
    ],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["code-voided"],
  },
};

const overtaken = variantOf(rotates, "overtaken", {
  title: "The same with mails that overtake each other: the one that comes last is the one that is void",
  story:
    "The second mail is there after 5 s, the first after 90. Whoever opens the newest mail in the inbox types the void code.",
  knobs: { "mail.delayMs": 90_000 },
  script: [
    { do: "request-code", factor: "mail" },
    { do: "set", knobs: { "mail.delayMs": 5_000 } },
    { do: "request-code", factor: "mail", atMs: 30_000 },
    { do: "enter-code", factor: "mail", code: "latest", atMs: 95_000 },
  ],
  expect: {
    rp: [
      { kind: "factor.code", where: { change: "arrived", number: 2 }, atMs: [35_000, 36_000], times: 1 },
      { kind: "factor.code", where: { change: "arrived", number: 1 }, atMs: [90_000, 91_000], times: 1 },
      { kind: "factor.attempt", where: { outcome: "refused", reason: "CODE_VOIDED" }, times: 1 },
    ],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["code-voided"],
  },
});

const reused = variantOf(rotates, "same-code", {
  title: "The same with a site that sends the same code again: either mail will do",
  story: "Within its life there is one code, however often it is asked for.",
  knobs: { "otp.rotateOnResend": false },
  expect: {
    rp: [
      { kind: "factor.code", where: { change: "sent-again", number: 1 }, times: 1 },
      { kind: "factor.attempt", where: { outcome: "accepted" }, times: 1 },
    ],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["success"],
  },
});

const scanner: Scenario = {
  id: "otp-eaten-by-scanner",
  group: "fallback",
  title: "A mail scanner opens the link three seconds after it was made; the person is told it was used",
  story: "The company's mail gateway looks behind every link. The site takes its visit for the person's.",
  sources: ["public issue: cloudflare/cloudflare-docs 29380 (used up 3 s after it was issued)"],
  knobs: { "factor.enrolled": "mail", "otp.link": "get-consumes", "mail.scannerMs": 3_000 },
  script: [
    { do: "request-code", factor: "mail" },
    { do: "enter-code", factor: "mail" },
  ],
  expect: {
    page: [{ kind: "user.saw", where: { where: "page", text: "This link was already used." }, times: 1 }],
    rp: [
      { kind: "factor.code", where: { change: "opened-by-scanner" }, atMs: [3_000, 4_000], times: 1 },
      { kind: "factor.attempt", where: { outcome: "refused", reason: "CODE_USED" }, times: 1 },
    ],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["code-eaten-by-scanner"],
  },
};

const scannerPost = variantOf(scanner, "post", {
  title: "The same link with a button behind it: the scanner looks, the person presses",
  story: "A GET shows a page; only its POST spends the link.",
  knobs: { "otp.link": "post-consumes" },
  expect: {
    rp: [
      { kind: "factor.code", where: { change: "opened-by-scanner" }, times: 1 },
      { kind: "factor.attempt", where: { outcome: "accepted" }, times: 1 },
    ],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["success"],
  },
});

/** Codes, and the roads they take. */
export const FALLBACK_CODES: readonly Scenario[] = [
  landline,
  landlineResendLimit,
  landlineVoice,
  spouse,
  spouseLate,
  spouseForgiven,
  spam,
  spamLonger,
  afterExpiry,
  ...matrix,
  fromArrival,
  rotates,
  overtaken,
  reused,
  scanner,
  scannerPost,
];
