import { checkRecordsAndLedger, type RunResult } from "../check.js";
import type { EventPattern, Expectation, AssertionFailure } from "../expectation.js";

type World = Omit<RunResult, "explanation">;

/**
 * Checks that a run with sampled parameters still is the scenario it came from; returns an empty list when it is.
 *
 * The check reads records and ledger, never the explanation, so that the result can be compared with a verdict. A
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
