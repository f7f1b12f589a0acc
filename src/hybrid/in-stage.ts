import type { Env } from "../core/env.js";
import { NOT_REACHED } from "../core/events/hybrid.js";
import { type Aftermath, isHarnessError } from "../core/errors.js";
import { within } from "../core/within.js";
import { closeQuietly } from "./ask-port.js";
import type { Tunnel } from "./ports.js";
import { TunnelRefusedError } from "./tunnel-refused-error.js";

/** A budget that may be none: `Infinity`. */
export interface Limit {
  readonly timer: string;
  readonly budgetMs: number;
  readonly aftermath?: Aftermath;
}

/** {@link within}, where there is a limit; otherwise only the caller's signal ends the work. */
export function limited<T>(
  env: Env,
  { timer, budgetMs, aftermath = "none" }: Limit,
  work: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  if (budgetMs === Infinity) return work(signal);
  return within(env, { timer, budgetMs, aftermath }, work, { signal });
}

/** Where a client is on its way to a phone. */
export type StageName = "contact" | "scan" | "tunnel" | "handshake";

/** Says in the trace in which stage it failed, and leaves no tunnel open behind a failure. */
export async function inStage<T>(
  env: Env,
  stage: StageName,
  work: () => Promise<T>,
  tunnel?: Tunnel,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TunnelRefusedError) traceRefusal(env, error);
    const code = isHarnessError(error) ? error.code : "ABORTED";
    if (tunnel && code === "TUNNEL_CLOSED") {
      // The tunnel is closed already: the side that closed it gave a reason, which the error's code does not contain.
      const closed = await tunnel.closed;
      env.trace.emit({ kind: "link.hybrid", stage: "tunnel-closed", closeCode: closed.code });
    }
    env.trace.emit({ kind: "link.hybrid", stage: "failed", step: stage, code });
    closeQuietly(tunnel);
    throw error;
  }
}

/** Records the refusal with its HTTP status; with the code {@link NOT_REACHED} where there was no answer. */
export function traceRefusal({ trace }: Env, { httpStatus }: TunnelRefusedError): void {
  const why = httpStatus === undefined ? { code: NOT_REACHED } : { httpStatus };
  trace.emit({ kind: "link.hybrid", stage: "tunnel-refused", ...why });
}
