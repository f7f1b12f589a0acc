import { AbortedError, isHarnessError, type Aftermath } from "./errors.js";

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
