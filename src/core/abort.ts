import { AbortedError, type Aftermath, isHarnessError } from "./errors.js";

/** Waits until the signal aborts. @throws its reason. */
export function never(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const give = () => reject(signal.reason as Error);
    if (signal.aborted) give();
    else signal.addEventListener("abort", give, { once: true });
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
