import type { Env } from "../../core/env.js";
import type { TraceContext } from "../../core/trace.js";
import { startTimer, type RunningTimer } from "../../core/timer.js";
import { isHarnessError, TimeoutError, type Aftermath } from "../../core/errors.js";
import { nameOfCommand } from "../../ctap/command.js";
import type { KeepaliveStatus, TransactOptions } from "../../ctap/device.js";
import { TransportError } from "../../ctap/transport-error.js";
import { abortedBy } from "../../core/abort.js";
import { HidCommand, HidKeepalive, INIT_HEADER_BYTES } from "./constants.js";
import { HidFramingError, MessageAssembler, type HidMessage } from "./framing.js";
import type { HidLink, LinkListener } from "./link.js";

export interface HidTransactionOptions extends TransactOptions {
  /** Longest pause between two frames of the device, in milliseconds; `null`: no limit. */
  readonly silenceMs: number | null;
  /** How long the device has to answer after CANCEL, in milliseconds. */
  readonly cancelMs: number;
}

const KEEPALIVE_NAMES = new Map<number, KeepaliveStatus>([
  [HidKeepalive.PROCESSING, "processing"],
  [HidKeepalive.UP_NEEDED, "up-needed"],
]);

/** One request on the wire, and everything that can end it. */
export class HidTransaction implements LinkListener {
  readonly #env: Env;
  readonly #link: HidLink;
  readonly #request: HidMessage;
  readonly #options: HidTransactionOptions;
  readonly #assembler: MessageAssembler;
  #settle: { readonly resolve: (answer: HidMessage) => void; readonly reject: (reason: Error) => void } =
    NO_WAITER;
  #stopListening: () => void = () => {};
  #silence: RunningTimer | undefined;
  #cancel: RunningTimer | undefined;
  /** The report that completes the request left, or is about to. */
  #aftermath: Aftermath = "none";
  #written = false;
  #cancelled = false;
  #begun = false;
  #keepalive: number | undefined;

  constructor(env: Env, link: HidLink, work: { request: HidMessage; options: HidTransactionOptions }) {
    this.#env = env;
    this.#link = link;
    this.#request = work.request;
    this.#options = work.options;
    this.#assembler = new MessageAssembler({ reportBytes: link.reportBytes });
  }

  get context(): TraceContext {
    return this.#env.trace.context;
  }

  /** CANCEL was asked for: whatever the device still says must not be taken for the next answer. */
  get cancelled(): boolean {
    return this.#cancelled;
  }

  /** A keepalive came: the device took the request, and whatever else it says, may carry it out. */
  get begun(): boolean {
    return this.#begun;
  }

  /**
   * @returns the device's message: same command as the request, or ERROR.
   * @throws {TransportError} `DEVICE_GONE`, `LINK_CLOSED`, `PROTOCOL_VIOLATION`
   * @throws {TimeoutError} `hid.silence`
   * @throws the signal's reason, when the device did not answer the CANCEL in time.
   */
  run(): Promise<HidMessage> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.#stopListening = this.#link.listen(this.#request.channel, this);
      this.#options.signal?.addEventListener("abort", this.#onAbort, { once: true });
      const { silenceMs } = this.#options;
      if (silenceMs !== null) this.#silence = this.#startSilence(silenceMs);
      this.#link
        .send(this.#request, this.context, () => {
          this.#aftermath = "unknown";
        })
        .then(this.#onWritten, this.#onWriteFailed);
    });
  }

  report(report: Uint8Array): void {
    this.#silence?.restart();
    const message = this.#assemble(report);
    if (message === undefined) return;
    const { command } = message;
    if (command === HidCommand.KEEPALIVE) this.#onKeepalive(message);
    else if (command === this.#request.command) this.#finish(message);
    else if (command === HidCommand.ERROR) this.#onError(message);
    else this.#onForeign(message);
  }

  lost(error: TransportError): void {
    this.#finish(
      new TransportError(error.code, error.message, {
        aftermath: this.#aftermath,
        cause: error,
      }),
    );
  }

  /** An error frame ends the exchange; a device that had begun is told, or it goes on waiting for a touch. */
  #onError(message: HidMessage): void {
    if (this.#begun) this.#cancelWork();
    this.#finish(message);
  }

  #onForeign({ command }: HidMessage): void {
    this.#cancelWork();
    this.#finish(this.#violation(`answered command ${command} to ${this.#request.command}`));
  }

  #assemble(report: Uint8Array): HidMessage | undefined {
    // Once its answer began, the device has done with the request.
    const isAnswering = this.#assembler.pending;
    try {
      return this.#assembler.push(report);
    } catch (error) {
      if (!(error instanceof HidFramingError)) throw error;
      if (!isAnswering) this.#cancelWork();
      this.#finish(this.#violation(error.message, error));
      return undefined;
    }
  }

  #violation(what: string, cause?: Error): TransportError {
    const detail = { aftermath: this.#aftermath, ...(cause && { cause }) };
    return new TransportError("PROTOCOL_VIOLATION", `${this.#link.label}: ${what}`, detail);
  }

  #onKeepalive({ payload }: HidMessage): void {
    this.#begun = true;
    const status = payload[0];
    if (status === this.#keepalive) return;
    this.#keepalive = status;
    const known = KEEPALIVE_NAMES.get(status ?? -1);
    if (known !== undefined) return this.#notifyCaller(known);
    // Real clients disagree: some end the exchange, some never look at the byte. The run goes on, the report records
    // the deviation.
    this.#env.trace.emit({
      kind: "ctap.finding",
      command: nameOfCommand(this.#request.payload[0] ?? 0),
      fault: `HID_KEEPALIVE_STATUS_0x${(status ?? 0).toString(16).padStart(2, "0")}`,
      offset: INIT_HEADER_BYTES,
    });
  }

  #notifyCaller(status: KeepaliveStatus): void {
    try {
      this.#options.onKeepalive?.(status);
    } catch (error) {
      // The caller's own mistake rejects the caller's promise and does not end the link of all callers.
      this.#cancelWork();
      this.#finish(error as Error);
    }
  }

  readonly #onWritten = (): void => {
    this.#written = true;
    if (this.#cancelled && this.#settle !== NO_WAITER) this.#sendCancel();
  };

  readonly #onWriteFailed = (cause: unknown): void => {
    if (cause instanceof TransportError) {
      // The port says that this report did not leave, and less than a whole message is nothing to a device. A port that
      // failed in some other way says nothing of the kind.
      const aftermath = cause.aftermath === "unknown" ? this.#aftermath : "none";
      return this.#finish(
        new TransportError(cause.code, cause.message, { aftermath, cause: cause.cause ?? cause }),
      );
    }
    if (isHarnessError(cause)) return this.#finish(cause);
    // A foreign port fails as it likes, and nobody knows what of the report left.
    const message = `${this.#link.label} failed`;
    this.#finish(new TransportError("DEVICE_GONE", message, { aftermath: this.#aftermath, cause }));
  };

  readonly #onAbort = (): void => {
    const signal = this.#options.signal as AbortSignal;
    this.#cancelled = true;
    // Only CBOR requests can be cancelled. @see CTAP 2.2 §11.2.9.1.5 (CTAPHID_CANCEL)
    if (this.#request.command !== HidCommand.CBOR) {
      return this.#finish(abortedBy(signal, this.#aftermath));
    }
    const limit = { timer: "hid.cancel", budgetMs: this.#options.cancelMs };
    this.#cancel = startTimer(this.#env, limit, () => this.#finish(abortedBy(signal, this.#aftermath)));
    if (this.#written) this.#sendCancel();
  };

  /** Tells a device that works on the request that nobody waits any more: only CBOR requests can be cancelled. */
  #cancelWork(): void {
    const cancellable = this.#written && this.#request.command === HidCommand.CBOR;
    if (cancellable && !this.#cancelled) this.#sendCancel();
  }

  #sendCancel(): void {
    const { channel } = this.#request;
    const cancel = { channel, command: HidCommand.CANCEL, payload: new Uint8Array(0) };
    // A port that fails here ends its reports too, and the caller receives that failure.
    this.#link.send(cancel, this.context).catch(() => {});
  }

  #startSilence(budgetMs: number): RunningTimer {
    return startTimer(this.#env, { timer: "hid.silence", budgetMs }, () => {
      // A key that is still waiting for a touch must not act on it after its host gave up.
      this.#cancelWork();
      this.#finish(new TimeoutError({ timer: "hid.silence", budgetMs, aftermath: this.#aftermath }));
    });
  }

  #finish(outcome: HidMessage | Error): void {
    if (this.#settle === NO_WAITER) return;
    const { resolve, reject } = this.#settle;
    this.#settle = NO_WAITER;
    this.#stopListening();
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    this.#cancel?.disarm();
    this.#silence?.disarm();
    if (outcome instanceof Error) reject(outcome);
    else resolve(outcome);
  }
}

const NO_WAITER = { resolve: () => {}, reject: () => {} };
