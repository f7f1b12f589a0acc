import { seconds } from "../evidence.js";
import type { CodeFact, EntryFact, FactorAttempt } from "./factor-attempt.js";
import type { SiteCall } from "./site-calls.js";

/** The first code that the site refused for this reason. */
export const refusedFor = ({ entries }: FactorAttempt, reason: string): EntryFact | undefined =>
  entries.find((entry) => entry.reason === reason);

/** The first code that one of these became of. */
export const codeThat = ({ codes }: FactorAttempt, ...changes: readonly string[]): CodeFact | undefined =>
  codes.find(({ change }) => changes.includes(change));

export const codeLine = (code: CodeFact | undefined) =>
  code &&
  `${seconds(code.atMs)}: code ${code.number} ${code.change.replaceAll("-", " ")}${code.route ? ` (${code.route})` : ""}`;

export const entryLine = (entry: EntryFact | undefined) =>
  entry &&
  `${seconds(entry.atMs)}: a code was typed, ${entry.outcome}${entry.reason ? ` ${entry.reason}` : ""}`;

/** The call that the site answered with this code. */
export const lastCall = (
  attempt: FactorAttempt,
  code: string,
): (SiteCall & { readonly step: string }) | undefined => attempt.calls.find((call) => call.code === code);
