import { describe, expect, test } from "vitest";
import { toTraceEvents } from "../../../src/diagnosis/outputs/trace-events.js";
import { CATALOGUE } from "../../../src/scenarios/catalogue.js";
import { catalogueRun } from "../../helpers/catalogue-runs.js";
import { someOf } from "../../helpers/full-runs.js";
import { hostileRun } from "../../scenarios/reports/hostile.js";
import { explained, played } from "./explained.js";
import { groupBy, problemsOf, type TraceEventFile } from "./trace-event-rules.js";

const read = (text: string) => JSON.parse(text) as TraceEventFile;

test.each(someOf(CATALOGUE).map((scenario) => [scenario.id, scenario] as const))(
  "%s keeps the rules of the format",
  async (_, scenario) => {
    expect(problemsOf(read(toTraceEvents(await catalogueRun(scenario, "1"))))).toEqual([]);
  },
);

test("what is hostile or cut keeps them too", async () => {
  expect(problemsOf(read(toTraceEvents(hostileRun())))).toEqual([]);
  const { records } = await played("late-delivery");
  for (let cut = 0; cut < records.length; cut += 5) {
    expect(problemsOf(read(toTraceEvents(explained(records.slice(cut)))))).toEqual([]);
    expect(problemsOf(read(toTraceEvents(explained(records.slice(0, cut)))))).toEqual([]);
  }
});

test("the rules find what breaks them", () => {
  const event = { name: "x", ph: "b", ts: 1, pid: 1, tid: 1, cat: "c", id: "i" };
  const broken: [object[], string][] = [
    [[event], "never ends"],
    [[{ ...event, ph: "e" }], "ends without"],
    [[{ ...event, ph: "X" }], "dur"],
    [[{ ...event, ts: -1 }], "ts"],
    [
      [
        { ...event, ph: "X", dur: 10 },
        { ...event, ph: "X", ts: 5, dur: 10 },
      ],
      "overlap",
    ],
    [[{ ...event, ph: "s" }], "flow"],
    [[{ ...event, ph: "i", s: "z" }], "scope"],
  ];
  for (const [traceEvents, says] of broken) {
    expect(problemsOf({ traceEvents } as TraceEventFile).join()).toContain(says);
  }
});

describe("late-delivery", () => {
  const file = async (startEpochMs?: number) =>
    read(toTraceEvents(await played("late-delivery"), startEpochMs === undefined ? {} : { startEpochMs }));

  test("has a lane for each actor, from the user to the mail", async () => {
    const names = (await file()).traceEvents.filter(({ name }) => name === "thread_name");
    expect(names.map(({ args }) => args?.["name"])).toEqual([
      "verdict",
      "user",
      "page",
      "browser",
      "link",
      "key",
      "gateway",
      "site",
      "mail",
    ]);
  });

  test("shows the deciding timer from arming to firing, in microseconds, marked", async () => {
    const guard = (await file()).traceEvents.filter(({ name }) => name === "page.guard");
    expect(guard.map(({ ph, ts }) => [ph, ts])).toEqual([
      ["b", 0],
      ["e", 60_000_000],
    ]);
    expect(guard[0]).toMatchObject({ args: { decided: true, end: "fired", budgetMs: 60_000 } });
    const others = (await file()).traceEvents.filter(({ cat, args }) => cat === "timer" && args?.["decided"]);
    expect(others).toHaveLength(1);
  });

  test("leads from the request over the user to the response", async () => {
    const { traceEvents } = await file();
    const threads = new Map(
      traceEvents.filter(({ name }) => name === "thread_name").map(({ tid, args }) => [tid, args?.["name"]]),
    );
    const flows = groupBy(
      traceEvents.filter(({ cat }) => cat === "flow"),
      ({ id }) => id,
    );
    const led = [...flows.values()].map((steps) =>
      steps.map(({ ph, tid, ts }) => `${ph} ${String(threads.get(tid))} ${ts / 1e6}`),
    );
    expect(led).toContainEqual(["s browser 0.15", "t user 0.25", "t user 95", "t key 95", "f browser 97"]);
  });

  test("has the verdict, at the moment of the timer", async () => {
    const { traceEvents, otherData } = await file();
    const [verdict] = traceEvents.filter(({ cat }) => cat === "verdict");
    expect(verdict).toMatchObject({
      name: "registration c1: late-delivery",
      ts: 60_000_000,
      args: { timer: "page.guard", marginMs: -38_000 },
    });
    expect(otherData?.["verdict"]).toBe((await played("late-delivery")).explanation.verdict);
  });

  test("counts from the moment of the epoch that the caller names", async () => {
    const startEpochMs = Date.UTC(2026, 2, 2);
    const [first] = (await file(startEpochMs)).traceEvents.filter(({ ph }) => ph !== "M");
    expect(first?.ts).toBe(startEpochMs * 1_000);
  });
});
