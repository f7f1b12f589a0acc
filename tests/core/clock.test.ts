import { getEventListeners } from "node:events";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { sleep, systemClock } from "../../src/core/clock.js";
import { VirtualClock } from "../../src/core/virtual-clock.js";

describe("sleep", () => {
  test("lasts as long as it was told", async () => {
    const clock = new VirtualClock();
    await clock.run(sleep(clock, 1500, "nap"));
    expect(clock.nowMs()).toBe(1500);
  });

  test("ends with the signal's own reason, and its timer with it", async () => {
    const clock = new VirtualClock();
    const abort = new AbortController();
    const reason = new Error("unplugged");
    clock.arm(100, "abort", () => abort.abort(reason));
    await expect(clock.run(sleep(clock, 5000, "nap", { signal: abort.signal }))).rejects.toBe(reason);
    expect(clock.nowMs()).toBe(100);
    await expect(clock.run(new Promise(() => {}))).rejects.toMatchObject({ code: "STALLED" });
  });

  test("does not begin under a signal that has aborted", async () => {
    const clock = new VirtualClock();
    const reason = new Error("too late");
    await expect(sleep(clock, 5, "nap", { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expect(clock.run(new Promise(() => {}))).rejects.toMatchObject({ code: "STALLED" });
  });

  test("leaves no listener on a signal that outlives it", async () => {
    const clock = new VirtualClock();
    const { signal } = new AbortController();
    await clock.run(sleep(clock, 5, "nap", { signal }));
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });
});

describe("systemClock", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const DAY_MS = 86_400_000;

  test("waits longer than the host's timers can", () => {
    const fired = vi.fn();
    systemClock.arm(60 * DAY_MS, "long", fired);
    vi.advanceTimersByTime(60 * DAY_MS - 1);
    expect(fired).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(fired).toHaveBeenCalledOnce();
  });

  test("can be disarmed in any part of a long wait", () => {
    const fired = vi.fn();
    const disarm = systemClock.arm(60 * DAY_MS, "long", fired);
    vi.advanceTimersByTime(40 * DAY_MS);
    disarm();
    vi.advanceTimersByTime(40 * DAY_MS);
    expect(fired).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  test("an infinite delay never fires and holds nothing, as in virtual time", () => {
    const fired = vi.fn();
    const disarm = systemClock.arm(Infinity, "never", fired);
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(100 * DAY_MS);
    expect(fired).not.toHaveBeenCalled();
    disarm();
  });

  test("NaN is a mistake, as in virtual time", () => {
    expect(() => systemClock.arm(NaN, "nan", () => {})).toThrow(RangeError);
  });
});

describe("a virtual clock during work of the host", () => {
  const later = <T>(value: T) => new Promise<T>((resolve) => setTimeout(resolve, 20, value));

  test("stays where it is, and goes on afterwards", async () => {
    const clock = new VirtualClock();
    let firedAtMs: number | undefined;
    clock.arm(1_000, "client.ceremony", () => (firedAtMs = clock.nowMs()));
    const typed = await clock.run(clock.duringHostWork(later("1234")));
    expect({ typed, nowMs: clock.nowMs(), firedAtMs }).toEqual({
      typed: "1234",
      nowMs: 0,
      firedAtMs: undefined,
    });
    await clock.advance(2_000);
    expect(firedAtMs).toBe(1_000);
  });

  test("is not stalled though no timer is armed, and ends with a run that is aborted meanwhile", async () => {
    const clock = new VirtualClock();
    const never = clock.duringHostWork(new Promise(() => {}));
    void never;
    await expect(clock.run(later(1).then(() => Promise.reject(new Error("interrupted"))))).rejects.toThrow(
      "interrupted",
    );
  });

  test("passes the work's own failure on, and no longer waits for it", async () => {
    const clock = new VirtualClock();
    await expect(
      clock.run(clock.duringHostWork(later(1).then(() => Promise.reject(new Error("no terminal"))))),
    ).rejects.toThrow("no terminal");
    await expect(clock.run(new Promise(() => {}))).rejects.toMatchObject({ code: "STALLED" });
  });
});
