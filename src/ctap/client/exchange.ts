import { onAbort } from "../../core/abort.js";
import { onMovingClock } from "../../core/clock.js";
import { envIn, inSpan, type Env } from "../../core/env.js";
import type { LeftBehind } from "../../core/errors.js";
import { CtapCommand, nameOfCommand } from "../command.js";
import type { CtapDevice, TransactOptions } from "../device.js";
import type { ResponseParser } from "../messages/message.js";
import { MessageError } from "../messages/message-error.js";
import { turnsOf } from "./device-turns.js";
import { CtapError, CtapStatus, nameOfStatus } from "../status.js";
import { TransportError } from "../transport-error.js";
import { SentRequests, type SentRequest } from "./sent-requests.js";

interface Outgoing {
  readonly request: Uint8Array;
  readonly options: TransactOptions;
}

/**
 * Asks one device one question at a time, says so in the trace, and turns a status byte into an error.
 *
 * All exchanges on one device object wait for each other, so that a series of one is not interrupted by another.
 * The trace gets names and sizes, never contents.
 */
export class CtapExchange {
  readonly #env: Env;
  readonly #device: CtapDevice;
  readonly #sentRequests: SentRequests;
  /** The device is this exchange's own for as long as its series lasts. */
  readonly #isSeries: boolean;
  /** Longest request the device takes, command byte included; one for an exchange and its series. */
  readonly limit: { bytes: number };

  constructor(
    env: Env,
    device: CtapDevice,
    { isSeries = false, limit = { bytes: Infinity }, sentRequests = new SentRequests() } = {},
  ) {
    this.#env = env;
    this.#device = device;
    this.#isSeries = isSeries;
    this.limit = limit;
    this.#sentRequests = sentRequests;
  }

  /**
   * Runs commands that belong together: those of every other exchange on the device wait until `work` has settled.
   *
   * @param work sends through the exchange it is given, and through no other: that would wait for its own end.
   * @throws what `work` throws; an error with aftermath `none` when the signal aborts while others have the device.
   */
  series<T>(
    work: (exchange: CtapExchange) => Promise<T>,
    { signal }: Pick<TransactOptions, "signal"> = {},
  ): Promise<T> {
    if (this.#isSeries) return work(this);
    const own = new CtapExchange(this.#env, this.#device, {
      isSeries: true,
      limit: this.limit,
      sentRequests: this.#sentRequests,
    });
    return turnsOf(this.#device).commands.run(() => work(own), signal);
  }

  /** What the requests sent so far may have left on the device. */
  get leftBehind(): LeftBehind {
    return this.#sentRequests.leftBehind;
  }

  /**
   * Sends a request and reads its answer.
   *
   * @throws as {@link send}; {@link MessageError} with aftermath `unknown` when the device did what it was
   *   asked, which changed something, and its answer cannot be read.
   */
  async ask<T>(request: Uint8Array, parse: ResponseParser<T>, options?: TransactOptions): Promise<T> {
    const { body, sent } = await this.#send(request, options);
    try {
      const answer = this.read(nameOfCommand(request[0] as number), body, parse);
      this.#sentRequests.wasRead(sent);
      return answer;
    } catch (error) {
      throw this.#sentRequests.unreadable(sent, error);
    }
  }

  /**
   * Reads a response body; rules of the encoding it breaks and members it is read without become findings in the trace.
   *
   * @throws {MessageError} when it cannot be read even so.
   */
  read<T>(command: string, body: Uint8Array, parse: ResponseParser<T>): T {
    try {
      return parse(body, (fault, offset, member) => {
        const finding = { command, fault, offset, ...(member !== undefined && { member }) };
        this.#env.trace.emit({ kind: "ctap.finding", ...finding });
      });
    } catch (error) {
      if (!(error instanceof MessageError)) throw error;
      throw new MessageError(error.code, `${command} answered: ${error.message}`, {
        status: error.status,
        cause: error,
      });
    }
  }

  /**
   * @param request command byte and parameters.
   * @returns the response body, without the status byte.
   * @throws {CtapError} when the device refuses.
   * @throws {MessageError} `MESSAGE_TOO_LARGE` before anything is sent.
   * @throws {TransportError} when no answer comes; `PROTOCOL_VIOLATION` when it is empty. Aftermath `none` when the
   *   request only reads.
   * @throws the signal's reason, when the device gave up because of it. An answer that was faster counts.
   */
  async send(request: Uint8Array, options?: TransactOptions): Promise<Uint8Array> {
    return (await this.#send(request, options)).body;
  }

  async #send(
    request: Uint8Array,
    options: TransactOptions = {},
  ): Promise<{ readonly body: Uint8Array; readonly sent: SentRequest }> {
    const command = nameOfCommand(request[0] as number);
    options.signal?.throwIfAborted();
    if (request.length > this.limit.bytes) {
      throw new MessageError(
        "MESSAGE_TOO_LARGE",
        `${command} takes ${request.length} bytes, the device at most ${this.limit.bytes}`,
        { hint: "Send shorter credential lists, in several requests, or fewer extensions." },
      );
    }
    return this.series((own) => own.#sendNow(command, { request, options }), options);
  }

  async #sendNow(
    command: string,
    { request, options }: Outgoing,
  ): Promise<{ readonly body: Uint8Array; readonly sent: SentRequest }> {
    const env = envIn(this.#env, options.context);
    const sent = this.#sentRequests.add(request);
    try {
      const body = await inSpan(env, { name: "exchange", label: command }, (own) =>
        this.#sendIn(own, command, { request, options, sent }),
      );
      return { body, sent };
    } catch (error) {
      throw this.#sentRequests.failed(sent, error, options.signal?.reason);
    }
  }

  async #sendIn(
    env: Env,
    command: string,
    { request, options, sent }: Outgoing & { readonly sent: SentRequest },
  ): Promise<Uint8Array> {
    const response = await this.#transact(env, command, { request, options });
    const status = response[0];
    if (status === undefined) {
      throw new TransportError("PROTOCOL_VIOLATION", `${command} was answered with nothing`, {
        aftermath: "unknown",
      });
    }
    env.trace.emit({
      kind: "ctap.response",
      command,
      status: nameOfStatus(status),
      bytes: response.length,
    });
    if (status === CtapStatus.OK) {
      this.#sentRequests.answeredOk(sent);
      return response.subarray(1);
    }
    this.#sentRequests.refused(sent);
    if (status === CtapStatus.KEEPALIVE_CANCEL) options.signal?.throwIfAborted();
    throw new CtapError(command, status);
  }

  async #transact({ trace }: Env, command: string, { request, options }: Outgoing): Promise<Uint8Array> {
    const { signal, onKeepalive } = options;
    trace.emit({ kind: "ctap.request", command, bytes: request.length });
    const stop = onAbort(signal, () => trace.emit({ kind: "ctap.cancel", command }));
    try {
      const answer = this.#device.transact(request, {
        signal,
        context: trace.context,
        onKeepalive(status) {
          trace.emit({ kind: "ctap.keepalive", status });
          onKeepalive?.(status);
        },
      });
      return await onMovingClock(this.#env.clock, command, answer);
    } finally {
      stop();
    }
  }
}

/** A request that is nothing but its command byte. */
export function bareRequest(command: keyof typeof CtapCommand): Uint8Array {
  return Uint8Array.of(CtapCommand[command]);
}
