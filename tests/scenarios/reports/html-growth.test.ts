import { expect, test } from "vitest";
import { scenarioNamed } from "../../../src/scenarios/catalogue.js";
import { drawingOf } from "../../../src/scenarios/reports/lanes.js";
import { timeScale } from "../../../src/scenarios/reports/time-scale.js";
import { runScenario } from "../../../src/scenarios/run.js";

/** Far more than either takes; where time grows with the square, it takes more than this. */
const CPU_MS_MAX = 8_000;

function cpuMsOf(work: () => void): number {
  const began = process.cpuUsage();
  work();
  return process.cpuUsage(began).user / 1_000;
}

test("a scale finds the place of each moment without looking at all of them", { timeout: 120_000 }, () => {
  const moments = Array.from({ length: 400_000 }, (_, nr) => nr * 1_000);
  const scale = timeScale(moments);
  const places: number[] = [];
  const tookMs = cpuMsOf(() => places.push(...[0, 1, 2].flatMap((ms) => scale.at(ms * 1_000))));
  const allMs = cpuMsOf(() => {
    for (const ms of moments) scale.at(ms);
  });
  expect(places[0]).toBeLessThan(places[1] as number);
  expect(tookMs).toBeLessThan(CPU_MS_MAX);
  expect(allMs).toBeLessThan(CPU_MS_MAX);
});

/** What a soak test of a night records: the same login again and again. */
test(
  "a drawing of many ceremonies takes time that grows with their number",
  { timeout: 120_000 },
  async () => {
    const COPIES = 2_000;
    const APART_MS = 600_000;
    const run = await runScenario(scenarioNamed("plain-registration"), { seed: "1" });
    const records = Array.from({ length: COPIES }, (_, copy) =>
      run.records.map((record) => ({
        ...record,
        atMs: record.atMs + copy * APART_MS,
        ...(record.ceremony !== undefined && { ceremony: `${record.ceremony}-${copy}` }),
      })),
    ).flat();
    let marks = 0;
    const tookMs = cpuMsOf(() => {
      marks = drawingOf({ ...run, records }).lanes.flatMap((lane) => lane.marks).length;
    });
    expect(marks).toBeGreaterThan(10 * COPIES);
    expect(tookMs).toBeLessThan(CPU_MS_MAX);
  },
);
