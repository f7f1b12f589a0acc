import { seededEntropy } from "../core/entropy.js";
import type { VirtualEnv } from "../core/env.js";
import { MemorySink, startTrace, type TraceSink } from "../core/trace.js";
import { VirtualClock } from "../core/virtual-clock.js";
import { defaultCrypto } from "../crypto/default.js";

/**
 * Creates an environment of virtual time and seeded chance: the same seed gives the same bytes and the same trace.
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
    crypto: defaultCrypto,
    trace: startTrace(clock, sink),
    records: sink instanceof MemorySink ? sink.records : [],
  };
}
