import { raceAbort } from "../core/abort.js";
import { isHarnessError, type Aftermath } from "../core/errors.js";
import { HybridError } from "./protocol/hybrid-error.js";

/** Parts of a hybrid transport that a caller may have written. */
export type PortName =
  "scanner" | "advertiser" | "dialer" | "channel dialer" | "channel listener" | "tunnel" | "authenticator";

export interface AskPortOptions<T> {
  /** Ends the wait, whether or not the port heeds it. */
  readonly signal?: AbortSignal | undefined;
  /** Releases what the port brings after the wait ended. */
  readonly onLate?: (value: T) => void;
}

/**
 * Calls a port and waits for it: what it throws becomes an error of this library, and a port that neither answers nor
 * heeds its signal holds nobody back.
 *
 * @throws {HybridError} `PORT_FAILED` for what is no error of this library. @throws the signal's reason.
 */
export async function askPort<T>(
  port: PortName,
  call: () => Promise<T>,
  { signal, onLate }: AskPortOptions<T> = {},
): Promise<T> {
  const asking = async (): Promise<T> => call();
  if (signal === undefined) return asking().catch((error: unknown) => refail(port, error));
  let asked: Promise<T> | undefined;
  try {
    return await raceAbort(() => (asked = asking()), signal);
  } catch (error) {
    if (!signal.aborted) return refail(port, error);
    asked?.then(onLate).catch(() => undefined);
    throw isHarnessError(error) ? error : signal.reason;
  }
}

/** Error of a port that threw something of its own. */
export function portFailure(port: PortName, cause: unknown, aftermath: Aftermath = "none"): HybridError {
  const kind = cause instanceof Error ? cause.name : typeof cause;
  return new HybridError("PORT_FAILED", `the ${port} failed with ${kind}`, { cause, aftermath });
}

function refail(port: PortName, error: unknown): never {
  throw isHarnessError(error) ? error : portFailure(port, error);
}

/** Closes a tunnel or a channel; one that cannot be closed is over already, or left behind. */
export function closeQuietly(tunnel: { close(code?: number): void } | undefined, code?: number): void {
  try {
    tunnel?.close(code);
  } catch {
    // The one that waits for the end has a timer for it.
  }
}
