import { seconds } from "../evidence.js";
import type { CodeFact, EntryFact, FactorAttempt } from "./factor-attempt.js";
import type { SiteCall } from "./site-calls.js";

/** What the site refused last in an attempt, a code that was typed or a call, and why; what came before it did not end the attempt. */
export function lastRefusal({
  entries,
  calls,
}: FactorAttempt): { readonly atMs: number; readonly reason: string } | undefined {
  const typed = entries.flatMap(({ atMs, reason }) => (reason === undefined ? [] : [{ atMs, reason }]));
  const called = calls.flatMap(({ answeredAtMs, code }) =>
    answeredAtMs === undefined || code === undefined ? [] : [{ atMs: answeredAtMs, reason: code }],
  );
  return [...called, ...typed].sort((a, b) => a.atMs - b.atMs).at(-1);
}

/** The first code that the site refused for this reason, where that was the reason of its last refusal. */
export const refusedFor = (attempt: FactorAttempt, reason: string): EntryFact | undefined =>
  lastRefusal(attempt)?.reason === reason
    ? attempt.entries.find((entry) => entry.reason === reason)
    : undefined;

/** The first code that one of these became of. */
export const codeThat = ({ codes }: FactorAttempt, ...changes: readonly string[]): CodeFact | undefined =>
  codes.find(({ change }) => changes.includes(change));

export const codeLine = (code: CodeFact | undefined) =>
  code &&
  `${seconds(code.atMs)}: code ${code.number} ${code.change.replaceAll("-", " ")}${code.route ? ` (${code.route})` : ""}`;

/** What had become of an attempt's codes by a moment. */
export const codeLinesUntil = ({ codes }: FactorAttempt, untilMs: number) =>
  codes.filter(({ atMs }) => atMs <= untilMs).map(codeLine);

export const entryLine = (entry: EntryFact | undefined) =>
  entry &&
  `${seconds(entry.atMs)}: a code came to the site, ${entry.outcome}${entry.reason ? ` ${entry.reason}` : ""}`;

/** The first call that the site answered with this code. */
export const callWith = (
  { calls }: FactorAttempt,
  code: string,
): (SiteCall & { readonly step: string }) | undefined => calls.find((call) => call.code === code);

/** The first call that the site answered with this code, where that was the reason of its last refusal. */
export const lastCall = (
  attempt: FactorAttempt,
  code: string,
): (SiteCall & { readonly step: string }) | undefined =>
  lastRefusal(attempt)?.reason === code ? callWith(attempt, code) : undefined;
