import { evidenceOf, seconds } from "../evidence.js";
import type { CeremonyTrace } from "../facts/ceremony.js";
import type { FactorAttempt } from "../facts/factor-attempt.js";
import { callWith } from "../facts/factor-lines.js";
import type { TraceFacts } from "../facts/trace-facts.js";
import { defineRule, TROUBLED, UMBRELLAS, type Match } from "../rule.js";

/** Codes were refused because wrong ones before them had locked the account. */
function attemptLocked(attempt: FactorAttempt, facts: TraceFacts): Match | undefined {
  // A code that was right in time and came while the account was locked may be refused for its age later.
  const refused = attempt.entries.find(({ reason }) => reason === "LOCKED") ?? callWith(attempt, "LOCKED");
  const first = facts.locks.find(({ change }) => change === "locked");
  if (refused === undefined || first === undefined) return undefined;
  const extended = facts.locks.filter(({ change }) => change === "extended");
  const ended = facts.locks.find(({ change, atMs }) => change === "ended" && atMs > first.atMs);
  const tries = attempt.entries.filter(({ reason }) => reason === "LOCKED").length;
  return {
    decidedBy: facts.timers.find(({ timer, end }) => timer === "lock.ladder" && end === "fired"),
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
}

/** The lock of the fallback factors refused the passkey as well. */
function loginLocked({ options }: CeremonyTrace): Match | undefined {
  if (options?.code !== "LOCKED" || options.answeredAtMs === undefined) return undefined;
  return {
    verdict:
      `The account was locked because of codes, and its passkey was refused with it at ${seconds(options.answeredAtMs)}: ` +
      "guessing shut the owner out of the one way in that cannot be guessed.",
    evidence: [`${seconds(options.askedAtMs)}: login options answered ${options.status ?? "?"} LOCKED`],
    prevention: ["Keep the passkey usable while codes are locked."],
  };
}

export const lockedOut = defineRule({
  id: "locked-out",
  kinds: ["login", "factor"],
  text: "The account was locked because of wrong codes.",
  results: TROUBLED,
  over: ["code-wrong", "code-expired", "code-voided", ...UMBRELLAS],
  match: (ceremony, facts) =>
    ceremony.attempt === undefined ? loginLocked(ceremony) : attemptLocked(ceremony.attempt, facts),
});
