import { AbortedError } from "../index.js";
import type { ExitCode } from "./command.js";

/** Exit codes of a program that a signal ended, as shells write them: 128 and the number of the signal. */
const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const satisfies Partial<
  Record<NodeJS.Signals, ExitCode>
>;

type EndingSignal = keyof typeof EXIT_CODES;

/** A signal asked the program to end while it worked with a device. */
export class InterruptedError extends AbortedError {
  readonly exitCode: ExitCode;

  constructor(name: EndingSignal) {
    super(`interrupted by ${name}`);
    this.exitCode = EXIT_CODES[name];
  }
}

/**
 * Watches for the signals that ask the program to end, so that what is pending at a device is cancelled first. The second
 * one ends the program at once.
 *
 * @returns the signal that aborts then, with an {@link InterruptedError} as its reason; `stop` ends the watch.
 */
export function watchForInterruption(): { readonly signal: AbortSignal; readonly stop: () => void } {
  const controller = new AbortController();
  const names = Object.keys(EXIT_CODES) as EndingSignal[];
  const listeners = names.map((name) => ({ name, listen: () => interrupt(name) }));
  const stop = () => {
    for (const { name, listen } of listeners) process.off(name, listen);
  };
  const interrupt = (name: EndingSignal) => {
    stop();
    controller.abort(new InterruptedError(name));
  };
  for (const { name, listen } of listeners) process.on(name, listen);
  return { signal: controller.signal, stop };
}

/** Returns the interruption behind an error, where one ended the work. */
export function interruptionBehind(error: unknown): InterruptedError | undefined {
  if (error instanceof InterruptedError) return error;
  return error instanceof AbortedError && error.cause instanceof InterruptedError ? error.cause : undefined;
}
