import { beforeEach, expect, test, vi } from "vitest";
import { onMovingClock, systemClock } from "../../src/core/clock.js";
import { VirtualClock } from "../../src/core/virtual-clock.js";

/** Stands in for real time: what waits for it, so that a test decides when it has passed. */
const waiting = new Set<() => void>();

const afterHostTime = (_delayMs: number, fire: () => void) => {
  waiting.add(fire);
  return () => void waiting.delete(fire);
};

beforeEach(() => waiting.clear());

const forever = new Promise<never>(() => {});

test("a run ends the watches that began before it, for good", async () => {
  const clock = new VirtualClock({ afterHostTime });
  const fail = vi.fn();
  clock.watchStandstill("work", fail);
  expect(waiting.size).toBe(1);
  await clock.advance(1);
  expect(waiting.size).toBe(0);
  expect(fail).not.toHaveBeenCalled();
});

test("nothing is watched while the clock is run, nor on a clock that moves by itself", async () => {
  const clock = new VirtualClock({ afterHostTime });
  const work = Promise.resolve().then(() => clock.watchStandstill("work", () => {}));
  await expect(clock.run(work)).resolves.toBeUndefined();
  expect(waiting.size).toBe(0);
  expect(onMovingClock(systemClock, "work", forever)).toBe(forever);
});

test("work that settles by itself ends its watch", async () => {
  await expect(onMovingClock(new VirtualClock({ afterHostTime }), "work", Promise.resolve(7))).resolves.toBe(
    7,
  );
  expect(waiting.size).toBe(0);
});

test("each work on a clock at a standstill fails once, by its name", async () => {
  const clock = new VirtualClock({ afterHostTime });
  const works = [onMovingClock(clock, "first", forever), onMovingClock(clock, "second", forever)];
  for (const fire of [...waiting]) fire();
  const outcomes = await Promise.allSettled(works);
  expect(outcomes.map((outcome) => outcome.status === "rejected" && String(outcome.reason))).toEqual([
    expect.stringMatching(/first waits at 0 ms/),
    expect.stringMatching(/second waits at 0 ms/),
  ]);
  expect(waiting.size).toBe(0);
});
