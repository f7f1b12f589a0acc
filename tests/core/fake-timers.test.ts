/** Virtual time does not need the host's timers, so a test framework that fakes them must not stop it. */
import FakeTimers from "@sinonjs/fake-timers";
import { mock } from "node:test";
import { afterEach, describe, expect, test, vi } from "vitest";
import { sleep } from "../../src/core/clock.js";
import { virtualEnv } from "../../src/env/virtual-env.js";
import { within } from "../../src/core/within.js";
import { runScenario } from "../../src/scenarios/run.js";
import { scenarioNamed } from "../../src/scenarios/catalogue.js";

/** Each replaces every timer of the host it can, and says how to give them back. */
const FRAMEWORKS: Readonly<Record<string, () => () => void>> = {
  vitest: () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "setInterval", "setImmediate", "Date", "performance"] });
    return () => void vi.useRealTimers();
  },
  sinon: () => {
    const clock = FakeTimers.install({ toNotFake: ["nextTick", "queueMicrotask"] });
    return () => clock.uninstall();
  },
  "node:test": () => {
    mock.timers.enable({ apis: ["setTimeout", "setInterval", "setImmediate", "Date"] });
    return () => mock.timers.reset();
  },
};

describe.each(Object.entries(FRAMEWORKS))("under the fake timers of %s", (_name, install) => {
  let restore = () => {};
  afterEach(() => restore());

  test("virtual time passes, and a budget runs out", async () => {
    const env = virtualEnv("fake");
    restore = install();
    const budget = { timer: "test.budget", budgetMs: 60_000, aftermath: "none" } as const;
    const work = within(env, budget, () => sleep(env.clock, 90_000, "test.sleep"));
    await expect(env.clock.run(work)).rejects.toMatchObject({ code: "TIMEOUT", timer: "test.budget" });
    expect(env.clock.nowMs()).toBe(60_000);
  });

  test("a scenario is played to its verdict", async () => {
    restore = install();
    const { explanation } = await runScenario(scenarioNamed("late-delivery"), { seed: "fake" });
    expect(explanation.mechanism).toBe("late-delivery");
  });
});

test("a module loaded while timers are faked still finds a real turn", async () => {
  vi.resetModules();
  vi.useFakeTimers({ toFake: ["setTimeout", "setImmediate"] });
  try {
    const { VirtualClock } = await import("../../src/core/virtual-clock.js");
    const clock = new VirtualClock();
    await clock.advance(1_000);
    expect(clock.nowMs()).toBe(1_000);
  } finally {
    vi.useRealTimers();
  }
});
