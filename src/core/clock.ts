export type Disarm = () => void;

/** The only source of time in this library. */
export interface Clock {
  /** Milliseconds on a timeline that never runs backwards; only differences carry meaning. */
  nowMs(): number;
  /** Milliseconds since the Unix epoch, for fields that carry a date. */
  epochMs(): number;
  /**
   * Calls `fire` once, `delayMs` from now; a negative delay is none, an infinite one never ends.
   *
   * @param timer id such as `client.ceremony` or `gw.idle`; reports name the timer that ended a run.
   * @throws {RangeError} when the delay is NaN.
   */
  arm(delayMs: number, timer: string, fire: () => void): Disarm;
  /**
   * Calls `fail` once, with an error that names the cure, when this clock stands still because no caller runs it.
   * Clocks that advance on their own omit this method.
   *
   * @param what names the work that waits, for the message.
   * @returns ends the watch; undefined when the clock is being run, and nothing is to be watched.
   */
  watchStandstill?(what: string, fail: (error: Error) => void): Disarm | undefined;
}

/** Node truncates longer delays to 1 ms; a longer wait is made of several. */
const HOST_TIMER_MAX_MS = 2 ** 31 - 1;

/** Real time. The one place outside the CLI where the host's timers are touched. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  epochMs: () => Date.now(),
  arm(delayMs, timer, fire) {
    if (Number.isNaN(delayMs)) throw new RangeError(`timer "${timer}": the delay is not a number`);
    // A chain of waits without an end would keep the process alive for nothing.
    if (delayMs === Infinity) return () => {};
    let handle: NodeJS.Timeout;
    const wait = (leftMs: number) => {
      const partMs = Math.min(leftMs, HOST_TIMER_MAX_MS);
      handle = setTimeout(() => (leftMs > partMs ? wait(leftMs - partMs) : fire()), partMs);
    };
    wait(delayMs);
    return () => clearTimeout(handle);
  },
};

/**
 * Awaits `work`, and fails when it would wait for ever on a clock that no caller runs.
 *
 * @param what names the work, for the message.
 * @throws {StallError} `CLOCK_NOT_RUN`. @throws what `work` throws.
 */
export function onMovingClock<T>(clock: Clock, what: string, work: Promise<T>): Promise<T> {
  let fail: (error: Error) => void = () => {};
  const unwatch = clock.watchStandstill?.(what, (error) => fail(error));
  if (unwatch === undefined) return work;
  const standstill = new Promise<never>((_, reject) => {
    fail = reject;
  });
  return Promise.race([work, standstill]).finally(unwatch);
}

export interface SleepOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Resolves after `delayMs`. @throws the signal's reason, when it aborts first. */
export function sleep(
  clock: Clock,
  delayMs: number,
  timer: string,
  options: SleepOptions = {},
): Promise<void> {
  const { signal } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    const onAbort = () => {
      disarm();
      reject(signal?.reason as Error);
    };
    const disarm = clock.arm(delayMs, timer, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
