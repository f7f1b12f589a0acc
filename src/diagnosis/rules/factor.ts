import type { MechanismId } from "../explanation.js";
import {
  firedFor,
  type CodeFact,
  type EntryFact,
  type FactorAttempt,
  type FactorFacts,
} from "../facts/factor-facts.js";
import { evidenceOf, nameTimer, seconds, type Account, type Layer } from "../mechanism.js";

/** One way an attempt without a passkey can go. Tried in the order of the table. */
export interface FactorMechanism {
  readonly id: MechanismId;
  /** Layers that tell it from others with the same signature. */
  readonly needs?: readonly Layer[];
  readonly account: (attempt: FactorAttempt, facts: FactorFacts) => Account | undefined;
}

const refusedFor = ({ entries }: FactorAttempt, reason: string): EntryFact | undefined =>
  entries.find((entry) => entry.reason === reason);

const codeThat = ({ codes }: FactorAttempt, ...changes: readonly string[]): CodeFact | undefined =>
  codes.find(({ change }) => changes.includes(change));

const codeLine = (code: CodeFact | undefined) =>
  code &&
  `${seconds(code.atMs)}: code ${code.number} ${code.change.replaceAll("-", " ")}${code.detail ? ` (${code.detail})` : ""}`;

const entryLine = (entry: EntryFact | undefined) =>
  entry &&
  `${seconds(entry.atMs)}: a code was typed, ${entry.outcome}${entry.reason ? ` ${entry.reason}` : ""}`;

const lastCall = (attempt: FactorAttempt, code: string) => attempt.calls.find((call) => call.code === code);

const lockedOut: FactorMechanism = {
  id: "locked-out",
  account(attempt, facts) {
    const refused = refusedFor(attempt, "LOCKED") ?? lastCall(attempt, "LOCKED");
    const first = facts.locks.find(({ change }) => change === "locked");
    if (refused === undefined || first === undefined) return undefined;
    const extended = facts.locks.filter(({ change }) => change === "extended");
    const ended = facts.locks.find(({ change, atMs }) => change === "ended" && atMs > first.atMs);
    const tries = attempt.entries.filter(({ reason }) => reason === "LOCKED").length;
    return {
      decidedBy: firedFor(facts, { timer: "lock.ladder" }),
      verdict:
        `The account was locked at ${seconds(first.atMs)} after ${first.failures} failures, for ${seconds(first.budgetMs)}. ` +
        `${tries} more attempts came while it was locked` +
        (extended.length > 0
          ? ` and each of the ${extended.length} that counted began the time anew.`
          : " and changed nothing.") +
        (ended ? ` It opened again at ${seconds(ended.atMs)}.` : " It did not open again in this run."),
      evidence: evidenceOf(
        `${seconds(first.atMs)}: locked, ${first.failures} failures`,
        extended.length > 0 &&
          `${seconds(extended.at(-1)?.atMs ?? 0)}: extended for the last time, ${extended.length} in all`,
        ended && `${seconds(ended.atMs)}: the lock ended`,
      ),
      prevention: [
        "Do not let attempts extend a lock; show the time that is left.",
        "Keep the passkey usable while the code is locked.",
        "Count neither undelivered, expired nor cancelled attempts as failures.",
      ],
    };
  },
};

const success: FactorMechanism = {
  id: "success",
  account(attempt) {
    const accepted = attempt.entries.find(({ outcome }) => outcome === "accepted");
    const done = attempt.calls.find(
      ({ step, status }) => status === 200 && !["code", "verify"].includes(step),
    );
    const atMs = accepted?.atMs ?? done?.answeredAtMs;
    if (atMs === undefined) return undefined;
    return {
      verdict: `The way by ${attempt.factor} worked at ${seconds(atMs)}.`,
      evidence: evidenceOf(
        ...attempt.codes.map(codeLine),
        ...attempt.entries.map((entry) => entryLine(entry)),
      ),
      prevention: [],
    };
  },
};

const codeExpired: FactorMechanism = {
  id: "code-expired",
  account(attempt, facts) {
    const entry = refusedFor(attempt, "CODE_EXPIRED");
    const linking = lastCall(attempt, "CODE_EXPIRED");
    const atMs = entry?.atMs ?? linking?.askedAtMs;
    if (atMs === undefined) return undefined;
    const ttl =
      firedFor(facts, { timer: "otp.ttl", ceremony: attempt.id }) ??
      firedFor(facts, { timer: "idp.code", ceremony: attempt.id });
    const came = codeThat(attempt, "relayed", "found", "arrived");
    return {
      decidedBy: ttl,
      marginMs: ttl?.endedAtMs === undefined ? undefined : ttl.endedAtMs - atMs,
      verdict:
        `${ttl ? `${ttl.timer} fired first` : "The code had expired"}: it was typed at ${seconds(atMs)}` +
        (came ? `, having come into the person's hands at ${seconds(came.atMs)} (${came.change}).` : "."),
      evidence: evidenceOf(
        ...attempt.codes.map(codeLine),
        ttl && `${seconds(ttl.endedAtMs ?? 0)}: ${nameTimer(ttl)} fired`,
        entryLine(entry),
      ),
      prevention: [
        "Count a code's life from its arrival, or let codes by mail live 15 minutes and more.",
        "Do not count an expired code as a wrong one.",
        "After a minute without a code say where to look: the spam folder, the other telephone.",
      ],
    };
  },
};

const codeVoided: FactorMechanism = {
  id: "code-voided",
  account(attempt) {
    const entry = refusedFor(attempt, "CODE_VOIDED");
    if (entry === undefined) return undefined;
    return {
      verdict:
        `Asking for another code voided the one before, and that one was typed at ${seconds(entry.atMs)}: right digits, still ` +
        "within their time, refused.",
      evidence: evidenceOf(...attempt.codes.map(codeLine), entryLine(entry)),
      prevention: [
        "Send the same code again within its life.",
        "Number the codes in the mail and on the page.",
      ],
    };
  },
};

const eatenByScanner: FactorMechanism = {
  id: "code-eaten-by-scanner",
  account(attempt) {
    const opened = codeThat(attempt, "opened-by-scanner");
    const entry = refusedFor(attempt, "CODE_USED");
    if (opened === undefined || entry === undefined || opened.atMs > entry.atMs) return undefined;
    return {
      verdict:
        `A mail scanner opened the link at ${seconds(opened.atMs)} and the site took that for its use; the person came at ` +
        `${seconds(entry.atMs)} and was told it had been used.`,
      evidence: evidenceOf(...attempt.codes.map(codeLine), entryLine(entry)),
      prevention: ["A GET never consumes: show a button, and let its POST spend the link."],
    };
  },
};

const undeliverable: FactorMechanism = {
  id: "code-undeliverable",
  account(attempt) {
    const lost = codeThat(attempt, "undeliverable");
    const refused = lastCall(attempt, "NO_TEXT_TO_LANDLINE");
    if (refused?.answeredAtMs !== undefined) {
      return {
        verdict: `The site knew at ${seconds(refused.answeredAtMs)} that the number takes no text messages, and said so.`,
        evidence: [
          `${seconds(refused.askedAtMs)}: code asked for, answered ${refused.status ?? "?"} ${refused.code ?? ""}`,
        ],
        prevention: ["Offer a call, a mail or an authenticator app in the same place."],
      };
    }
    if (lost === undefined || codeThat(attempt, "arrived", "relayed", "found")) return undefined;
    const sent = attempt.codes.filter(({ change }) => change === "undeliverable").length;
    return {
      verdict:
        `No code ever arrived: the number on record is a ${lost.detail ?? "line that takes no text"}, ${sent} ${sent === 1 ? "message was" : "messages were"} lost ` +
        "there, and sending more changes nothing.",
      evidence: evidenceOf(...attempt.codes.map(codeLine)),
      prevention: [
        "Class the number when it is entered.",
        "After the first code that was not entered offer a call, a mail or an authenticator app.",
        "Never count a code that was not delivered as a failure.",
      ],
    };
  },
};

interface Plain {
  readonly id: MechanismId;
  readonly needs?: readonly Layer[];
  readonly code: string;
  readonly verdict: string;
  readonly prevention: readonly string[];
}

/** The site's own word is all there is to know. */
const PLAIN: readonly Plain[] = [
  {
    id: "not-linked",
    code: "NOT_LINKED",
    verdict: "The account at the sign-in provider is sound, and linked to no account here.",
    prevention: [
      "Say which providers are linked, once the account is safely identified, and go back to the choice.",
      "Never open a second account in silence, and do not count this as a failure.",
    ],
  },
  {
    id: "not-enrolled",
    code: "NOT_ENROLLED",
    verdict: "The account does not have this factor, or not any more.",
    prevention: ["Offer the factors the account has, once it is safely identified."],
  },
  {
    id: "factor-needed",
    code: "FACTOR_NEEDED",
    verdict:
      "The page where the factor could be changed asks for that very factor: a circle that nobody gets out of alone.",
    prevention: [
      "Have two factors or recovery codes enrolled before the first one is switched on.",
      "Check the rules for circles: whatever one factor's loss leaves must open the settings.",
    ],
  },
  {
    id: "code-wrong",
    // Wrong codes may have led to a lock, and the lock is the story then.
    needs: ["factor"],
    code: "CODE_WRONG",
    verdict: "The digits were not those of any code sent for this attempt.",
    prevention: ["Number the codes, and say how many attempts are left."],
  },
];

const plain = ({ id, needs = [], code, verdict, prevention }: Plain): FactorMechanism => ({
  id,
  needs,
  account(attempt) {
    const call = lastCall(attempt, code);
    if (call?.answeredAtMs === undefined) return undefined;
    return {
      verdict,
      evidence: [
        `${seconds(call.askedAtMs)}: ${attempt.factor}/${call.step} answered ${call.status ?? "?"} ${code}`,
      ],
      prevention,
    };
  },
});

/** Password logins are off for accounts with passkeys; the account may have none. */
const passwordOff = (id: "flag-before-credential" | "password-off"): FactorMechanism => ({
  id,
  account(attempt, { flaggedAtMs, rows, layers }) {
    const call = lastCall(attempt, "PASSWORD_OFF");
    // Whether there is a passkey behind the flag shows in rows alone.
    if (call === undefined || !layers.has("rp")) return undefined;
    const without = flaggedAtMs !== undefined && rows === 0;
    if (without !== (id === "flag-before-credential")) return undefined;
    return {
      verdict: without
        ? `Password logins are refused because the account was flagged at ${seconds(flaggedAtMs)} as having a passkey, and it has ` +
          "none: locked out until support steps in."
        : "Password logins are refused for an account that has a passkey.",
      evidence: evidenceOf(
        flaggedAtMs !== undefined && `${seconds(flaggedAtMs)}: flag "passkey" on`,
        `${seconds(call.askedAtMs)}: password/login answered ${call.status ?? "?"} PASSWORD_OFF`,
        without && "no row was ever written",
      ),
      prevention: ["Keep the old way in until the first verified assertion."],
    };
  },
});

export const FACTOR_MECHANISMS: readonly FactorMechanism[] = [
  lockedOut,
  success,
  codeExpired,
  codeVoided,
  eatenByScanner,
  undeliverable,
  passwordOff("flag-before-credential"),
  passwordOff("password-off"),
  ...PLAIN.map(plain),
];
