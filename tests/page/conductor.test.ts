/** The laws of led time: no timer early, none late, and an order that does not depend on how fast anybody answers. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nextHostTurn } from "../../src/core/host-timers.js";
import { Conductor, type Timeline, type TimelineReport } from "../../src/page/conductor.js";

/** What a timer of the model does when it fires: arms others, here or elsewhere, and takes its time to answer. */
interface Plan {
  readonly delayMs: number;
  readonly tells?: { readonly to: number; readonly delayMs: number } | undefined;
}

interface Fired {
  readonly on: number;
  readonly dueMs: number;
  readonly nowMs: number;
}

/** A timeline of plain timers whose answers take some turns of the host: a slow machine. */
class ModelTimeline implements Timeline {
  nowMs = 0;
  readonly #on: number;
  readonly #world: Model;
  #timers: { readonly dueMs: number; readonly plan: Plan }[] = [];
  #activity = 0;

  constructor(on: number, world: Model) {
    this.#on = on;
    this.#world = world;
  }

  arm(plan: Plan): void {
    this.#activity += 1;
    this.#timers.push({ dueMs: this.nowMs + plan.delayMs, plan });
    this.#timers.sort((a, b) => a.dueMs - b.dueMs);
  }

  async report(): Promise<TimelineReport> {
    await this.#world.slowness();
    return { nowMs: this.nowMs, nextDueMs: this.#timers[0]?.dueMs, activity: this.#activity, isBusy: false };
  }

  async passTo(toMs: number): Promise<void> {
    await this.#world.slowness();
    this.nowMs = Math.max(this.nowMs, toMs);
  }

  async runTo(toMs: number): Promise<void> {
    for (;;) {
      await this.#world.slowness();
      const next = this.#timers[0];
      if (next === undefined || next.dueMs > toMs) return;
      this.#timers.shift();
      this.nowMs = Math.max(this.nowMs, next.dueMs);
      this.#activity += 1;
      this.#world.fired.push({ on: this.#on, dueMs: next.dueMs, nowMs: this.nowMs });
      if (next.plan.tells !== undefined) return this.#world.tell(this.nowMs, next.plan.tells);
    }
  }
}

class Model {
  readonly fired: Fired[] = [];
  readonly timelines: readonly ModelTimeline[];
  readonly #turns: () => number;

  constructor(plans: readonly (readonly Plan[])[], turns: () => number) {
    this.#turns = turns;
    this.timelines = plans.map((_, on) => new ModelTimeline(on, this));
    plans.forEach((own, on) => own.forEach((plan) => this.timelines[on]?.arm(plan)));
  }

  async slowness(): Promise<void> {
    for (let left = this.#turns(); left > 0; left -= 1) await nextHostTurn();
  }

  /** A message carries its sender's time, as those between page and harness do. */
  tell(atMs: number, { to, delayMs }: { readonly to: number; readonly delayMs: number }): void {
    const timeline = this.timelines[to % this.timelines.length];
    if (timeline === undefined) return;
    timeline.nowMs = Math.max(timeline.nowMs, atMs);
    timeline.arm({ delayMs });
  }
}

const aPlan = fc.record({
  delayMs: fc.nat({ max: 200 }),
  tells: fc.option(fc.record({ to: fc.nat({ max: 2 }), delayMs: fc.nat({ max: 100 }) }), { nil: undefined }),
});
const plans = fc.array(fc.array(aPlan, { maxLength: 5 }), { minLength: 1, maxLength: 3 });

async function play(
  given: readonly (readonly Plan[])[],
  turns: () => number,
  untilMs: number,
): Promise<Model> {
  const model = new Model(given, turns);
  const conductor = new Conductor({
    timelines: () => model.timelines,
    patienceMs: 60_000,
    realNowMs: () => 0,
    openCalls: () => [],
  });
  await conductor.runUntil(untilMs);
  expect(model.timelines.map(({ nowMs }) => nowMs)).toEqual(model.timelines.map(() => untilMs));
  return model;
}

describe("led time", () => {
  test("fires every timer at its instant, and leaves none behind", async () => {
    await fc.assert(
      fc.asyncProperty(plans, fc.nat({ max: 400 }), async (given, untilMs) => {
        const { fired } = await play(given, () => 0, untilMs);
        for (const { dueMs, nowMs } of fired) expect(nowMs).toBe(dueMs);
        const first = given.flat().filter(({ delayMs }) => delayMs <= untilMs);
        expect(fired.length).toBeGreaterThanOrEqual(first.length);
        expect(fired.map(({ dueMs }) => dueMs)).toEqual(
          fired.map(({ dueMs }) => dueMs).sort((a, b) => a - b),
        );
      }),
      { numRuns: 60 },
    );
  });

  test("has one order, whoever is slow to answer", async () => {
    await fc.assert(
      fc.asyncProperty(plans, fc.array(fc.nat({ max: 3 }), { minLength: 1 }), async (given, slowness) => {
        let at = 0;
        const slow = () => slowness[(at += 1) % slowness.length] ?? 0;
        const untilMs = 400;
        const [quick, late] = [await play(given, () => 0, untilMs), await play(given, slow, untilMs)];
        expect(late.fired).toEqual(quick.fired);
      }),
      { numRuns: 40 },
    );
  });
});

describe("a real call", () => {
  test("holds time back, and is named when it does not end", async () => {
    let realMs = 0;
    const model = new Model([[{ delayMs: 10 }]], () => 0);
    const conductor = new Conductor({
      timelines: () => model.timelines,
      patienceMs: 1_000,
      realNowMs: () => (realMs += 100),
      openCalls: () => ["POST /finish"],
    });
    const error = await conductor.step(100).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "NETWORK_PENDING", aftermath: "unknown" });
    expect((error as Error).message).toContain("POST /finish");
    expect(model.fired).toEqual([]);
  });
});

test("timers that arm each other at one instant are called a livelock", async () => {
  const endless: Timeline = {
    report: async () => ({ nowMs: 5, nextDueMs: 5, activity: 0, isBusy: false }),
    passTo: async () => {},
    runTo: async () => {},
  };
  const conductor = new Conductor({
    timelines: () => [endless],
    patienceMs: 1_000,
    realNowMs: () => 0,
    openCalls: () => [],
  });
  await expect(conductor.runUntil(10)).rejects.toMatchObject({ code: "TIME_LIVELOCK" });
});
