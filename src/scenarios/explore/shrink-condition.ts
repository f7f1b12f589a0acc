import { HarnessError } from "../../core/errors.js";
import { nearestNames } from "../../core/nearest-names.js";
import { ROOT_CAUSE_IDS } from "../../diagnosis/rules/registry.js";
import type { Outcome } from "./outcome.js";

export type ShrinkFault =
  /** The run does not end as the smaller one is to end: there is nothing to keep. */
  | "SHRINK_NOTHING_TO_KEEP"
  /** A condition that cannot be read. */
  | "SHRINK_BAD_CONDITION";

/** A run cannot be shrunk as it was asked for. */
export class ShrinkError extends HarnessError<ShrinkFault> {}

/** Whether a run ends as it must. */
export type OutcomeCondition = (outcome: Outcome) => boolean;

const COUNTS = ["keys", "rows", "orphans", "ghosts", "mails"] as const;

/** What of an outcome holds one text or several. */
const TEXTS: Readonly<Record<string, (outcome: Outcome) => readonly string[]>> = {
  page: ({ page }) => page,
  told: ({ told }) => told,
  decidedBy: ({ decidedBy }) => [decidedBy ?? "none"],
  mechanism: ({ mechanisms }) => mechanisms,
};

const NAMES = [...Object.keys(TEXTS), ...COUNTS];

const COMPARE: Readonly<Record<string, (found: number, wanted: number) => boolean>> = {
  "=": (found, wanted) => found === wanted,
  "!=": (found, wanted) => found !== wanted,
  "<": (found, wanted) => found < wanted,
  "<=": (found, wanted) => found <= wanted,
  ">": (found, wanted) => found > wanted,
  ">=": (found, wanted) => found >= wanted,
};

const SYNTAX = "for example page=NotAllowedError, decidedBy=page.guard, mechanism!=success or orphans>0";

/**
 * Reads a condition on an outcome: `page=NotAllowedError`, `orphans>0`.
 *
 * `page`, `told`, `decidedBy` and `mechanism` know `=` (one of them is it) and `!=` (none of them is it); the
 * counts `keys`, `rows`, `orphans`, `ghosts` and `mails` know `<`, `<=`, `>` and `>=` besides.
 *
 * @throws {ShrinkError} `SHRINK_BAD_CONDITION`
 */
export function parseCondition(text: string): OutcomeCondition {
  const [, name, sign, wanted] = /^\s*(\w+)\s*(!=|<=|>=|=|<|>)\s*(\S+)\s*$/.exec(text) ?? [];
  if (name === undefined || sign === undefined || wanted === undefined) {
    throw badCondition(text, "name, sign and value are wanted", SYNTAX);
  }
  const count = COUNTS.find((one) => one === name);
  if (count !== undefined) return countCondition(text, { count, sign, wanted });
  const texts = Object.hasOwn(TEXTS, name) ? TEXTS[name] : undefined;
  if (texts === undefined) throw badCondition(text, `an outcome has no "${name}"`, near(name, NAMES));
  if (sign !== "=" && sign !== "!=") throw badCondition(text, `${name} is no number`, SYNTAX);
  if (name === "mechanism" && !ROOT_CAUSE_IDS.some((id) => id === wanted)) {
    throw badCondition(text, `there is no mechanism "${wanted}"`, near(wanted, ROOT_CAUSE_IDS));
  }
  if (name === "told" && !["success", "failure"].includes(wanted)) {
    throw badCondition(text, "a page reports success or failure", SYNTAX);
  }
  return (outcome) => texts(outcome).includes(wanted) === (sign === "=");
}

function countCondition(
  text: string,
  { count, sign, wanted }: { count: (typeof COUNTS)[number]; sign: string; wanted: string },
): OutcomeCondition {
  const compare = COMPARE[sign];
  if (compare === undefined || !/^\d{1,9}$/.test(wanted))
    throw badCondition(text, "a number is wanted", SYNTAX);
  return ({ ledger }) => compare(ledger[count], Number(wanted));
}

function near(typed: string, names: readonly string[]): string {
  const found = nearestNames(typed, names, 3);
  return found.length > 0 ? `did you mean ${found.join(" or ")}?` : `there are ${names.join(", ")}`;
}

function badCondition(text: string, problem: string, hint: string): ShrinkError {
  return new ShrinkError("SHRINK_BAD_CONDITION", `${text}: ${problem}`, { hint });
}
