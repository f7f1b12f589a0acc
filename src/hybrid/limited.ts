import type { Env } from "../core/env.js";
import type { Aftermath } from "../core/errors.js";
import { within } from "../core/within.js";

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
