import { describe, expect, test } from "vitest";
import { FOLD_MS, timeScale } from "../../../src/scenarios/reports/time-scale.js";

describe("milliseconds beside minutes", () => {
  const scale = timeScale([0, 50, 100, 60_000, 213_000]);
  const width = (fromMs: number, toMs: number) => scale.at(toMs) - scale.at(fromMs);

  test("50 ms are wide enough to be seen", () => expect(width(0, 50)).toBeGreaterThan(8));
  test("two minutes are not more than five times as wide as 50 ms", () => {
    expect(width(60_000, 213_000)).toBeGreaterThan(width(50, 100));
    expect(width(60_000, 213_000)).toBeLessThan(5 * width(50, 100));
  });
  test("within a pause time runs evenly", () => {
    expect(width(60_000, 136_500)).toBeCloseTo(width(136_500, 213_000));
  });
  test("two pauses are folded", () => expect(scale.folds).toHaveLength(2));
  test("a moment after the end is at the end", () => expect(scale.at(1e9)).toBe(scale.at(213_000)));
});

test("a pause of exactly the folding length is folded", () => {
  expect([timeScale([FOLD_MS]).folds.length, timeScale([FOLD_MS - 1]).folds.length]).toEqual([1, 0]);
});

test("a trace of one moment has a scale too", () => {
  const scale = timeScale([0]);
  expect(Number.isFinite(scale.at(0))).toBe(true);
});

test("no bound is no moment", () => expect(timeScale([10, Infinity, NaN]).endMs).toBe(10));
