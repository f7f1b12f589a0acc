import type { Sampling } from "../../samples.js";
import type { Scenario } from "../../scenario.js";
import { variantOf } from "../../variant.js";
import { NOTHING } from "../knob-sets.js";

const SLOW_MAIL_STORY =
  "The code's lifetime began when the site created it, while the mail was still on its way. The user typed the right digits as soon as they came.";

const afterExpiry: Scenario = {
  id: "otp-mail-after-expiry",
  group: "fallback",
  title: "The mail takes 200 s, the code lives 180 s",
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
  draws: {
    knobs: { "mail.delayMs": [185_000, 240_000], "otp.ttlMs": [144_000, 184_000] },
    why: "whether the mail or the code's expiry comes first decides the outcome",
  },
  expect: {
    rp: [{ kind: "factor.attempt", where: { outcome: "refused", reason: "CODE_EXPIRED" }, times: 1 }],
    ledger: NOTHING,
    decidedBy: "otp.ttl",
    mechanisms: ["code-expired"],
  },
};

/** One cell of the matrix of delays and lives. */
interface MailCell {
  readonly delayMs: number;
  readonly ttlMs: number;
}

const MAIL_FIRST = "whether the mail or the code's expiry comes first decides the outcome";
const SLOWEST_MAIL: Sampling = {
  knobs: { "mail.delayMs": [2_200_000, 2_850_000] },
  why: "the user waits for about an hour",
};

/** What may vary in single cells of the matrix, by name. */
const CELL_DRAWS: Readonly<Record<string, Sampling>> = {
  "60s-60s": { knobs: { "mail.delayMs": [58_000, 72_000], "otp.ttlMs": [48_000, 58_000] }, why: MAIL_FIRST },
  "200s-300s": {
    knobs: { "mail.delayMs": [160_000, 225_000], "otp.ttlMs": [245_000, 360_000] },
    why: MAIL_FIRST,
  },
  "2700s-60s": SLOWEST_MAIL,
  "2700s-180s": SLOWEST_MAIL,
  "2700s-300s": SLOWEST_MAIL,
  "2700s-1800s": SLOWEST_MAIL,
};

const MATRIX: readonly MailCell[] = [60_000, 200_000, 2_700_000].flatMap((delayMs) =>
  [60_000, 180_000, 300_000, 1_800_000].map((ttlMs) => ({ delayMs, ttlMs })),
);

/** From the mail's arrival to the site: the last digit, and the way there. */
const ENTRY_MS = 4_100;

const inTime = ({ delayMs, ttlMs }: MailCell): boolean => delayMs + ENTRY_MS < ttlMs;

function codeAccepted(): Scenario["expect"] {
  return {
    rp: [{ kind: "factor.attempt", where: { outcome: "accepted" }, times: 1 }],
    ledger: NOTHING,
    decidedBy: null,
    mechanisms: ["success"],
  };
}

const matrix: readonly Scenario[] = MATRIX.filter(
  ({ delayMs, ttlMs }) => delayMs !== 200_000 || ttlMs !== 180_000,
).map((cell) => {
  const name = `${cell.delayMs / 1_000}s-${cell.ttlMs / 1_000}s`;
  const draws = CELL_DRAWS[name];
  return variantOf(afterExpiry, name, {
    title: `The mail takes ${cell.delayMs / 1_000} s, the code lives ${cell.ttlMs / 1_000} s: ${inTime(cell) ? "in time" : "expired"}`,
    story: inTime(cell) ? "The code lives longer than the mail takes." : SLOW_MAIL_STORY,
    knobs: { "mail.delayMs": cell.delayMs, "otp.ttlMs": cell.ttlMs },
    ...(draws && { draws }),
    ...(inTime(cell) && { expect: codeAccepted() }),
  });
});

const fromArrival = variantOf(afterExpiry, "from-arrival", {
  title: "The mail takes 200 s, and the code's 180 s are counted from its arrival: it works",
  story: "However long the mail took, the user has three minutes.",
  knobs: { "otp.ttlFrom": "arrival" },
  expect: codeAccepted(),
});

const rotates: Scenario = {
  id: "otp-resend-rotates",
  group: "fallback",
  title: "A code is requested twice; the first mail arrives first, and its code is void already",
  story:
    "The mail is slow, so the user asks again after 30 s. That creates another code and voids the first. Ten " +
    "seconds later the first mail arrives, and its code is refused although its lifetime is not over.",
  sources: ["public issue: lukevella/rallly 2439"],
  knobs: { "factor.enrolled": "mail", "otp.rotateOnResend": true, "mail.delayMs": 40_000 },
  script: [
    { do: "request-code", factor: "mail" },
    { do: "request-code", factor: "mail", atMs: 30_000 },
    { do: "enter-code", factor: "mail", code: "first" },
  ],
  draws: { knobs: { "mail.delayMs": [34_000, 48_000] }, why: "the void code has to come first" },
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
  title: "A code is requested twice and the mails overtake each other: the one that arrives last is void",
  story:
    "The second mail arrives after 5 s, the first after 90 s. A user who opens the newest mail in the inbox " +
    "types the void code.",
  knobs: { "mail.delayMs": 90_000 },
  script: [
    { do: "request-code", factor: "mail" },
    { do: "set", knobs: { "mail.delayMs": 5_000 } },
    { do: "request-code", factor: "mail", atMs: 30_000 },
    { do: "enter-code", factor: "mail", code: "latest", atMs: 95_000 },
  ],
  draws: {
    knobs: { "mail.delayMs": [55_000, 94_000] },
    why: "the first mail has to come last, and before the user looks",
  },
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
  title: "A code is requested twice, and the site sends the same code again: either mail works",
  story: "Within its lifetime there is one code, however often it is requested.",
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
  title:
    "A mail scanner opens the sign-in link three seconds after it was issued; the user reads that it was used",
  story: "The company's mail gateway opens every link. The site takes its visit for the user's.",
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
  title: "The sign-in link opens a page with a button: the scanner's GET does not consume it",
  story: "A GET shows a page. Only the POST of its button consumes the link.",
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

/** Mailed codes and links that are late, void or consumed. */
export const MAILED_CODES: readonly Scenario[] = [
  afterExpiry,
  ...matrix,
  fromArrival,
  rotates,
  overtaken,
  reused,
  scanner,
  scannerPost,
];
