import type { Clock } from "./clock.js";
import type { CryptoProvider } from "./crypto-provider.js";
import type { Entropy } from "./entropy.js";
import type { SpanStart, Trace, TraceContext, TraceRecord } from "./trace.js";
import type { VirtualClock } from "./virtual-clock.js";

/**
 * The world outside pure functions: time, chance, cryptography, and somewhere to say what happened.
 *
 * @example
 * const env = { ...virtualEnv("1"), crypto: nobleCrypto };
 */
export interface Env {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly crypto: CryptoProvider;
  readonly trace: Trace;
}

export interface VirtualEnv extends Env {
  readonly clock: VirtualClock;
  readonly seed: string;
  /** Everything traced so far; empty when another sink was given. */
  readonly records: readonly TraceRecord[];
}

/**
 * The world as one actor has it: its own stream of chance and its own name in the trace.
 *
 * Two actors must not share a name: they would draw the same bytes.
 *
 * @param env the environment of the whole world.
 * @param actor name in the trace, and label of the stream of randomness.
 * @returns the same clock, with randomness and a trace of its own.
 *
 * @example
 * const key = new SimAuthenticator(envFor(env, "key"), { profile, store, user });
 */
export function envFor<E extends Env>(env: E, actor: string): E {
  return { ...env, entropy: env.entropy.fork(actor), trace: env.trace.as(actor) };
}

/** The same actor's world in a caller's span; `undefined` keeps the span. */
export function envIn<E extends Env>(env: E, context: TraceContext | undefined): E {
  return context === undefined ? env : { ...env, trace: env.trace.in(context) };
}

/**
 * Runs `work` in a child span of the current one, and closes the span with how `work` ended.
 *
 * @throws what `work` throws.
 */
export async function inSpan<E extends Env, T>(
  env: E,
  start: SpanStart,
  work: (env: E) => Promise<T>,
): Promise<T> {
  const span = env.trace.startSpan(start);
  try {
    const result = await work({ ...env, trace: span.trace });
    span.end("ok");
    return result;
  } catch (error) {
    span.end("error");
    throw error;
  }
}
