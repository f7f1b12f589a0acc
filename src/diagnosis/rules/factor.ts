import {
  callWith,
  codeLine,
  codeLinesUntil,
  codeThat,
  entryLine,
  lastCall,
  refusedFor,
} from "../facts/factor-lines.js";
import { firedTimer } from "../facts/ceremony.js";
import type { FactorAttempt } from "../facts/factor-attempt.js";
import { evidenceOf, firedText, nameTimer, seconds } from "../evidence.js";
import { attemptDoneAtMs } from "../facts/outcome.js";
import { HTTP_ERROR_MIN } from "../facts/site-calls.js";
import { defineFactorRule, TROUBLED, UMBRELLAS, type Layer, type Rule } from "../rule.js";

export const codeExpired = defineFactorRule({
  id: "code-expired",
  text: "The code had expired when it was typed.",
  match(attempt, ceremony) {
    const entry = refusedFor(attempt, "CODE_EXPIRED");
    const linking = lastCall(attempt, "CODE_EXPIRED");
    const atMs = entry?.atMs ?? linking?.askedAtMs;
    if (atMs === undefined) return undefined;
    const ttl = firedTimer(ceremony, "otp.ttl") ?? firedTimer(ceremony, "idp.code");
    const came = codeThat(attempt, "relayed", "found", "arrived");
    return {
      decidedBy: ttl,
      marginMs: ttl?.endedAtMs === undefined ? undefined : ttl.endedAtMs - atMs,
      verdict:
        `${ttl ? firedText(ceremony, ttl) : "The code had expired"}: it was typed at ${seconds(atMs)}` +
        (came ? `, having reached the user at ${seconds(came.atMs)} (${came.change}).` : "."),
      evidence: evidenceOf(
        ...codeLinesUntil(attempt, atMs),
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
});

export const codeVoided = defineFactorRule({
  id: "code-voided",
  text: "Asking for another code voided the one that was typed.",
  match(attempt) {
    const entry = refusedFor(attempt, "CODE_VOIDED");
    if (entry === undefined) return undefined;
    const renewed = attempt.codes.findLast(({ change, atMs }) => change === "renewed" && atMs <= entry.atMs);
    if (renewed !== undefined) {
      return {
        verdict:
          `The code on the screen renewed itself at ${seconds(renewed.atMs)}, and the one before it was typed at ` +
          `${seconds(entry.atMs)}: refused.`,
        evidence: evidenceOf(...codeLinesUntil(attempt, entry.atMs), entryLine(entry)),
        prevention: ["Accept the code before the present one for as long as typing takes."],
      };
    }
    return {
      verdict:
        `Asking for another code voided the one before, and that one was typed at ${seconds(entry.atMs)}: right digits, still ` +
        "within their time, refused.",
      evidence: evidenceOf(...codeLinesUntil(attempt, entry.atMs), entryLine(entry)),
      prevention: [
        "Send the same code again within its life.",
        "Number the codes in the mail and on the page.",
      ],
    };
  },
});

export const eatenByScanner = defineFactorRule({
  id: "code-eaten-by-scanner",
  text: "A mail scanner opened the link before the user.",
  match(attempt) {
    const opened = codeThat(attempt, "opened-by-scanner");
    const entry = refusedFor(attempt, "CODE_USED");
    if (opened === undefined || entry === undefined || opened.atMs > entry.atMs) return undefined;
    return {
      verdict:
        `A mail scanner opened the link at ${seconds(opened.atMs)} and the site took that for its use; the user came at ` +
        `${seconds(entry.atMs)} and read that it had been used.`,
      evidence: evidenceOf(...codeLinesUntil(attempt, entry.atMs), entryLine(entry)),
      prevention: ["A GET never consumes: show a button, and let its POST spend the link."],
    };
  },
});

/** Advice where the number on record is not the user's own mobile telephone. */
const CORRECT_NUMBER =
  "Let the user have the number on record corrected, once another factor has identified them: a mobile telephone of their own takes text messages.";

export const undeliverable = defineFactorRule({
  id: "code-undeliverable",
  text: "No code could be delivered to the number on record.",
  over: ["site-rate-limited", ...UMBRELLAS],
  match(attempt) {
    const lost = codeThat(attempt, "undeliverable");
    const refused = callWith(attempt, "NO_TEXT_TO_LANDLINE");
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
        `No code ever arrived: the number on record is a ${lost.route ?? "line that takes no text"}, ${sent} ${sent === 1 ? "message was" : "messages were"} lost ` +
        "there, and sending more changes nothing.",
      evidence: evidenceOf(...attempt.codes.map(codeLine)),
      prevention: [
        "Class the number when it is entered.",
        CORRECT_NUMBER,
        "After the first code that was not entered offer a call, a mail or an authenticator app.",
        "Never count a code that was not delivered as a failure.",
      ],
    };
  },
});

/** Detects that the device with the authenticator app is gone, so that no code could be read. */
export const factorLost = defineFactorRule({
  id: "factor-lost",
  text: "The device with the authenticator app was gone, and its codes with it.",
  results: ["unfinished", ...TROUBLED],
  over: ["code-not-received", ...UMBRELLAS],
  match(_, { records }) {
    const lost = records.find((record) => record.kind === "user.answered" && record.answer === "app-lost");
    if (lost === undefined) return undefined;
    return {
      verdict: `The user had no code to type at ${seconds(lost.atMs)}: the device with the authenticator app was gone.`,
      evidence: [`${seconds(lost.atMs)}: the user answers that the app is lost`],
      prevention: [
        "Have two factors or recovery codes enrolled before the first one is switched on.",
        "Say beside the field what to do without the app.",
      ],
    };
  },
});

/** What became last of a code that never came to be typed, in words. */
const WHERE: Readonly<Record<string, string>> = {
  issued: "was still on its way",
  "sent-again": "was still on its way",
  arrived: "had arrived where the user did not see it",
  filtered: "lay in the spam folder",
  relayed: "had only then been passed on",
  found: "had only then been found",
  lost: "had been lost on the way",
  unreadable: "lay in a mailbox that the user cannot open",
  renewed: "had been replaced on the screen by the next one",
};

/** Detects that the user stopped waiting for a code before it had reached them. */
export const codeNotReceived = defineFactorRule({
  id: "code-not-received",
  text: "No code reached the user before they stopped waiting.",
  over: ["code-undeliverable", "site-rate-limited", ...UMBRELLAS],
  requiredProbes: () => ["factor", "rp"],
  match(attempt, { records }, { endsAtMs }) {
    if (attempt.entries.length > 0 || isRefusedThroughout(attempt)) return undefined;
    const gaveUp = records.findLast((record) => record.kind === "user.answered" && record.answer === "none");
    const untilMs = gaveUp?.atMs ?? endsAtMs;
    const last = attempt.codes.findLast(({ atMs }) => atMs <= untilMs);
    if (gaveUp !== undefined && attempt.codes.length === 0) {
      return {
        verdict: `No code was ever sent in this attempt; the user stopped waiting at ${seconds(gaveUp.atMs)}.`,
        evidence: [`${seconds(gaveUp.atMs)}: the user stopped waiting`],
        prevention: ["Do not ask for a code that was not sent."],
      };
    }
    if (last === undefined || WHERE[last.change] === undefined) return undefined;
    const where =
      last.route === undefined || last.route === "mobile" ? "" : ` (it goes to ${routeText(last.route)})`;
    const later = attempt.codes.find(({ atMs }) => atMs > untilMs);
    return {
      verdict:
        `No code reached the user: at ${seconds(untilMs)}, when they stopped waiting, code ${last.number} ` +
        `${WHERE[last.change] ?? last.change}${where}.` +
        (later ? ` At ${seconds(later.atMs)} it was ${later.change}.` : ""),
      evidence: evidenceOf(
        ...attempt.codes.map(codeLine),
        gaveUp && `${seconds(gaveUp.atMs)}: the user stopped waiting`,
      ),
      prevention: [
        "After a minute without a code say where to look: the spam folder, the other telephone.",
        "Offer a call, a mail or an authenticator app in the same place.",
        ...(where === "" ? [] : [CORRECT_NUMBER]),
      ],
    };
  },
});

/** Says whether every call for a code was refused: the page then said so, whatever the site sent. */
function isRefusedThroughout({ calls }: FactorAttempt): boolean {
  const asked = calls.filter(({ step }) => step === "code");
  return asked.length > 0 && asked.every(({ status }) => status !== undefined && status >= HTTP_ERROR_MIN);
}

function routeText(route: string): string {
  return route === "landline" ? "a landline" : "another person's telephone";
}

interface PlainRefusal<Id extends string> {
  readonly id: Id;
  readonly text: string;
  readonly requiredProbes?: readonly Layer[];
  /** The site's code, which is all there is to know. */
  readonly code: string;
  readonly verdict: string | ((attempt: FactorAttempt) => string);
  readonly prevention: readonly string[];
}

const plain = <const Id extends string>({
  id,
  text,
  requiredProbes: needs = [],
  code,
  verdict,
  prevention,
}: PlainRefusal<Id>): Rule<Id> =>
  defineFactorRule({
    id,
    text,
    requiredProbes: () => needs,
    match(attempt) {
      const call = lastCall(attempt, code);
      if (call?.answeredAtMs === undefined) return undefined;
      return {
        verdict: typeof verdict === "string" ? verdict : verdict(attempt),
        evidence: [
          `${seconds(call.askedAtMs)}: ${attempt.factor}/${call.step} answered ${call.status ?? "?"} ${code}`,
        ],
        prevention,
      };
    },
  });

export const notLinked = plain({
  id: "not-linked",
  text: "The account at the sign-in provider is linked to none here.",
  code: "NOT_LINKED",
  verdict: "The account at the sign-in provider is sound, and linked to no account here.",
  prevention: [
    "Say which providers are linked, once the account is safely identified, and go back to the choice.",
    "Never open a second account in silence, and do not count this as a failure.",
  ],
});

export const notEnrolled = plain({
  id: "not-enrolled",
  text: "The account does not have this factor.",
  code: "NOT_ENROLLED",
  verdict: "The account does not have this factor, or not any more.",
  prevention: ["Offer the factors the account has, once it is safely identified."],
});

/** Detects that the settings ask for the factor that the user could not use, and wants to change. */
export const factorNeeded = defineFactorRule({
  id: "factor-needed",
  text: "The page where a factor is changed asks for that very factor.",
  match(attempt, ceremony, { ceremonies }) {
    const call = lastCall(attempt, "FACTOR_NEEDED");
    if (call?.answeredAtMs === undefined) return undefined;
    const failed = ceremonies.findLast(
      (other) =>
        other.attempt !== undefined &&
        other.beganAtMs < ceremony.beganAtMs &&
        other.pageActor === ceremony.pageActor &&
        attemptDoneAtMs(other) === undefined,
    );
    return {
      verdict:
        "The page where the factor could be changed asks for that very factor: a user without the factor cannot change it alone." +
        (failed === undefined
          ? ""
          : ` The attempt before, ${failed.id}${failed.attempt?.factor === "" ? "" : ` by ${failed.attempt?.factor ?? ""}`}, had failed: see there.`),
      evidence: evidenceOf(
        `${seconds(call.askedAtMs)}: ${attempt.factor}/${call.step} answered ${call.status ?? "?"} FACTOR_NEEDED`,
        failed && `${seconds(failed.beganAtMs)}: ${failed.id} begins, which did not get the user in`,
      ),
      prevention: [
        "Have two factors or recovery codes enrolled before the first one is switched on.",
        "Check the rules for circles: whatever one factor's loss leaves must open the settings.",
      ],
    };
  },
});

export const codeWrong = plain({
  id: "code-wrong",
  text: "The code was not one of those sent for this attempt.",
  // Wrong codes may have led to a lock, and the lock is then the cause.
  requiredProbes: ["factor"],
  code: "CODE_WRONG",
  verdict: ({ factor }) =>
    factor === "app"
      ? "The digits were not those that the account's authenticator app should have shown then: mistyped, of an app that is not " +
        "the account's, of a clock that is off, or typed when the app showed the next ones."
      : "The digits were not those of any code sent for this attempt.",
  prevention: ["Number the codes, and say how many attempts are left."],
});
