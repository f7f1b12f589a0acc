import { AbortedError, type Aftermath, isHarnessError } from "./errors.js";

/** Waits until the signal aborts. @throws its reason. */
export function never(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    onAbort(signal, () => reject(signal.reason as Error));
  });
}

/**
 * What to throw when the caller's signal ended a call.
 *
 * Errors of this library pass through: a {@link TimeoutError} names the timer, and its budget says what
 * running out leaves behind. Any other reason becomes the cause of an {@link AbortedError}.
 */
export function abortedBy(signal: AbortSignal, aftermath: Aftermath): Error {
  const reason: unknown = signal.reason;
  if (isHarnessError(reason)) return reason;
  return new AbortedError("the caller gave up", { aftermath, cause: reason });
}

/**
 * Runs `work` until it settles or the signal aborts, whichever comes first.
 *
 * `work` does not see the signal: pass the signal to `work` as well where it can end early. The listener is removed in
 * every case.
 *
 * @param toError makes the rejection from the signal; its reason when absent.
 * @throws what `toError` returns when the signal has aborted already, without calling `work`.
 */
export async function raceAbort<T>(
  work: () => Promise<T>,
  signal: AbortSignal,
  toError: (signal: AbortSignal) => Error = (aborted) => aborted.reason as Error,
): Promise<T> {
  if (signal.aborted) throw toError(signal);
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = onAbort(signal, () => reject(toError(signal)));
  });
  try {
    return await Promise.race([aborted, work()]);
  } finally {
    stop();
  }
}

/**
 * Calls `listener` once when the signal aborts: at once when it has aborted already.
 *
 * @returns how to stop listening.
 */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (signal === undefined) return () => {};
  if (signal.aborted) {
    listener();
    return () => {};
  }
  signal.addEventListener("abort", listener, { once: true });
  return () => signal.removeEventListener("abort", listener);
}

/** A signal made of others, until it is released. */
export interface JoinedSignal {
  readonly signal: AbortSignal;
  /** Ends the watch over the others; call it when the work that listens is over. */
  readonly release: () => void;
}

/**
 * Makes a signal that aborts with the first of `signals`, and with its reason.
 *
 * Stands in for `AbortSignal.any`, which leaves an entry on each of its sources for as long as that source lives: a
 * source that outlives thousands of works would grow.
 *
 * @example
 * const { signal, release } = joinedSignal(request.signal, power.signal);
 * try {
 *   await work(signal);
 * } finally {
 *   release();
 * }
 */
export function joinedSignal(...signals: readonly AbortSignal[]): JoinedSignal {
  const own = new AbortController();
  const stops = signals.map((source) => onAbort(source, () => own.abort(source.reason)));
  return {
    signal: own.signal,
    release: () => {
      for (const stop of stops) stop();
    },
  };
}

/**
 * Returns the outcome of queued work, or rejects as soon as the signal aborts while the work still waits its turn.
 *
 * @param hasStarted returns whether the turn has come: from then on the work itself answers the abort.
 * @throws as {@link abortedBy} with aftermath `none`: nothing was sent.
 */
export async function leavingQueue<T>(
  queued: Promise<T>,
  signal: AbortSignal | undefined,
  hasStarted: () => boolean,
): Promise<T> {
  if (signal === undefined) return queued;
  let stop = () => {};
  const left = new Promise<never>((_, reject) => {
    stop = onAbort(signal, () => {
      if (!hasStarted()) reject(abortedBy(signal, "none"));
    });
  });
  try {
    return await Promise.race([queued, left]);
  } finally {
    stop();
  }
}
