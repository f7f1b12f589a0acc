import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import { sleep } from "../../src/core/clock.js";
import type { VirtualEnv } from "../../src/core/env.js";
import { virtualEnv } from "../../src/env/virtual-env.js";
import { TimeoutError, type Aftermath } from "../../src/core/errors.js";
import { within } from "../../src/core/within.js";

const GUARD = { timer: "page.guard", budgetMs: 60_000, aftermath: "none" } as const;

const timersOf = (env: VirtualEnv) =>
  env.records.flatMap((record) =>
    "timer" in record ? [`${record.atMs} ${record.kind} ${record.timer}`] : [],
  );

const never = () => new Promise<never>(() => {});

describe("within", () => {
  test("gives what the work gives, and traces the timer as armed and disarmed", async () => {
    const env = virtualEnv("within");
    const work = within(env, GUARD, () => sleep(env.clock, 10, "work").then(() => "done"));
    await expect(env.clock.run(work)).resolves.toBe("done");
    expect(timersOf(env)).toEqual(["0 timer.armed page.guard", "10 timer.disarmed page.guard"]);
    await expect(env.clock.run(never())).rejects.toMatchObject({ code: "STALLED" });
    expect(env.clock.nowMs()).toBe(10);
  });

  test("passes on the work's own error, and disarms", async () => {
    const env = virtualEnv("within");
    const error = new Error("its own");
    await expect(env.clock.run(within(env, GUARD, () => Promise.reject(error)))).rejects.toBe(error);
    expect(timersOf(env)).toEqual(["0 timer.armed page.guard", "0 timer.disarmed page.guard"]);
  });

  test("disarms when the work throws before it gives a promise", async () => {
    const env = virtualEnv("within");
    const error = new Error("at once");
    const thrower = (): Promise<void> => {
      throw error;
    };
    await expect(within(env, GUARD, thrower)).rejects.toBe(error);
    expect(timersOf(env)).toEqual(["0 timer.armed page.guard", "0 timer.disarmed page.guard"]);
  });

  test("settles on time even if the work does not listen", async () => {
    const env = virtualEnv("within");
    await expect(env.clock.run(within(env, GUARD, never))).rejects.toMatchObject({
      name: "TimeoutError",
      code: "TIMEOUT",
      timer: "page.guard",
      budgetMs: 60_000,
      aftermath: "none",
    });
    expect(env.clock.nowMs()).toBe(60_000);
    expect(timersOf(env)).toEqual(["0 timer.armed page.guard", "60000 timer.fired page.guard"]);
  });

  test("the caller hears of the time-out, not of what the work makes of it", async () => {
    const env = virtualEnv("within");
    const work = within(env, GUARD, (signal) =>
      sleep(env.clock, 90_000, "work", { signal }).catch(() => Promise.reject(new Error("made of it"))),
    );
    await expect(env.clock.run(work)).rejects.toBeInstanceOf(TimeoutError);
  });

  test("the work's signal aborts with the very error the caller gets", async () => {
    const env = virtualEnv("within");
    let seen: AbortSignal | undefined;
    const work = within(env, GUARD, (signal) => {
      seen = signal;
      return never();
    });
    const error: unknown = await env.clock.run(work).catch((reason: unknown) => reason);
    expect(seen?.reason).toBe(error);
  });

  test("the aftermath is asked for when the timer fires, not before", async () => {
    const env = virtualEnv("within");
    let sent: Aftermath = "none";
    const budget = {
      timer: "client.ceremony",
      budgetMs: 100,
      get aftermath() {
        return sent;
      },
    };
    const work = within(env, budget, async () => {
      await sleep(env.clock, 50, "work");
      sent = "unknown";
      return never();
    });
    await expect(env.clock.run(work)).rejects.toMatchObject({ code: "TIMEOUT", aftermath: "unknown" });
  });

  test("the caller's abort reaches the work with its own reason", async () => {
    const env = virtualEnv("within");
    const abort = new AbortController();
    const reason = new Error("user cancelled");
    env.clock.arm(5, "abort", () => abort.abort(reason));
    const work = within(env, GUARD, (signal) => sleep(env.clock, 90_000, "work", { signal }), {
      signal: abort.signal,
    });
    await expect(env.clock.run(work)).rejects.toBe(reason);
    expect(timersOf(env)).toEqual(["0 timer.armed page.guard", "5 timer.disarmed page.guard"]);
  });

  test("after the caller's abort the work may take its leave, within the budget", async () => {
    const env = virtualEnv("within");
    const abort = new AbortController();
    env.clock.arm(5, "abort", () => abort.abort(new Error("user cancelled")));
    const work = within(env, GUARD, () => sleep(env.clock, 30, "leave").then(() => "left"), {
      signal: abort.signal,
    });
    await expect(env.clock.run(work)).resolves.toBe("left");

    const nonCancellable = within(env, GUARD, never, { signal: new AbortController().signal });
    await expect(env.clock.run(nonCancellable)).rejects.toMatchObject({ code: "TIMEOUT" });
  });

  test("does not begin under a signal that has aborted", async () => {
    const env = virtualEnv("within");
    const reason = new Error("before");
    let begun = false;
    const work = within(
      env,
      GUARD,
      async () => {
        begun = true;
      },
      { signal: AbortSignal.abort(reason) },
    );
    await expect(work).rejects.toBe(reason);
    expect(begun).toBe(false);
    expect(env.records).toEqual([]);
  });

  test("leaves no listener on the caller's signal", async () => {
    const env = virtualEnv("within");
    const { signal } = new AbortController();
    await within(env, GUARD, async () => 1, { signal });
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  test("of nested budgets the one that ends first is named", async () => {
    const env = virtualEnv("within");
    const inner = { timer: "gw.idle", budgetMs: 10, aftermath: "unknown" } as const;
    const work = within(env, GUARD, () => within(env, inner, never));
    await expect(env.clock.run(work)).rejects.toMatchObject({ timer: "gw.idle" });
    expect(timersOf(env)).toEqual([
      "0 timer.armed page.guard",
      "0 timer.armed gw.idle",
      "10 timer.fired gw.idle",
      "10 timer.disarmed page.guard",
    ]);
  });
});
