import { describe, expect, test } from "vitest";
import { sleep } from "../../src/core/clock.js";
import { virtualEnv } from "../../src/env/virtual-env.js";
import { Mutex } from "../../src/core/queue.js";

describe("Mutex", () => {
  test("lets one through at a time, in order of arrival", async () => {
    const { clock } = virtualEnv("turnstile");
    const turnstile = new Mutex();
    const log: string[] = [];
    const pass = (name: string, workMs: number) =>
      turnstile.run(async () => {
        log.push(`${name} in at ${clock.nowMs()}`);
        await sleep(clock, workMs, name);
        log.push(`${name} out at ${clock.nowMs()}`);
        return name;
      });
    const names = await clock.run(Promise.all([pass("slow", 30), pass("quick", 1), pass("last", 5)]));
    expect(names).toEqual(["slow", "quick", "last"]);
    expect(log).toEqual([
      "slow in at 0",
      "slow out at 30",
      "quick in at 30",
      "quick out at 31",
      "last in at 31",
      "last out at 36",
    ]);
  });

  test("a failure reaches its own caller and nobody else", async () => {
    const turnstile = new Mutex();
    const error = new Error("its own");
    const failing = turnstile.run(() => Promise.reject(error));
    const throwing = turnstile.run(() => {
      throw error;
    });
    const next = turnstile.run(async () => "through");
    await expect(failing).rejects.toBe(error);
    await expect(throwing).rejects.toBe(error);
    await expect(next).resolves.toBe("through");
  });

  test("works again after it stood empty", async () => {
    const turnstile = new Mutex();
    await turnstile.run(async () => 1);
    await expect(turnstile.run(async () => 2)).resolves.toBe(2);
  });
});
