import { toHex } from "../../core/bytes.js";
import { cleanUp } from "../../core/clean-up.js";
import type { Env } from "../../core/env.js";
import type { TraceContext } from "../../core/trace.js";
import { Mutex } from "../../core/queue.js";
import { TransportError } from "../../ctap/transport-error.js";
import {
  BROADCAST_CHANNEL,
  CONTINUATION_HEADER_BYTES,
  HidCommand,
  INIT_HEADER_BYTES,
  REPORT_BYTES,
} from "./constants.js";
import { channelOf, isInitPacket, toReports, type HidMessage } from "./framing.js";
import type { HidPort } from "./port.js";

/** Commands by which a device may do something that lasts. */
const ASKING: readonly number[] = [HidCommand.CBOR, HidCommand.MSG];

/** The request that is being answered right now. */
export interface LinkListener {
  /** The span of that request: what arrives for it is recorded there. */
  readonly context: TraceContext;
  /** A report of the channel listened to. */
  report(report: Uint8Array): void;
  /** No report will come any more. */
  lost(error: TransportError): void;
}

export interface LinkOptions {
  /** Bytes of one report; 64 by default. */
  readonly reportBytes?: number | undefined;
  /**
   * Selects how much of a report the trace records. `headers` by default: CTAP encrypts PINs, but a large-blob key, a
   * credential id and user names pass in the clear, and users share traces.
   */
  readonly frames?: "headers" | "full" | undefined;
}

export interface LinkSetup extends LinkOptions {
  /** Receives reports on our channel that no exchange waits for. */
  readonly stray: (report: Uint8Array) => void;
}

/** A port shared with other programs: sends whole messages, hands on the reports of one channel. */
export class HidLink {
  /** The channel this program was given; until then the one all programs share. */
  channel: number = BROADCAST_CHANNEL;
  readonly reportBytes: number;
  readonly #env: Env;
  readonly #port: HidPort;
  readonly #setup: LinkSetup;
  readonly #writing = new Mutex();
  #listener: { readonly channel: number; readonly to: LinkListener } | undefined;
  #lost: TransportError | undefined;
  #closing = false;
  #wasLost = false;

  constructor(env: Env, port: HidPort, setup: LinkSetup) {
    this.#env = env;
    this.#port = port;
    this.#setup = setup;
    this.reportBytes = setup.reportBytes ?? REPORT_BYTES;
    void this.#pump();
  }

  get label(): string {
    return this.#port.label;
  }

  /** Why nothing can be sent any more. Aftermath `none`: a caller that asks now has not sent anything. */
  get lost(): TransportError | undefined {
    return this.#lost;
  }

  /** Whether the device went away before this program closed the link. */
  get wasLost(): boolean {
    return this.#wasLost;
  }

  /** One listener at a time. @returns how to stop. */
  listen(channel: number, to: LinkListener): () => void {
    const listener = { channel, to };
    this.#listener = listener;
    return () => {
      if (this.#listener === listener) this.#listener = undefined;
    };
  }

  /**
   * Writes a whole message; messages never mix.
   *
   * @param context the span that sends.
   * @param beforeLast called before the report that completes it leaves: a device cannot act on less.
   * @throws {TransportError} `DEVICE_GONE`
   */
  async send(message: HidMessage, context: TraceContext, beforeLast: () => void = () => {}): Promise<void> {
    const reports = [...toReports(message, { reportBytes: this.reportBytes })];
    await this.#writing.run(async () => {
      for (const [index, report] of reports.entries()) {
        if (this.#lost) throw this.#lost;
        if (index === reports.length - 1) beforeLast();
        this.#traceReport("out", report, context);
        await this.#write(report, { context, asks: ASKING.includes(message.command) });
      }
    });
  }

  /** A port of a caller's own may throw anything; whether the report left is then unknown. */
  async #write(
    report: Uint8Array,
    { context, asks }: { readonly context: TraceContext; readonly asks: boolean },
  ): Promise<void> {
    try {
      await this.#port.write(report, context);
    } catch (cause) {
      if (cause instanceof TransportError) throw cause;
      throw new TransportError("DEVICE_GONE", `${this.label} failed to write`, {
        aftermath: asks ? "unknown" : "none",
        cause,
      });
    }
  }

  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    const first = this.#lost === undefined;
    this.#end(new TransportError("DEVICE_GONE", `${this.label} was closed`));
    if (first) this.#env.trace.emit({ kind: "link.closed", link: this.label });
    // A port that cannot be closed keeps no caller waiting.
    await cleanUp(this.#env.clock, "hid.close", () => this.#port.close());
  }

  async #pump(): Promise<void> {
    try {
      for await (const report of this.#port.reports()) this.#deliver(report);
      this.#lose(new TransportError("LINK_CLOSED", `${this.label} ended`));
    } catch (cause) {
      const gone = cause instanceof TransportError ? cause : undefined;
      this.#lose(gone ?? new TransportError("DEVICE_GONE", `${this.label} failed`, { cause }));
    }
  }

  #deliver(report: Uint8Array): void {
    const channel = channelOf(report);
    if (channel === this.#listener?.channel) {
      this.#traceReport("in", report, this.#listener.to.context);
      this.#listener.to.report(report);
    } else if (channel === this.channel && channel !== BROADCAST_CHANNEL) {
      this.#traceReport("in", report, this.#env.trace.context);
      this.#setup.stray(report);
    }
  }

  #lose(error: TransportError): void {
    if (this.#closing || this.#lost) return;
    this.#wasLost = true;
    const trace = this.#env.trace.in(this.#listener?.to.context);
    trace.emit({ kind: "link.lost", link: this.label, code: error.code });
    this.#end(error);
  }

  #end(error: TransportError): void {
    this.#lost ??= error;
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.to.lost(error);
  }

  #traceReport(direction: "in" | "out", report: Uint8Array, context: TraceContext): void {
    const headerBytes = isInitPacket(report) ? INIT_HEADER_BYTES : CONTINUATION_HEADER_BYTES;
    const shown = this.#setup.frames === "full" ? report : report.subarray(0, headerBytes);
    this.#env.trace.in(context).emit({ kind: "link.hid", direction, hex: toHex(shown) });
  }
}
