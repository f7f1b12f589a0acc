import type { Env } from "../../core/env.js";
import type { Trace } from "../../core/trace.js";
import type { UsbPort } from "../hid/usb-port.js";
import type { SimBrowser } from "./browser.js";
import type { SimPage } from "./page.js";

/** The world as a program has it that may be killed. */
export interface KillableEnv {
  readonly env: Env;
  readonly isAlive: boolean;
  /** From now on none of its timers fires, nothing it says is heard, and it learns of nothing. */
  kill(): void;
  /** Delivers an answer to the program; a program that was killed meanwhile never gets it. */
  whileAlive<T>(answer: Promise<T>): Promise<T>;
}

/**
 * Creates an environment that can be killed without notice to any party: no timer of the process fires, no CANCEL is
 * sent on its behalf.
 */
export function killableEnv({ clock, entropy, crypto, trace }: Env): KillableEnv {
  let alive = true;
  const gated = (inner: Trace): Trace => ({
    emit: (event) => {
      if (alive) inner.emit(event);
    },
    context: inner.context,
    as: (actor) => gated(inner.as(actor)),
    in: (context) => gated(inner.in(context)),
    startSpan(start) {
      const span = inner.startSpan(start);
      return {
        trace: gated(span.trace),
        end: (status) => {
          if (alive) span.end(status);
        },
      };
    },
    nextTimerId: () => inner.nextTimerId(),
  });
  return {
    env: {
      entropy,
      crypto,
      trace: gated(trace),
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
    whileAlive: async (answer) => {
      const value = await answer;
      return alive ? value : new Promise<never>(() => {});
    },
  };
}

/** What lives and dies with one run of the browser. */
export interface BrowserInstance {
  readonly browser: SimBrowser;
  readonly page: SimPage;
}

/** The browser as a process: it may quit in mid-request, and be started anew. */
export class BrowserProcess {
  readonly #env: Env;
  readonly #usbPort: UsbPort;
  readonly #start: (life: KillableEnv) => BrowserInstance;
  #life: KillableEnv;
  #running: BrowserInstance;
  #started = 1;

  constructor(env: Env, usbPort: UsbPort, start: (life: KillableEnv) => BrowserInstance) {
    this.#env = env;
    this.#usbPort = usbPort;
    this.#start = start;
    this.#life = killableEnv(env);
    this.#running = start(this.#life);
  }

  get running(): BrowserInstance {
    return this.#running;
  }

  /**
   * Quits without a CANCEL to any authenticator; promises of its pages never settle. A new process can be used at once.
   */
  async quit(): Promise<void> {
    this.#env.trace.as("browser").emit({ kind: "page.closed", reason: "program-quit" });
    this.#life.kill();
    await this.#usbPort.abandon();
    this.#started += 1;
    // Another process draws other randomness.
    const entropy = this.#env.entropy.fork(`program-${this.#started}`);
    this.#life = killableEnv({ ...this.#env, entropy });
    this.#running = this.#start(this.#life);
  }
}
