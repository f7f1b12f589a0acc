import { raceAbort } from "./abort.js";
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
 * @throws the caller's signal's reason: at once when it has aborted already, else as soon as `work` heeds it, so that
 *   `work` can still tell its far side.
 */
export async function within<T>(
  env: Env,
  budget: Budget,
  work: (signal: AbortSignal) => Promise<T>,
  options: WithinOptions = {},
): Promise<T> {
  options.signal?.throwIfAborted();
  const ended = new AbortController();
  const timer = startTimer(env, budget, () => ended.abort(new TimeoutError(budget)));
  const either = options.signal ? AbortSignal.any([ended.signal, options.signal]) : ended.signal;
  try {
    // The time-out wins over what `work` makes of it; the caller's abort is for `work` to answer.
    return await raceAbort(() => work(either), ended.signal);
  } finally {
    timer.disarm();
  }
}
