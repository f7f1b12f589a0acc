import { describe, expect, test } from "vitest";
import { sleep } from "../../src/core/clock.js";
import { VirtualClock } from "../../src/core/virtual-clock.js";

const never = () => new Promise<never>(() => {});

describe("VirtualClock", () => {
  test("jumps from timer to timer, and time is what the timers say", async () => {
    const clock = new VirtualClock();
    const firedAt: number[] = [];
    for (const delayMs of [30, 10, 120_000, 20]) clock.arm(delayMs, "t", () => firedAt.push(clock.nowMs()));
    await clock.advance(120_000);
    expect(firedAt).toEqual([10, 20, 30, 120_000]);
    expect(clock.nowMs()).toBe(120_000);
  });

  test("timers due at one instant fire in the order they were armed", async () => {
    const clock = new VirtualClock();
    const order: number[] = [];
    for (let i = 0; i < 100; i++) clock.arm(i % 2 === 0 ? 5 : 3, "t", () => order.push(i));
    await clock.advance(5);
    const odd = Array.from({ length: 50 }, (_, i) => 2 * i + 1);
    const even = Array.from({ length: 50 }, (_, i) => 2 * i);
    expect(order).toEqual([...odd, ...even]);
  });

  test("a timer armed while another fires comes after those already due then", async () => {
    const clock = new VirtualClock();
    const order: string[] = [];
    clock.arm(5, "first", () => {
      order.push("first");
      clock.arm(0, "late", () => order.push("late"));
    });
    clock.arm(5, "second", () => order.push("second"));
    await clock.advance(5);
    await clock.advance(0);
    expect(order).toEqual(["first", "second", "late"]);
  });

  test("promise reactions settle before time moves on", async () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    clock.arm(1, "a", () => {
      void Promise.resolve()
        .then(() => Promise.resolve())
        .then(() => log.push(`reaction at ${clock.nowMs()}`));
    });
    clock.arm(2, "b", () => log.push("b"));
    await clock.advance(2);
    expect(log).toEqual(["reaction at 1", "b"]);
  });

  test("a disarmed timer never fires, and does not pull time along", async () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    const disarm = clock.arm(10, "gone", () => fired.push("gone"));
    clock.arm(5, "disarms", () => disarm());
    await clock.run(new Promise<void>((resolve) => clock.arm(7, "end", resolve)));
    expect(fired).toEqual([]);
    expect(clock.nowMs()).toBe(7);
    await expect(clock.run(never())).rejects.toMatchObject({ code: "STALLED" });
    expect(clock.nowMs()).toBe(7);
  });

  test("a timer can be disarmed by another of the same instant", async () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    let disarm = () => {};
    clock.arm(5, "a", () => disarm());
    disarm = clock.arm(5, "b", () => fired.push("b"));
    await clock.advance(5);
    expect(fired).toEqual([]);
  });

  test("work that waits for nothing is STALLED, with the time it stalled at", async () => {
    const clock = new VirtualClock();
    await clock.advance(42);
    await expect(clock.run(never())).rejects.toMatchObject({
      name: "StallError",
      code: "STALLED",
      message: expect.stringContaining("42 ms") as string,
    });
  });

  test("a crowd that wakes at one instant is none", async () => {
    const clock = new VirtualClock();
    const crowd = Array.from({ length: 20_000 }, () => sleep(clock, 5, "test.crowd"));
    await clock.run(Promise.all(crowd));
    expect(clock.nowMs()).toBe(5);
  });

  test.each([
    [{ firings: 100 }, "100 timers fired"],
    [{ durationMs: 1_000 }, "1000 ms passed"],
  ])("work that goes on beyond %j is ENDLESS, with the timer's name", async (limits, text) => {
    const clock = new VirtualClock();
    const again = () => void clock.arm(100, "test.keepalive", again);
    again();
    await expect(clock.run(never(), limits)).rejects.toMatchObject({
      name: "StallError",
      code: "ENDLESS",
      message: expect.stringMatching(`${text}.*test.keepalive`) as string,
      hint: expect.any(String) as string,
    });
  });

  test("timers that re-arm at one instant for ever are a LIVELOCK, by name", async () => {
    const clock = new VirtualClock();
    const again = () => void clock.arm(0, "spinner", again);
    again();
    await expect(clock.run(never())).rejects.toMatchObject({
      code: "LIVELOCK",
      message: expect.stringContaining('"spinner"') as string,
    });
  });

  test("many firings at each of several instants are no livelock", async () => {
    const clock = new VirtualClock();
    const perInstant = 6000;
    let ticks = 0;
    const tick = () => {
      ticks++;
      if (ticks < 3 * perInstant) clock.arm(ticks % perInstant === 0 ? 1 : 0, "ticker", tick);
    };
    clock.arm(0, "ticker", tick);
    await clock.advance(10);
    expect(ticks).toBe(3 * perInstant);
  });

  test("run gives what the work gives, its error included", async () => {
    const clock = new VirtualClock();
    await expect(clock.run(Promise.resolve(7))).resolves.toBe(7);
    await expect(clock.run(Promise.reject(new Error("its own")))).rejects.toThrow("its own");
  });

  test("a negative delay is now, an infinite one never, NaN a mistake", async () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    clock.arm(-5, "past", () => fired.push(`past at ${clock.nowMs()}`));
    clock.arm(Infinity, "never", () => fired.push("never"));
    await clock.advance(1000);
    expect(fired).toEqual(["past at 0"]);
    expect(() => clock.arm(NaN, "nan", () => {})).toThrow(RangeError);
  });

  test("the date moves with the clock, from the same date in every run", async () => {
    const clock = new VirtualClock();
    expect(new Date(clock.epochMs()).toISOString()).toBe("2026-01-01T00:00:00.000Z");
    await clock.advance(60_000);
    expect(new Date(clock.epochMs()).toISOString()).toBe("2026-01-01T00:01:00.000Z");
  });
});
