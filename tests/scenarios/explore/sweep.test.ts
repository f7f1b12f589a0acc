import { describe, expect, test } from "vitest";
import { scenarioNamed } from "../../../src/scenarios/catalogue.js";
import { runScenario } from "../../../src/scenarios/run.js";
import { outcomeKey, outcomeOf } from "../../../src/scenarios/explore/outcome.js";
import { parseAxis } from "../../../src/scenarios/explore/sweep-axis.js";
import { sweep, type SweepPoint } from "../../../src/scenarios/explore/sweep.js";

const STORY = scenarioNamed("late-delivery");

describe("parseAxis", () => {
  test.each([
    ["rp.finishMs=0..10/5", [0, 5, 10]],
    ["rp.finishMs=0..12/5", [0, 5, 10, 12]],
    ["rp.finishMs=1s..2s/500ms", [1_000, 1_500, 2_000]],
    ["rp.finishMs=0..100", [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]],
    ["rp.finishMs=0..3", [0, 1, 2, 3]],
    ["rp.finishMs=7..7", [7]],
    ["gw.idleMs=30s, 1min, never", [30_000, 60_000, null]],
    ["page.aborts=*", [false, true]],
    ["rp.order=*", ["validate-first", "side-effects-first"]],
    ["reset.hours=weekday 08-17", ["weekday 08-17"]],
    ["rp.finishMs=5,5,6", [5, 6]],
  ])("%s", (text, values) => {
    expect(parseAxis(text)).toEqual({ knob: text.slice(0, text.indexOf("=")), values });
  });

  test.each([
    ["rp.finishMs", "SWEEP_BAD_AXIS"],
    ["rp.finishMs=", "SWEEP_BAD_AXIS"],
    ["rp.finishMs=*", "SWEEP_BAD_AXIS"],
    ["rp.finishMs=9..1", "SWEEP_BAD_AXIS"],
    ["rp.finishMs=0..9/0", "SWEEP_BAD_AXIS"],
    ["gw.idleMs=0..never", "SWEEP_BAD_AXIS"],
    ["rp.finishMs=0..10000000/1", "SWEEP_TOO_LARGE"],
    ["rp.finischMs=*", "KNOB_UNKNOWN"],
    ["rp.finishMs=soon", "KNOB_INVALID"],
    ["rp.finishMs=-1..5", "KNOB_INVALID"],
  ])("refuses %s", (text, code) => {
    expect(() => parseAxis(text)).toThrow(expect.objectContaining({ code }));
  });
});

describe("sweep", () => {
  test("runs each point once, with the same seed, and says what it came to", async () => {
    const seen: SweepPoint[] = [];
    const { points, axes, seed } = await sweep(STORY, {
      seed: "7",
      axes: ["page.guardMs=60s,120s,never"],
      onPoint: (point) => seen.push(point),
    });
    expect(seen).toEqual(points);
    expect([axes, seed]).toEqual([[{ knob: "page.guardMs", values: [60_000, 120_000, null] }], "7"]);
    expect(points.map(({ outcome }) => [outcome.decidedBy, outcome.mechanisms, outcome.told])).toEqual([
      ["page.guard", ["late-delivery"], ["failure"]],
      [null, ["success"], ["success"]],
      [null, ["success"], ["success"]],
    ]);
    for (const { at, outcome, reproduction } of points) {
      expect(outcomeOf(await runScenario(STORY, { seed: "7", knobs: at }))).toEqual(outcome);
      expect(reproduction).toContain(`--seed 7 --set page.guardMs=${at["page.guardMs"] ?? "never"}`);
    }
  });

  test("finds to the millisecond where a key stops waiting, whatever the step", async () => {
    for (const step of [7_000, 100_000]) {
      const { thresholds } = await sweep(scenarioNamed("plain-registration"), {
        seed: "1",
        axes: [`key.touchDelayMs=0..100000/${step}`],
      });
      // 30 s is the key's own budget: a touch at that very moment comes too late.
      expect(thresholds.map(({ below, above }) => [below.value, above.value])).toEqual([[29_999, 30_000]]);
    }
  });

  test("every threshold holds when its two sides are run alone", async () => {
    const { thresholds } = await sweep(STORY, { seed: "1", axes: ["page.guardMs=0..180000/60000"] });
    expect(thresholds.length).toBeGreaterThan(0);
    for (const { knob, below, above } of thresholds) {
      expect(above.value - below.value).toBe(1);
      const keys = [];
      for (const side of [below, above]) {
        const outcome = outcomeOf(await runScenario(STORY, { seed: "1", knobs: { [knob]: side.value } }));
        expect(outcome).toEqual(side.outcome);
        keys.push(outcomeKey(outcome));
      }
      expect(keys[0]).not.toBe(keys[1]);
    }
  });

  test("several knobs make a grid, and thresholds say where on the other axes they are", async () => {
    const { points, thresholds } = await sweep(scenarioNamed("plain-registration"), {
      seed: "1",
      axes: ["key.upTimeoutMs=10000,20000", "key.touchDelayMs=5000..25000/10000"],
    });
    expect(points.map(({ at }) => Object.values(at))).toEqual([
      [10_000, 5_000],
      [10_000, 15_000],
      [10_000, 25_000],
      [20_000, 5_000],
      [20_000, 15_000],
      [20_000, 25_000],
    ]);
    const told = thresholds.map(({ knob, at, above }) => [knob, at, above.value]);
    expect(told).toContainEqual(["key.touchDelayMs", { "key.upTimeoutMs": 10_000 }, 10_000]);
    expect(told).toContainEqual(["key.touchDelayMs", { "key.upTimeoutMs": 20_000 }, 20_000]);
    expect(told).toContainEqual(["key.upTimeoutMs", { "key.touchDelayMs": 15_000 }, 15_001]);
    expect(told).toHaveLength(3);
  });

  test("values need not be in order, and words have no threshold", async () => {
    const { thresholds } = await sweep(scenarioNamed("plain-registration"), {
      seed: "1",
      axes: ["key.touchDelayMs=40000,never,0", "key.decision=*"],
    });
    expect(thresholds.filter(({ at }) => at["key.decision"] === "approve")).toMatchObject([
      { knob: "key.touchDelayMs", below: { value: 29_999 }, above: { value: 30_000 } },
    ]);
    expect(thresholds.filter(({ knob }) => knob === "key.decision")).toEqual([]);
  });

  test("is data, and the same every time", async () => {
    const once = await sweep(STORY, { seed: "1", axes: ["page.guardMs=60s,120s"] });
    expect(JSON.parse(JSON.stringify(once))).toEqual(once);
    expect(await sweep(STORY, { seed: "1", axes: ["page.guardMs=60s,120s"] })).toEqual(once);
  });

  test.each([
    [[], "SWEEP_BAD_AXIS"],
    [["rp.finishMs=1,2", "rp.finishMs=3,4"], "SWEEP_SAME_KNOB"],
    [["rp.finishMs=0..1000/1", "rp.optionsMs=0..1000/1"], "SWEEP_TOO_LARGE"],
    [[{ knob: "rp.order", values: ["any"] } as const], "KNOB_INVALID"],
    [[{ knob: "rp.order", values: [] } as const], "SWEEP_BAD_AXIS"],
  ])("refuses %j", async (axes, code) => {
    await expect(sweep(STORY, { seed: "1", axes })).rejects.toMatchObject({ code });
  });
});
