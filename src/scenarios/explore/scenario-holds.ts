import { checkRecordsAndLedger, type RunResult } from "../check.js";
import type { EventPattern, Expectation, AssertionFailure } from "../expectation.js";

type World = Omit<RunResult, "explanation">;

/**
 * Whether a run with other numbers is still the story its scenario tells; empty when it is.
 *
 * Asks records and books what happened, never what was made of it, so it can be held against a verdict. A
 * window in time belongs to the scenario's own numbers: what had to happen in one has to happen at all, and
 * what must not happen in one is not asked for.
 */
export function scenarioHolds(expect: Expectation, world: World): readonly AssertionFailure[] {
  return checkRecordsAndLedger(withoutWindows(expect), world);
}

/** The same promises for a run with other numbers. */
export function withoutWindows(expect: Expectation): Expectation {
  return {
    ...expect,
    ctap: whenever(expect.ctap),
    link: whenever(expect.link),
    page: whenever(expect.page),
    rp: whenever(expect.rp),
  };
}

function whenever<Pattern extends EventPattern>(patterns: readonly Pattern[] = []): readonly Pattern[] {
  return patterns.flatMap((pattern) => {
    const { atMs, times, ...asked } = pattern;
    if (atMs === undefined) return [pattern];
    return times === 0 ? [] : [asked as Pattern];
  });
}
