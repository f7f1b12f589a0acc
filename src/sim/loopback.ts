import { arg, checkArguments, maybe, parameters } from "../core/argument.js";
import { shape } from "../core/shape.js";
import { sleep } from "../core/clock.js";
import { envIn, type Env } from "../core/env.js";
import { Mutex } from "../core/queue.js";
import { nameOfCommand } from "../ctap/command.js";
import type { CtapDevice, CtapHandler, TransactOptions } from "../ctap/device.js";
import { nameOfStatus } from "../ctap/status.js";
import { TransportError } from "../ctap/transport-error.js";
import { abortedBy, leavingQueue, raceAbort } from "../core/abort.js";

export interface LoopbackOptions {
  /** On the way there, in milliseconds; cancelling takes as long. */
  readonly requestDelayMs?: number;
  /** On the way back, in milliseconds; keepalives arrive at once. */
  readonly responseDelayMs?: number;
  readonly transport?: CtapDevice["transport"];
  /** Transports a client reports for a new credential: `["hybrid", "internal"]` for a phone's own authenticator. */
  readonly reachableBy?: readonly string[] | undefined;
  readonly label?: string;
  /** As a phone pushes it after the handshake. */
  readonly infoInAdvance?: Uint8Array;
  readonly oneShot?: boolean;
}

const OPTIONS = parameters<LoopbackOptions>({
  requestDelayMs: maybe(shape.ms),
  responseDelayMs: maybe(shape.ms),
  transport: maybe(shape.oneOf(["usb", "hybrid"])),
  reachableBy: maybe(shape.list(shape.text)),
  label: maybe(shape.text),
  infoInAdvance: maybe(arg.bytes),
  oneShot: maybe(shape.flag),
});

/**
 * Connects a client and a handler directly: the device interface with no transport below it.
 *
 * Disposing of it is pulling the cable of this connection, not of the authenticator: work that already
 * reached the handler goes on, and its answer is traced as discarded.
 *
 * @example
 * const device = new LoopbackDevice(env, key.handle, { transport: "usb" });
 */
export class LoopbackDevice implements CtapDevice {
  readonly transport: CtapDevice["transport"];
  readonly label: string;
  readonly oneShot: boolean;
  readonly infoInAdvance?: Uint8Array;
  readonly reachableBy?: readonly string[];
  readonly #env: Env;
  readonly #handler: CtapHandler;
  readonly #requestDelayMs: number;
  readonly #responseDelayMs: number;
  readonly #mutex = new Mutex();
  readonly #gone = new AbortController();

  constructor(env: Env, handler: CtapHandler, options: LoopbackOptions = {}) {
    checkArguments("LoopbackDevice", {
      env: [arg.env, env],
      handler: [arg.callable, handler],
      options: [OPTIONS, options],
    });
    this.#env = env;
    this.#handler = handler;
    this.transport = options.transport ?? "usb";
    this.label = options.label ?? "loopback";
    this.oneShot = options.oneShot ?? false;
    if (options.reachableBy) this.reachableBy = options.reachableBy;
    if (options.infoInAdvance) this.infoInAdvance = options.infoInAdvance;
    this.#requestDelayMs = options.requestDelayMs ?? 0;
    this.#responseDelayMs = options.responseDelayMs ?? 0;
  }

  async transact(request: Uint8Array, options: TransactOptions = {}): Promise<Uint8Array> {
    const { signal } = options;
    if (signal?.aborted) throw abortedBy(signal, "none");
    const turn = { started: false };
    const done = this.#mutex.run(async () => {
      if (signal?.aborted) throw abortedBy(signal, "none");
      turn.started = true;
      return this.#exchange(request, options);
    });
    return leavingQueue(done, signal, () => turn.started);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#gone.abort();
  }

  async #exchange(request: Uint8Array, options: TransactOptions): Promise<Uint8Array> {
    if (this.#gone.signal.aborted) throw goneError("none");
    const progress = { sent: false };
    const answer = this.#travel(request, options, progress);
    return raceAbort(
      () => answer,
      this.#gone.signal,
      () => goneError(progress.sent ? "unknown" : "none"),
    );
  }

  async #travel(
    request: Uint8Array,
    options: TransactOptions,
    progress: { sent: boolean },
  ): Promise<Uint8Array> {
    const { clock, trace } = envIn(this.#env, options.context);
    if (this.#requestDelayMs > 0) await sleep(clock, this.#requestDelayMs, "loopback.request");
    if (this.#isGone()) throw goneError("none");
    progress.sent = true;
    const response = await this.#handler(request, {
      signal: this.#delayed(options.signal),
      context: options.context,
      onKeepalive: (status) => {
        if (!this.#gone.signal.aborted) options.onKeepalive?.(status);
      },
    });
    if (this.#responseDelayMs > 0) await sleep(clock, this.#responseDelayMs, "loopback.response");
    if (this.#isGone()) {
      const command = nameOfCommand(request[0] ?? 0);
      trace.emit({ kind: "ctap.discarded", command, status: nameOfStatus(response[0] ?? 0) });
    }
    return response;
  }

  /** A method, because the compiler would take one look for the last. */
  #isGone(): boolean {
    return this.#gone.signal.aborted;
  }

  /** Passes the caller's abort on to the far side with the delay of a request. */
  #delayed(signal: AbortSignal | undefined): AbortSignal | undefined {
    if (signal === undefined || this.#requestDelayMs === 0) return signal;
    const heard = new AbortController();
    const send = () => {
      this.#env.clock.arm(this.#requestDelayMs, "loopback.cancel", () => heard.abort(signal.reason));
    };
    if (signal.aborted) send();
    else signal.addEventListener("abort", send, { once: true });
    return heard.signal;
  }
}

function goneError(aftermath: "none" | "unknown"): TransportError {
  return new TransportError("DEVICE_GONE", "the loopback device was disposed of", { aftermath });
}
