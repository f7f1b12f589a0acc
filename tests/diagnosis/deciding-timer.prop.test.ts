import fc from "fast-check";
import { expect, test } from "vitest";
import type { TraceRecord } from "../../src/core/trace.js";
import { CATALOGUE, scenarioNamed } from "../../src/scenarios/catalogue.js";
import type { CeremonyDiagnosis } from "../../src/diagnosis/explanation.js";
import type { RootCauseId } from "../../src/diagnosis/rules/registry.js";
import type { Run } from "../../src/scenarios/run.js";
import { runSample } from "../../src/scenarios/explore/verdict-table.js";
import { catalogueRun } from "../helpers/catalogue-runs.js";
import { fullRuns } from "../helpers/full-runs.js";

/** Where a timer decides that fired after the promise: each is about a call to the site, which comes afterwards. */
const ABOUT_WHAT_CAME_AFTER: { readonly [Id in RootCauseId]?: string } = {
  "async-outbox": "the page asks the site how it went, once it has posted the browser's answer",
  "gateway-504-late-commit": "the gateway cuts the call that posts the browser's answer",
  "challenge-expired": "the site looks at its challenge's age when the answer comes",
  "step-up-expired": "the site looks at the step-up's age when the answer comes",
  "side-effects-before-validation": "the site looks at its challenge's age after it has written the row",
};

/** When the ceremony was over for whoever could have been stopped by a timer. */
function endOf(records: readonly TraceRecord[], { ceremony, mechanism }: CeremonyDiagnosis): number {
  const own = records.filter((record) => "ceremony" in record && record.ceremony === ceremony);
  const ends = own.filter(({ kind }) => kind === "page.settled" || kind === "page.gave-up");
  const calls = own.filter(({ kind }) => kind === "rp.response" || kind === "rp.row");
  // Without a promise the site had refused the options; after it the site's answer and its row are the end.
  const last = mechanism in ABOUT_WHAT_CAME_AFTER || ends.length === 0 ? [...ends, ...calls] : ends;
  return Math.max(...last.map(({ atMs }) => atMs));
}

function timersTooLate({ records, explanation }: Run): readonly string[] {
  return explanation.ceremonies
    .filter(({ kind }) => kind !== "factor")
    .flatMap((account) => {
      const { ceremony, mechanism, decidedBy } = account;
      const endedAtMs = endOf(records, account);
      if (decidedBy === undefined || decidedBy.firedAtMs <= endedAtMs) return [];
      return [`${ceremony} ${mechanism}: ${decidedBy.timer} at ${decidedBy.firedAtMs}, over at ${endedAtMs}`];
    });
}

test(
  "no timer that fired after a ceremony's end decides it, in any story",
  { timeout: 120_000 },
  async () => {
    let decided = 0;
    for (const scenario of CATALOGUE) {
      const run = await catalogueRun(scenario, "demo-1");
      expect(timersTooLate(run), scenario.id).toEqual([]);
      decided += run.explanation.ceremonies.filter(({ decidedBy }) => decidedBy !== undefined).length;
    }
    expect(decided).toBeGreaterThan(50);
  },
);

test("nor in a story that is drawn, whatever it became", { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...CATALOGUE.map(({ id }) => id)),
      fc.integer({ min: 1, max: 9_999 }),
      async (id, draw) => {
        const run = await runSample(scenarioNamed(id), { seed: "timer", draw });
        expect(timersTooLate(run), run.reproduction).toEqual([]);
      },
    ),
    { numRuns: fullRuns(150) },
  );
});
