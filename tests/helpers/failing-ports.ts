import { afterEach, beforeEach, expect } from "vitest";
import type { Clock, Disarm } from "../../src/core/clock.js";
import { isHarnessError } from "../../src/core/errors.js";

/** How a port of somebody else's goes wrong: it is over, it never answers, or it throws what it likes. */
export const WAYS = ["dead", "hanging", "throwing", "rejecting"] as const;
export type Way = (typeof WAYS)[number];

export const never = () => new Promise<never>(() => {});

/** @param dead what the port gives when it is over. */
export function gone<T>(way: Way, dead: () => T | Promise<T>): Promise<T> {
  switch (way) {
    case "dead":
      return Promise.resolve(dead());
    case "hanging":
      return never();
    case "throwing":
      throw new TypeError("not ours");
    case "rejecting":
      return Promise.reject(new TypeError("not ours"));
  }
}

/** Settles with the value, or with the code of an error that is one of ours. @throws every other error. */
export async function ours<T>(work: Promise<T>): Promise<T | string> {
  try {
    return await work;
  } catch (error) {
    if (!isHarnessError(error)) throw error;
    return error.code;
  }
}

/** Fails a test of the file that leaves a rejection without an owner. */
export function expectNoUnownedRejections(): void {
  let unowned: unknown[] = [];
  const note = (reason: unknown) => unowned.push(reason);
  beforeEach(() => {
    unowned = [];
    process.on("unhandledRejection", note);
  });
  afterEach(async () => {
    await new Promise((resolve) => setImmediate(resolve));
    process.off("unhandledRejection", note);
    expect(unowned).toEqual([]);
  });
}

/** Watches a clock from now on. @returns the names of the timers that are armed and have neither fired nor been disarmed. */
export function armedTimers(clock: Pick<Clock, "arm">): ReadonlyMap<object, string> {
  const armed = new Map<object, string>();
  const arm = clock.arm.bind(clock);
  clock.arm = (delayMs: number, timer: string, fire: () => void): Disarm => {
    const use = {};
    armed.set(use, timer);
    const disarm = arm(delayMs, timer, () => {
      armed.delete(use);
      fire();
    });
    return () => {
      armed.delete(use);
      disarm();
    };
  };
  return armed;
}
