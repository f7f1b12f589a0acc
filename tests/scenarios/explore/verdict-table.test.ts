import { describe, expect, test } from "vitest";
import { CATALOGUE, scenarioNamed } from "../../../src/scenarios/catalogue.js";
import { sampleScenario } from "../../../src/scenarios/explore/sample-scenario.js";
import { joinVerdictTables, runSample, verdictTable } from "../../../src/scenarios/explore/verdict-table.js";
import { scenarioHolds } from "../../../src/scenarios/explore/scenario-holds.js";
import { rootCauseRates, verdictTableToText } from "../../../src/scenarios/explore/verdict-text.js";
import { fullRuns } from "../../helpers/full-runs.js";

const GUARDED = scenarioNamed("late-delivery");

describe("a draw", () => {
  test("is the same again for the same seed and number, and another for the next", () => {
    const draw = (nth: number) => sampleScenario(GUARDED, { seed: "again", draw: nth });
    expect(draw(1)).toEqual(draw(1));
    expect(draw(2).scenario.knobs).not.toEqual(draw(1).scenario.knobs);
  });

  test("moves the story's own times within its jitter and leaves its switches alone", () => {
    for (let draw = 1; draw <= 50; draw += 1) {
      const { knobs } = sampleScenario(GUARDED, { seed: "jitter", draw }).scenario;
      expect(knobs["page.guardMs"]).toBeGreaterThanOrEqual(48_000);
      expect(knobs["page.guardMs"]).toBeLessThanOrEqual(72_000);
      expect(knobs["key.profile"]).toBe("phone");
    }
  });

  test("of a story that is not the one it claims to be goes astray instead of being counted", async () => {
    const liar = { ...GUARDED, knobs: { ...GUARDED.knobs, "page.guardMs": null } };
    const { astray, cells } = await verdictTable({ draws: 2, seed: "1", scenarios: [liar] });
    expect(astray).toHaveLength(2);
    expect(cells).toEqual([]);
  });

  test("that is judged otherwise than its story is counted and told with the command that shows it", async () => {
    const mistaken = {
      ...GUARDED,
      expect: { ...GUARDED.expect, mechanisms: ["page-gave-up"], decidedBy: "page.guard" },
    } as const;
    const table = await verdictTable({ draws: 2, seed: "1", scenarios: [mistaken] });
    expect(table).toMatchObject({ right: 0, runs: 2 });
    expect(rootCauseRates(table)).toEqual([
      {
        mechanism: "page-gave-up",
        ceremonies: 2,
        right: 0,
        instead: [{ said: "late-delivery", ceremonies: 2 }],
      },
    ]);
    expect(verdictTableToText(table)).toContain("passkey-harness confusion late-delivery --seed 1 --draw 2");
  });

  test("is asked of records and books alone whether it is the story still", async () => {
    const run = await runSample(GUARDED, { seed: "1", draw: 1 });
    expect(scenarioHolds(GUARDED.expect, run)).toEqual([]);
    expect(
      scenarioHolds({ ...GUARDED.expect, ledger: { ...GUARDED.expect.ledger, rows: 0 } }, run),
    ).toHaveLength(1);
  });
});

test("tables of one story each, joined, are the table of them all", async () => {
  const scenarios = [GUARDED, scenarioNamed("rp-async-outbox"), { ...GUARDED, id: "guarded-again" }];
  const settings = { draws: 2, seed: "join" };
  const parts = await Promise.all(scenarios.map((one) => verdictTable({ ...settings, scenarios: [one] })));
  expect(joinVerdictTables(parts)).toEqual(await verdictTable({ ...settings, scenarios }));
});

test("a renamed scenario keeps the draws it had under its first id", () => {
  const scenario = scenarioNamed("page-guard-late-mail");
  const former = { ...scenario, id: "rakuten-error-then-mail" };
  const [now, then] = [scenario, former].map((one) => sampleScenario(one, { seed: "renamed", draw: 1 }));
  expect(now?.seed).toBe("renamed/rakuten-error-then-mail/1");
  expect(now?.scenario.knobs).toEqual(then?.scenario.knobs);
  expect(now?.scenario.script).toEqual(then?.scenario.script);
});

const DRAWS = 2;

/** Stories whose draws are judged: evenly spread over the catalogue's groups. */
const JUDGED = CATALOGUE.filter(
  (_, nth) => nth % Math.round(CATALOGUE.length / fullRuns(CATALOGUE.length)) === 0,
);

test(
  `every verdict of ${DRAWS} draws a story is right, and none is guessed without a probe`,
  { timeout: 240_000 },
  async () => {
    const table = await verdictTable({ draws: DRAWS, seed: "suite", scenarios: JUDGED });
    expect(table.wrong, verdictTableToText(table)).toEqual([]);
    expect(table.guessed, verdictTableToText(table)).toEqual([]);
    // A draw that is another story says nothing of the verdict; there may be few of them.
    expect(table.astray.length, verdictTableToText(table)).toBeLessThan(table.runs / 50);
  },
);
