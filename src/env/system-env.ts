import { systemClock } from "../core/clock.js";
import { systemEntropy } from "../core/entropy.js";
import type { Env } from "../core/env.js";
import { nullSink, startTrace, type TraceSink } from "../core/trace.js";
import { defaultCrypto } from "../crypto/default.js";

/**
 * Creates an environment of real time, real randomness and the faster cryptography.
 *
 * @param sink where trace records go; nowhere when absent.
 * @returns an environment of real time and real randomness.
 *
 * @example
 * const device = await openUsbDevice(systemEnv(), "/dev/hidraw3");
 */
export function systemEnv(sink: TraceSink = nullSink): Env {
  return {
    clock: systemClock,
    entropy: systemEntropy,
    crypto: defaultCrypto,
    trace: startTrace(systemClock, sink),
  };
}
