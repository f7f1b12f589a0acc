import type { Env } from "../../core/env.js";
import type { Trace } from "../../core/trace.js";
import type { KeyCable } from "../hid/usb-port.js";
import type { SimBrowser } from "./browser.js";
import type { SimPage } from "./page.js";

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
    context: voice.context,
    as: (actor) => mutable(voice.as(actor)),
    in: (context) => mutable(voice.in(context)),
    startSpan(start) {
      const span = voice.startSpan(start);
      return {
        trace: mutable(span.trace),
        end: (status) => {
          if (alive) span.end(status);
        },
      };
    },
    nextTimerId: () => voice.nextTimerId(),
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

/** What lives and dies with one run of the browser. */
export interface HostProgram {
  readonly browser: SimBrowser;
  readonly page: SimPage;
}

/** The browser as a process: it may quit in mid-request, and be started anew. */
export class HostPrograms {
  readonly #env: Env;
  readonly #cable: KeyCable;
  readonly #start: (env: Env) => HostProgram;
  #life: MortalEnv;
  #running: HostProgram;
  #started = 1;

  constructor(env: Env, cable: KeyCable, start: (env: Env) => HostProgram) {
    this.#env = env;
    this.#cable = cable;
    this.#start = start;
    this.#life = mortalEnv(env);
    this.#running = start(this.#life.env);
  }

  get running(): HostProgram {
    return this.#running;
  }

  /** Ends without a CANCEL to anybody; promises of its pages never settle. A new one can be used at once. */
  async quit(): Promise<void> {
    this.#env.trace.as("browser").emit({ kind: "page.closed", reason: "program-quit" });
    this.#life.kill();
    await this.#cable.abandon();
    this.#started += 1;
    // Another process draws other randomness.
    const entropy = this.#env.entropy.fork(`program-${this.#started}`);
    this.#life = mortalEnv({ ...this.#env, entropy });
    this.#running = this.#start(this.#life.env);
  }
}
