import { onAbort } from "./abort.js";
import type { Env } from "./env.js";
import { TimeoutError, type Budget } from "./errors.js";
import { startTimer } from "./timer.js";

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
 * @throws {StallError} `CLOCK_NOT_RUN`: the clock is virtual and no caller runs it.
 * @throws the caller's signal's reason: at once when it has aborted already, else as soon as `work` heeds it, so that
 *   `work` can still notify its peer.
 */
export async function within<T>(
  env: Env,
  budget: Budget,
  work: (signal: AbortSignal) => Promise<T>,
  options: WithinOptions = {},
): Promise<T> {
  options.signal?.throwIfAborted();
  const abort = new AbortController();
  let expire: (error: Error) => void = () => {};
  const expiry = new Promise<never>((_, reject) => {
    expire = reject;
  });
  const timer = startTimer(env, budget, () => {
    const error = new TimeoutError(budget);
    // Expire first, so that the caller receives the time-out and not the consequence that `work` makes of the time-out.
    expire(error);
    abort.abort(error);
  });
  const unwatch = env.clock.watchStandstill?.(budget.timer, (error) => {
    expire(error);
    abort.abort(error);
  });
  const stop = onAbort(options.signal, () => abort.abort(options.signal?.reason));
  try {
    return await Promise.race([work(abort.signal), expiry]);
  } finally {
    stop();
    unwatch?.();
    timer.disarm();
  }
}
