import { describe, expect, test } from "vitest";
import type { TraceRecord } from "../../../src/core/trace.js";
import { toHtml } from "../../../src/scenarios/reports/html.js";
import { drawingOf } from "../../../src/scenarios/reports/lanes.js";
import { runOfTrace } from "../../../src/scenarios/reports/run-of-trace.js";

const timer = (kind: "armed" | "fired" | "disarmed", atMs: number, id = "t1"): TraceRecord => ({
  atMs,
  actor: "site",
  span: "run",
  kind: `timer.${kind}`,
  timer: "rp.challenge",
  budgetMs: 100,
  id,
});

const drawing = (records: readonly TraceRecord[]) => drawingOf(runOfTrace(records));
const rows = (records: readonly TraceRecord[]) =>
  drawing(records).lanes.map((lane) => lane.rows.map((row) => row.map(({ armedAtMs }) => armedAtMs)));

describe("bars of one timer", () => {
  test("one after the other share a row", () => {
    const records = [
      timer("armed", 0, "t1"),
      timer("disarmed", 10, "t1"),
      timer("armed", 10, "t2"),
      timer("disarmed", 20, "t2"),
    ];
    expect(rows(records)).toEqual([[[0, 10]]]);
  });

  test("at the same time have rows of their own", () => {
    const records = [
      timer("armed", 0, "t1"),
      timer("armed", 5, "t2"),
      timer("disarmed", 10, "t1"),
      timer("disarmed", 20, "t2"),
    ];
    expect(rows(records)).toEqual([[[0], [5]]]);
  });

  test("one that never ended shares its row with nobody", () => {
    expect(rows([timer("armed", 0, "t1"), timer("armed", 50, "t2"), timer("disarmed", 60, "t2")])).toEqual([
      [[0], [50]],
    ]);
  });
});

describe("the deciding timer", () => {
  test("is that firing, not another of the same name", () => {
    const run = runOfTrace([
      timer("armed", 0, "t1"),
      timer("fired", 100, "t1"),
      timer("armed", 200, "t2"),
      timer("fired", 300, "t2"),
    ]);
    const decidedBy = { timer: "rp.challenge", owner: "site", budgetMs: 100, firedAtMs: 300 };
    const { timers } = drawingOf({ ...run, explanation: { ...run.explanation, decidedBy } });
    expect(timers.map(({ armedAtMs, deciding }) => [armedAtMs, deciding])).toEqual([
      [0, false],
      [200, true],
    ]);
  });
});

describe("what one party does in one moment", () => {
  const records: readonly TraceRecord[] = [
    { atMs: 1, actor: "page", span: "run", kind: "user.prompted", prompt: "touch x" },
    { atMs: 2, actor: "browser", span: "run", kind: "ctap.request", command: "getInfo", bytes: 1 },
    {
      atMs: 2,
      actor: "browser",
      span: "run",
      kind: "page.settled",
      method: "get",
      outcome: "rejected",
      name: "NotAllowedError",
    },
    { atMs: 2, actor: "site", span: "run", kind: "rp.request", call: "login/options", ceremony: "c" },
  ];

  test("is one mark, in the tone of the strongest", () => {
    const browser = drawing(records).lanes.find(({ actor }) => actor === "browser");
    expect(browser?.marks.map(({ tone, happenings }) => [tone, happenings.length])).toEqual([["bad", 2]]);
  });

  test("leads to the row of the strongest", () => {
    expect(toHtml(runOfTrace(records))).toMatch(/class="mark bad"[^>]*href="#event-3"/);
  });
});

test("pauses inside a frame exchange are left out unless they ran out", () => {
  const pause = (kind: "armed" | "fired" | "disarmed", atMs: number): TraceRecord => ({
    atMs,
    actor: "link",
    span: "run",
    kind: `timer.${kind}`,
    timer: "hid.silence",
    budgetMs: 10,
    id: "t1",
  });
  const ended = (how: "fired" | "disarmed") => drawing([pause("armed", 0), pause(how, 10)]).timers.length;
  expect([ended("disarmed"), ended("fired")]).toEqual([0, 1]);
});

test("parties nobody has heard of come last", () => {
  const lanes = drawing([
    { atMs: 0, actor: "zeppelin", span: "run", kind: "ctap.cancel", command: "a" },
    { atMs: 1, actor: "mail", span: "run", kind: "rp.mail", subject: "s", stage: "queued" },
    { atMs: 2, actor: "user", span: "run", kind: "user.prompted", prompt: "touch x" },
  ]).lanes;
  expect(lanes.map(({ actor }) => actor)).toEqual(["user", "mail", "zeppelin"]);
});
