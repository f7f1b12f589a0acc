import { cleanUp } from "../../core/clean-up.js";
import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import { sleep } from "../../core/clock.js";
import { startDeadline, type Deadline } from "../../core/timer.js";
import { envIn, type Env } from "../../core/env.js";
import type { Span, TraceContext } from "../../core/trace.js";
import { isHarnessError } from "../../core/errors.js";
import { Mutex } from "../../core/queue.js";
import { nameOfCommand } from "../../ctap/command.js";
import type { CtapDevice, TransactOptions } from "../../ctap/device.js";
import { nameOfStatus } from "../../ctap/status.js";
import { TransportError } from "../../ctap/transport-error.js";
import { abortedBy, leavingQueue } from "../../core/abort.js";
import {
  BROADCAST_CHANNEL,
  BUSY_PATIENCE_MS,
  HidCommand,
  INIT_HEADER_BYTES,
  LOCK_SECONDS_MAX,
  SILENCE_MS,
} from "./constants.js";
import { HidTransaction } from "./exchange.js";
import { HidFramingError, isInitPacket, type HidMessage } from "./framing.js";
import { HidError, HidErrorCode } from "./hid-error.js";
import { initialise, type HidInit } from "./initialise.js";
import { HidLink, type LinkOptions } from "./link.js";
import type { HidPort } from "./port.js";

export interface HidDeviceOptions extends LinkOptions {
  /** Timer `hid.init`: from INIT to its answer. Slow boards take about 400 ms, some wake up for 2 s; 3 000 by default. */
  readonly initMs?: number;
  /** Timer `hid.silence`: longest pause between two frames. 20 000 by default, as Chromium; `null`: none. */
  readonly silenceMs?: number | null;
  /** Timer `hid.cancel`: how long a device may take to answer a CANCEL; 1 000 by default. */
  readonly cancelMs?: number;
  /** Timer `hid.busy`: how long CHANNEL_BUSY is put up with. 12 000 by default: the longest lock is 10 s. */
  readonly busyPatienceMs?: number;
  /** Pause before a busy device is asked again; 100 by default, as Chromium. */
  readonly busyRetryMs?: number;
  /** Ends the opening. */
  readonly signal?: AbortSignal;
  /** The span that opens the device, where the device outlives it; that of `env` when absent. */
  readonly context?: TraceContext | undefined;
}

export const HID_DEVICE_OPTIONS = parameters<HidDeviceOptions>({
  context: maybe(arg.object),
  reportBytes: maybe(arg.count),
  frames: maybe(shape.oneOf(["headers", "full"])),
  initMs: maybe(shape.ms),
  silenceMs: maybe({ ...shape.ms, nullable: true }),
  cancelMs: maybe(shape.ms),
  busyPatienceMs: maybe(shape.ms),
  busyRetryMs: maybe(shape.ms),
  signal: maybe(arg.signal),
});

/** A CTAP device on USB-HID, with what only CTAPHID has. */
export interface HidDevice extends CtapDevice {
  readonly transport: "usb";
  /** What the device said when it gave us a channel; the last time. */
  readonly init: HidInit;
  /** Any CTAPHID command, vendor commands included. @returns the payload of its answer. */
  command(command: number, payload: Uint8Array, options?: TransactOptions): Promise<Uint8Array>;
  /** @returns what the device echoed. */
  ping(bytes: Uint8Array, options?: TransactOptions): Promise<Uint8Array>;
  /** Asks the device to show itself. Some never answer: give it a signal. */
  wink(options?: TransactOptions): Promise<void>;
  /** Keeps other programs away for `seconds`, 0..10; 0 lets them in again. @throws {RangeError} */
  lock(seconds: number, options?: TransactOptions): Promise<void>;
  /** One U2F APDU. @returns data and status word. */
  sendMsg(apdu: Uint8Array, options?: TransactOptions): Promise<Uint8Array>;
  /** INIT on our own channel: ends what runs there and empties it. */
  resynchronise(options?: TransactOptions): Promise<void>;
}

/**
 * Asks the device behind `port` for a channel.
 *
 * The port belongs to the device from now on: it is closed with it, and also when opening fails.
 *
 * @param env what the call lives in: clock, randomness and trace.
 * @param port where reports go in and out.
 * @param options times in milliseconds, size of reports, how much of them the trace gets.
 * @returns a device whose channel is open.
 * @throws {TimeoutError} `hid.init`
 * @throws {HidError} `HID_...` when the device refuses.
 * @throws {TransportError} `DEVICE_GONE`, `LINK_CLOSED`, `PROTOCOL_VIOLATION`
 *
 * @example
 * const device = await openHidDevice(systemEnv(), await udpHidPort({ port: 8111 }));
 */
export async function openHidDevice(
  env: Env,
  port: HidPort,
  options: HidDeviceOptions = {},
): Promise<HidDevice> {
  checkArguments("openHidDevice", {
    env: [arg.env, env],
    port: [arg.having("a HidPort, as simHidPort(env, firmware) makes one,", "write", "reports"), port],
    options: [HID_DEVICE_OPTIONS, options],
  });
  const channel = new HidChannel(env, port, options);
  try {
    await channel.open(options);
    return channel;
  } catch (error) {
    await channel[Symbol.asyncDispose]();
    throw error;
  }
}

const NOTHING = new Uint8Array(0);

class HidChannel implements HidDevice {
  readonly transport = "usb";
  readonly oneShot = false;
  readonly #env: Env;
  readonly #span: Span;
  readonly #link: HidLink;
  readonly #options: Required<Omit<HidDeviceOptions, "signal" | "context" | keyof LinkOptions>>;
  readonly #mutex = new Mutex();
  #init: HidInit | undefined;
  /** Why the next answer could not be trusted; INIT first. */
  #stale: string | undefined;
  /** CTAP command byte last sent: what a late answer would be an answer to. */
  #lastCommand = 0;
  #lastContext: TraceContext | undefined;
  #cancelRunning: (() => Promise<void>) | undefined;

  constructor(env: Env, port: HidPort, options: HidDeviceOptions) {
    this.#span = env.trace.startSpan({ name: "link", label: port.label });
    this.#env = { ...env, trace: this.#span.trace };
    this.#options = {
      initMs: options.initMs ?? 3_000,
      silenceMs: options.silenceMs === undefined ? SILENCE_MS : options.silenceMs,
      cancelMs: options.cancelMs ?? 1_000,
      busyPatienceMs: options.busyPatienceMs ?? BUSY_PATIENCE_MS,
      busyRetryMs: options.busyRetryMs ?? 100,
    };
    const { reportBytes, frames } = options;
    this.#link = new HidLink(this.#env, port, { reportBytes, frames, stray: this.#onStray });
  }

  get label(): string {
    return this.#link.label;
  }

  get init(): HidInit {
    return this.#init as HidInit;
  }

  async open({ signal, context }: Pick<HidDeviceOptions, "signal" | "context">): Promise<void> {
    const env = envIn(this.#env, context);
    await this.#initialise(env, BROADCAST_CHANNEL, signal);
    env.trace.emit({ kind: "link.opened", link: this.label });
  }

  transact(request: Uint8Array, options?: TransactOptions): Promise<Uint8Array> {
    return this.command(HidCommand.CBOR, request, options);
  }

  command(command: number, payload: Uint8Array, options: TransactOptions = {}): Promise<Uint8Array> {
    return this.#inTurn(options.signal, async () => {
      if (this.#stale !== undefined) await this.#resynchronise(this.#stale, options);
      return this.#untilNotBusy({ command, payload }, options);
    });
  }

  ping(bytes: Uint8Array, options?: TransactOptions): Promise<Uint8Array> {
    return this.command(HidCommand.PING, bytes, options);
  }

  async wink(options?: TransactOptions): Promise<void> {
    await this.command(HidCommand.WINK, NOTHING, options);
  }

  async lock(seconds: number, options?: TransactOptions): Promise<void> {
    if (!Number.isInteger(seconds) || seconds < 0 || seconds > LOCK_SECONDS_MAX) {
      throw new RangeError(`a lock lasts 0..${LOCK_SECONDS_MAX} whole seconds, not ${seconds}`);
    }
    await this.command(HidCommand.LOCK, Uint8Array.of(seconds), options);
  }

  sendMsg(apdu: Uint8Array, options?: TransactOptions): Promise<Uint8Array> {
    return this.command(HidCommand.MSG, apdu, options);
  }

  resynchronise(options: TransactOptions = {}): Promise<void> {
    return this.#inTurn(options.signal, () => this.#resynchronise("asked for", options));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const cancel = this.#cancelRunning;
    if (cancel) await cleanUp(this.#env.clock, "hid.cancel-write", cancel);
    await this.#link.close();
    this.#span.end(this.#link.wasLost ? "error" : "ok");
  }

  /** A caller that aborts while others are served leaves the queue at once. */
  async #inTurn<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    if (signal?.aborted) throw abortedBy(signal, "none");
    const turn = { started: false };
    const done = this.#mutex.run(async () => {
      if (signal?.aborted) throw abortedBy(signal, "none");
      turn.started = true;
      if (this.#link.lost) {
        const cause = this.#link.lost;
        throw new TransportError("DEVICE_GONE", `${this.label} is gone`, { cause });
      }
      return work();
    });
    return leavingQueue(done, signal, () => turn.started);
  }

  async #untilNotBusy(
    request: Pick<HidMessage, "command" | "payload">,
    options: TransactOptions,
  ): Promise<Uint8Array> {
    const { busyPatienceMs: budgetMs, busyRetryMs } = this.#options;
    const env = envIn(this.#env, options.context);
    let busy: Deadline | undefined;
    let deadlineMs = Infinity;
    try {
      for (;;) {
        const answer = await this.#exchange(request, options);
        if (answer !== "busy") return answer;
        if (busy === undefined) {
          busy = startDeadline(env, { timer: "hid.busy", budgetMs });
          deadlineMs = env.clock.nowMs() + budgetMs;
        }
        if (busy.isOver()) {
          throw new TransportError("CHANNEL_BUSY", `${this.label}: in use for ${budgetMs} ms`, {
            hint: "another program, or a request its host gave up without cancelling, holds the device",
          });
        }
        const retryMs = Math.min(busyRetryMs, deadlineMs - env.clock.nowMs());
        env.trace.emit({ kind: "link.busy", link: this.label, retryMs });
        await this.#pause(retryMs, options.signal);
      }
    } finally {
      busy?.disarm();
    }
  }

  async #pause(retryMs: number, signal: AbortSignal | undefined): Promise<void> {
    await sleep(this.#env.clock, retryMs, "hid.busy-retry", { signal }).catch((error: unknown) => {
      throw signal?.aborted ? abortedBy(signal, "none") : error;
    });
    if (this.#link.lost) {
      throw new TransportError("DEVICE_GONE", `${this.label} is gone`, { cause: this.#link.lost });
    }
  }

  async #exchange(
    { command, payload }: Pick<HidMessage, "command" | "payload">,
    { signal, onKeepalive, context }: TransactOptions,
  ): Promise<Uint8Array | "busy"> {
    if (signal?.aborted) throw abortedBy(signal, "none");
    const { silenceMs, cancelMs } = this.#options;
    const request = { channel: this.init.channel, command, payload };
    const options = { signal, onKeepalive, context, silenceMs, cancelMs };
    const exchange = new HidTransaction(envIn(this.#env, context), this.#link, { request, options });
    this.#lastCommand = command === HidCommand.CBOR ? (payload[0] ?? 0) : 0;
    this.#lastContext = context;
    if (command === HidCommand.CBOR) this.#cancelRunning = () => this.#sendCancel();
    try {
      const answer = await exchange.run();
      if (answer.command !== HidCommand.ERROR) return answer.payload;
      const error = new HidError(answer.payload[0] ?? HidErrorCode.OTHER, { begun: exchange.begun });
      // Old firmware answers CANCEL with an error frame: it gave up, and so did the caller.
      if (signal?.aborted && exchange.cancelled) throw abortedBy(signal, error.aftermath);
      if (error.error === HidErrorCode.CHANNEL_BUSY && !exchange.begun) return "busy";
      if (error.error === HidErrorCode.INVALID_CHANNEL) this.#stale = error.code;
      throw error;
    } catch (error) {
      const harmless = error instanceof HidError || error instanceof HidFramingError;
      if (!harmless) this.#stale = isHarnessError(error) ? error.code : "failed";
      throw error;
    } finally {
      this.#cancelRunning = undefined;
      // The CANCEL may cross the answer on its way, and a device that answers both sends one too many.
      if (exchange.cancelled) this.#stale ??= "cancelled";
    }
  }

  async #sendCancel(): Promise<void> {
    const cancel = { channel: this.init.channel, command: HidCommand.CANCEL, payload: NOTHING };
    // The channel closes anyway: a device that cannot receive the CANCEL has no request left to disturb.
    await this.#link.send(cancel, this.#env.trace.context).catch(() => {});
  }

  async #resynchronise(reason: string, { signal, context }: TransactOptions): Promise<void> {
    const env = envIn(this.#env, context);
    try {
      await this.#initialise(env, this.init.channel, signal);
    } catch (error) {
      if (!(error instanceof HidError) || error.error !== HidErrorCode.INVALID_CHANNEL) throw error;
      // The device no longer knows our channel: it lost power, or gave the channel to another client.
      await this.#initialise(env, BROADCAST_CHANNEL, signal);
    }
    env.trace.emit({ kind: "link.resynchronised", link: this.label, reason });
  }

  async #initialise(env: Env, channel: number, signal: AbortSignal | undefined): Promise<void> {
    const { initMs: budgetMs, busyRetryMs } = this.#options;
    const options = { channel, budgetMs, busyRetryMs, signal };
    this.#init = await initialise(env, this.#link, this.#onStray, options);
    this.#link.channel = this.#init.channel;
    this.#stale = undefined;
  }

  /** Handles a frame that no exchange waits for: the end of an abandoned exchange, or a device that sends too much. */
  readonly #onStray = (report: Uint8Array): void => {
    const command = isInitPacket(report) ? (report[4] as number) & 0x7f : undefined;
    if (command === HidCommand.INIT) return;
    this.#stale ??= "unexpected frame";
    if (command !== HidCommand.CBOR) return;
    this.#env.trace.in(this.#lastContext).emit({
      kind: "ctap.discarded",
      command: nameOfCommand(this.#lastCommand),
      status: nameOfStatus(report[INIT_HEADER_BYTES] ?? 0),
    });
  };
}
