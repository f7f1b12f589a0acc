import { describe, expect, test } from "vitest";
import { CATALOGUE, scenarioNamed } from "../../src/scenarios/catalogue.js";
import { explain } from "../../src/diagnosis/explain.js";
import { foldLedger } from "../../src/diagnosis/facts/fold-ledger.js";
import { runScenario, type Run } from "../../src/scenarios/run.js";
import type { TraceRecord } from "../../src/core/trace.js";
import { catalogueRun } from "../helpers/catalogue-runs.js";
import { fullRuns } from "../helpers/full-runs.js";

/** The second one with `FULL=1`; otherwise `run --all` in the tests of the command line is the pass with another seed. */
const SEEDS = ["demo-1", "another seed"].slice(0, fullRuns(2));
const SEED = "demo-1";

const ROWS = CATALOGUE.map((scenario, at) => ({ id: scenario.id, scenario, at }));

/** One scenario in three, or with `FULL=1` all of them: the whole catalogue is played again for this alone. */
const isRepeated = (at: number): boolean => at % 3 < fullRuns(3);

describe.each(ROWS)("$id", ({ scenario, at }) => {
  test.each(SEEDS)("keeps every promise with seed %s", async (seed) => {
    const run = await catalogueRun(scenario, seed);
    expect(run.findings, run.reproduction).toEqual([]);
    expect(run.verdict).toBe("as-expected");
  });

  test.runIf(isRepeated(at))("gives the same trace twice, byte for byte", async () => {
    const lines = ({ records }: Run) => records.map((record) => JSON.stringify(record));
    const again = await runScenario(scenario, { seed: SEED });
    expect(lines(again)).toEqual(lines(await catalogueRun(scenario, SEED)));
  });

  test("is explained from its stored trace as it was from the live one", async () => {
    const run = await catalogueRun(scenario, SEED);
    const stored = run.records.map((record) => JSON.parse(JSON.stringify(record)) as TraceRecord);
    expect(explain(stored)).toEqual(run.explanation);
  });

  test("leaves the same books in the stores as in the trace", async () => {
    const run = await catalogueRun(scenario, SEED);
    expect(foldLedger(run.records).entries).toEqual(run.ledger.entries);
  });

  test("is data: it survives being written down", () => {
    expect(JSON.parse(JSON.stringify(scenario))).toEqual(scenario);
  });

  test("says where it comes from and is told in whole sentences", () => {
    expect(scenario.sources.length).toBeGreaterThan(0);
    expect(scenario.story).toMatch(/\.$/);
  });
});

test("no two scenarios share an id", () => {
  const ids = CATALOGUE.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

test("a misspelt id is answered with the nearest ones", () => {
  expect(() => scenarioNamed("late-delivry")).toThrow(
    expect.objectContaining({ code: "SCENARIO_UNKNOWN", hint: "did you mean late-delivery?" }),
  );
});
