import { systemClock, type Clock } from "./clock.js";
import { seededEntropy, systemEntropy, type Entropy } from "./entropy.js";
import {
  MemorySink,
  nullSink,
  type SpanStart,
  startTrace,
  type Trace,
  type TraceContext,
  type TraceRecord,
  type TraceSink,
} from "./trace.js";
import { VirtualClock } from "./virtual-clock.js";

/** The world outside pure functions: time, chance, and somewhere to say what happened. */
export interface Env {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly trace: Trace;
}

/**
 * Real time, real randomness.
 *
 * @param sink where trace records go; nowhere when absent.
 * @returns an environment of real time and real randomness.
 *
 * @example
 * const device = await openUsbDevice(systemEnv(), "/dev/hidraw3");
 */
export function systemEnv(sink: TraceSink = nullSink): Env {
  return { clock: systemClock, entropy: systemEntropy, trace: startTrace(systemClock, sink) };
}

export interface VirtualEnv extends Env {
  readonly clock: VirtualClock;
  readonly seed: string;
  /** Everything traced so far; empty when another sink was given. */
  readonly records: readonly TraceRecord[];
}

/**
 * Virtual time and seeded chance: the same seed gives the same bytes and the same trace.
 *
 * @param seed what all randomness is made of.
 * @param sink where trace records go; kept in `records` when absent.
 * @returns an environment whose clock stands still until `clock.run(work)` lets it go.
 *
 * @example
 * const env = virtualEnv("1");
 * const device = await env.clock.run(openHidDevice(env, port));
 */
export function virtualEnv(seed: string, sink: TraceSink = new MemorySink()): VirtualEnv {
  const clock = new VirtualClock();
  return {
    clock,
    seed,
    entropy: seededEntropy(seed),
    trace: startTrace(clock, sink),
    records: sink instanceof MemorySink ? sink.records : [],
  };
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
