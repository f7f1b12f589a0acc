import type { Disarm } from "../../core/clock.js";
import type { Env } from "../../core/env.js";
import type { KeepaliveStatus, TransactOptions } from "../../ctap/device.js";
import { HidKeepalive } from "../../transports/hid/constants.js";
import type { HidKnobs } from "./hid-knobs.js";

const BYTES: Readonly<Record<KeepaliveStatus, number>> = {
  processing: HidKeepalive.PROCESSING,
  "up-needed": HidKeepalive.UP_NEEDED,
};

export interface RunningRequestSetup {
  readonly knobs: HidKnobs;
  /** Sends one keepalive; absent for U2F, which has none. */
  readonly keepalive?: ((status: number) => void) | undefined;
  readonly work: (options: TransactOptions) => Promise<Uint8Array>;
  /** Called once with the firmware's answer, or with what it threw; never after `discard`. */
  readonly done: (outcome: Uint8Array | Error) => void;
}

/** A request the firmware works on: keepalives while it lasts, and the host's ways to end it. */
export class RunningRequest {
  readonly #env: Env;
  readonly #setup: RunningRequestSetup;
  readonly #abort = new AbortController();
  readonly #startMs: number;
  #disarmKeepalive: Disarm = () => {};
  #disarmCancel: Disarm = () => {};
  #status: KeepaliveStatus | undefined;
  #sent = 0;
  #ended = false;

  constructor(env: Env, setup: RunningRequestSetup) {
    this.#env = env;
    this.#setup = setup;
    this.#startMs = env.clock.nowMs();
  }

  get cancelled(): boolean {
    return this.#abort.signal.aborted;
  }

  start(): void {
    const { work, keepalive } = this.#setup;
    if (keepalive) this.#armKeepalive();
    const options: TransactOptions = { signal: this.#abort.signal, onKeepalive: this.#onStatus };
    // The firmware may throw before it gives a promise.
    Promise.resolve(options)
      .then(work)
      .then(this.#finish, (error: unknown) => {
        this.#finish(error instanceof Error ? error : new Error("the firmware threw", { cause: error }));
      });
  }

  /** The host's CANCEL; a second one changes nothing. */
  cancel(): void {
    const { cancel, cancelDelayMs } = this.#setup.knobs;
    if (cancel === "ignored") return;
    if (cancelDelayMs === 0) return this.#abort.abort();
    this.#disarmCancel();
    this.#disarmCancel = this.#env.clock.arm(cancelDelayMs, "hid.cancel-delay", () => this.#abort.abort());
  }

  /** Ends it without an answer: INIT on its channel, or the power is gone. */
  discard(): void {
    this.#end();
    this.#abort.abort();
  }

  readonly #onStatus = (status: KeepaliveStatus): void => {
    if (this.#ended || status === this.#status) return;
    this.#status = status;
    if (!this.#setup.keepalive || this.#setup.knobs.keepaliveMs === null) return;
    this.#disarmKeepalive();
    this.#sendKeepalive();
  };

  #armKeepalive(): void {
    const { keepaliveMs } = this.#setup.knobs;
    if (keepaliveMs === null) return;
    this.#disarmKeepalive = this.#env.clock.arm(keepaliveMs, "hid.keepalive", () => this.#sendKeepalive());
  }

  #sendKeepalive(): void {
    const { keepaliveStatuses: forced, stallAfterMs, stallForMs } = this.#setup.knobs;
    const silentMs = this.#env.clock.nowMs() - this.#startMs - (stallAfterMs ?? Infinity);
    const stalled = silentMs >= 0 && silentMs < stallForMs;
    const status = forced?.[this.#sent++ % forced.length] ?? BYTES[this.#status ?? "processing"];
    this.#armKeepalive();
    if (!stalled) this.#setup.keepalive?.(status);
  }

  readonly #finish = (outcome: Uint8Array | Error): void => {
    if (this.#ended) return;
    this.#end();
    this.#setup.done(outcome);
  };

  #end(): void {
    this.#ended = true;
    this.#disarmKeepalive();
    this.#disarmCancel();
  }
}
