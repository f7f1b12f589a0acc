import { describe, expect, test } from "vitest";
import { barsOf } from "../../src/oracle/bars.js";
import { addClasses, countUnder, emptyTable, mergeTables, type OracleTable } from "../../src/oracle/table.js";
import { wilson } from "../../src/oracle/wilson.js";

describe("Wilson's interval", () => {
  // Worked examples of Newcombe (1998), "Two-sided confidence intervals for the single proportion", method 3.
  test.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])("%i of %i", (count, of, low, high) => {
    const rate = wilson(count, of);
    expect(rate.low).toBeCloseTo(low, 4);
    expect(rate.high).toBeCloseTo(high, 4);
  });

  test("of nothing is everything, and never leaves 0 to 1", () => {
    expect(wilson(0, 0)).toMatchObject({ share: 0, low: 0, high: 1 });
    expect(wilson(29, 29).high).toBe(1);
    expect(wilson(29, 29).low).toBeCloseTo(0.883, 3);
  });
});

const cluster = (example: string, count: number) => ({
  said: "success",
  class: "false-success",
  why: "not a success",
  truth: "login: net.loses=finish-answer",
  count,
  example,
});

const table = (draws: number, example: string): OracleTable => {
  const empty = emptyTable("1");
  return {
    ...empty,
    draws,
    runs: draws * 3,
    well: 2,
    redrawn: { "base not well": 1 },
    total: addClasses(empty.total, { right: draws, wrong: 1 }),
    byCause: countUnder(countUnder({}, "success", "false-success"), "user-refused", "right"),
    missing: countUnder({}, "without site", "undecided"),
    clusters: [cluster(example, draws)],
  };
};

describe("merging tables", () => {
  const [a, b, c] = [table(3, "A/9"), table(5, "A/20"), table(1, "B/1")];

  test("adds what was counted", () => {
    const merged = mergeTables([a, b]);
    expect(merged).toMatchObject({ draws: 8, runs: 24, well: 4, redrawn: { "base not well": 2 } });
    expect(merged.total).toMatchObject({ right: 8, wrong: 2, undecided: 0 });
    expect(merged.byCause["success"]).toEqual({ "false-success": 2 });
    expect(merged.clusters).toEqual([cluster("A/20", 8)]);
  });

  test("gives the same in any order and any grouping", () => {
    const all = JSON.stringify(mergeTables([a, b, c]));
    expect(JSON.stringify(mergeTables([c, a, b]))).toBe(all);
    expect(JSON.stringify(mergeTables([mergeTables([c, b]), a]))).toBe(all);
  });
});

describe("bars", () => {
  const measured = (
    counts: Readonly<Record<string, number>>,
    missing: OracleTable["missing"] = {},
  ): OracleTable => {
    const empty = emptyTable("1");
    return { ...empty, total: addClasses(empty.total, counts), missing };
  };
  const met = (table: OracleTable) => barsOf(table).map(({ name, isMet }) => `${isMet ? "" : "not "}${name}`);

  test("are met, or are not", () => {
    expect(met(measured({ right: 970, proximate: 10, undecided: 20 }))).toEqual([
      "wrong of decided",
      "undecided",
      "false success",
      "right",
    ]);
    expect(met(measured({ right: 950, wrong: 9, "false-success": 1, undecided: 40 }))).toEqual([
      "not wrong of decided",
      "not undecided",
      "not false success",
      "not right",
    ]);
  });

  test("a false success counts as wrong, and what is undecided as not decided", () => {
    const [wrong] = barsOf(measured({ right: 98, "false-success": 2, undecided: 100, unmapped: 50 }));
    expect(wrong?.rate).toMatchObject({ count: 2, of: 100 });
  });

  test("hold for parties together, and for the worst of them", () => {
    const missing = {
      "without page": { same: 90, wrong: 8, coarser: 2 },
      "without mail": { same: 1_000 },
      "without key and page": { same: 10 },
    };
    expect(met(measured({ right: 1 }, missing)).slice(4)).toEqual([
      "not another verdict with one party missing",
      "not another verdict with one party missing, at worst (without page)",
      "another verdict with two parties missing",
      "another verdict with two parties missing, at worst (without key and page)",
    ]);
  });
});
