import type { Disarm } from "./clock.js";
import type { Env } from "./env.js";
import { TimeoutError, type Budget } from "./errors.js";

export interface WithinOptions {
  /** The caller's own signal; its abort reaches `work` with its own reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs `work` under a budget. The signal handed to `work` aborts when the budget ends or the caller aborts.
 *
 * The budget is a promise to the caller: it settles on time even if `work` does not listen to its signal.
 * Arming, firing and disarming are traced under the timer's id, so that a report can say whose timer ended a run.
 *
 * @throws {TimeoutError} `TIMEOUT`, carrying the budget.
 * @throws {StallError} `CLOCK_NOT_RUN`: the clock is virtual and nobody runs it.
 * @throws the caller's signal's reason: at once when it has aborted already, else as soon as `work` heeds it, so that
 *   `work` can still tell its far side.
 */
export async function within<T>(
  env: Env,
  budget: Budget,
  work: (signal: AbortSignal) => Promise<T>,
  options: WithinOptions = {},
): Promise<T> {
  const { timer, budgetMs } = budget;
  options.signal?.throwIfAborted();
  const abort = new AbortController();
  let disarm: Disarm = () => {};
  let unwatch: Disarm | undefined;
  const outcome = { fired: false };
  const expiry = new Promise<never>((_, reject) => {
    disarm = env.clock.arm(budgetMs, timer, () => {
      outcome.fired = true;
      env.trace.emit({ kind: "timer.fired", timer, budgetMs });
      const error = new TimeoutError(budget);
      // First, so that whoever awaits `within` hears of the time-out and not of what `work` makes of it.
      reject(error);
      abort.abort(error);
    });
    unwatch = env.clock.watchStandstill?.(timer, (error) => {
      reject(error);
      abort.abort(error);
    });
  });
  const onCallerAbort = () => abort.abort(options.signal?.reason);
  options.signal?.addEventListener("abort", onCallerAbort, { once: true });
  env.trace.emit({ kind: "timer.armed", timer, budgetMs });
  try {
    return await Promise.race([work(abort.signal), expiry]);
  } finally {
    options.signal?.removeEventListener("abort", onCallerAbort);
    disarm();
    unwatch?.();
    if (!outcome.fired) env.trace.emit({ kind: "timer.disarmed", timer, budgetMs });
  }
}
