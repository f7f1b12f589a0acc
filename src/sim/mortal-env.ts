import type { Env } from "../core/env.js";
import type { Trace } from "../core/trace.js";

/** The world as a program has it that may be killed. */
export interface MortalEnv {
  readonly env: Env;
  readonly isAlive: boolean;
  /** From now on none of its timers fires and nothing it says is heard. */
  kill(): void;
}

/** A program that ends without goodbye: no timer of its own runs out, no CANCEL is sent on its behalf. */
export function mortalEnv({ clock, entropy, trace }: Env): MortalEnv {
  let alive = true;
  const mutable = (voice: Trace): Trace => ({
    emit: (event) => {
      if (alive) voice.emit(event);
    },
    as: (actor) => mutable(voice.as(actor)),
  });
  return {
    env: {
      entropy,
      trace: mutable(trace),
      clock: {
        nowMs: () => clock.nowMs(),
        epochMs: () => clock.epochMs(),
        arm: (delayMs, timer, fire) =>
          clock.arm(delayMs, timer, () => {
            if (alive) fire();
          }),
      },
    },
    get isAlive() {
      return alive;
    },
    kill() {
      alive = false;
    },
  };
}
