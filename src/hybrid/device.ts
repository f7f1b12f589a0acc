import { abortedBy } from "../core/abort.js";
import { concat } from "../core/bytes.js";
import type { Env } from "../core/env.js";
import { AbortedError, isHarnessError, TimeoutError } from "../core/errors.js";
import { Mutex } from "../core/queue.js";
import { CtapCommand } from "../ctap/command.js";
import type { CtapDevice, TransactOptions } from "../ctap/device.js";
import { CtapStatus } from "../ctap/status.js";
import { TransportError } from "../ctap/transport-error.js";
import type { HybridSettings } from "./hybrid-options.js";
import { limited } from "./in-stage.js";
import type { HybridConnection } from "./connection.js";

export interface HybridDeviceDeps {
  readonly settings: HybridSettings;
  /** Finds the phone and shakes hands; called once, when the phone is first needed. */
  readonly link: (signal: AbortSignal) => Promise<HybridConnection>;
  readonly label: string;
}

/**
 * Implements the CTAP device interface for a phone, over whichever transport the phone is reached. A request issued
 * before the phone is connected waits for the connection.
 *
 * Nothing can be cancelled: the call of a caller that aborts rejects at once, the phone receives the shutdown message,
 * and an answer that still comes is traced as `ctap.discarded`. getInfo is answered from what the phone sent along.
 */
export class HybridDevice implements CtapDevice {
  readonly transport = "hybrid";
  readonly oneShot = true;
  readonly label: string;
  /** Settles when nothing of the connection is left, the time after the shutdown included. Never rejects. */
  readonly ended: Promise<void>;
  readonly #env: Env;
  readonly #deps: HybridDeviceDeps;
  readonly #mutex = new Mutex();
  readonly #life = new AbortController();
  #linking: Promise<HybridConnection> | undefined;
  #connection: HybridConnection | undefined;
  #over = "";
  #reportEnd: () => void = () => {};

  constructor(env: Env, deps: HybridDeviceDeps) {
    this.#env = env;
    this.#deps = deps;
    this.label = deps.label;
    this.ended = new Promise((resolve) => {
      this.#reportEnd = resolve;
    });
  }

  /** Known once the link is ready. */
  get infoInAdvance(): Uint8Array | undefined {
    return this.#connection?.info;
  }

  /** Whether the device takes no more requests. */
  get isOver(): boolean {
    return this.#life.signal.aborted;
  }

  /**
   * Waits until the phone can be asked; starts looking for the phone if no caller did.
   *
   * @throws {HybridError} when it cannot be reached; aftermath `none`. @throws {TimeoutError} of a timer `hybrid.*`.
   * @throws the signal's reason, or {@link AbortedError}; the search is then over.
   */
  async ready({ signal }: TransactOptions = {}): Promise<void> {
    await this.#reach(signal);
  }

  async transact(request: Uint8Array, options: TransactOptions = {}): Promise<Uint8Array> {
    const { signal } = options;
    if (signal?.aborted) throw abortedBy(signal, "none");
    const turn = { started: false };
    const done = this.#mutex.run(async () => {
      if (signal?.aborted) throw abortedBy(signal, "none");
      turn.started = true;
      return this.#exchange(request, signal);
    });
    // A caller that aborts while another is served leaves the queue and does not disturb the others.
    return orAborted(done, signal, () => {
      if (turn.started) return undefined;
      return abortedBy(signal as AbortSignal, "none");
    });
  }

  /** Sends the shutdown and returns; the device listens on for a while, see {@link ended}. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#finish("the device was disposed of");
  }

  /** Ends what {@link ended} waits for: no more listening for late updates. */
  hangUp(): void {
    this.#finish("the device was hung up");
    this.#connection?.hangUp();
  }

  async #exchange(request: Uint8Array, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const line = await this.#reach(signal);
    if (request.length === 1 && request[0] === CtapCommand.getInfo) {
      return concat(Uint8Array.of(CtapStatus.OK), line.info);
    }
    const life = this.#life.signal;
    const answer = orAborted(line.ask(request), life, () => gone("disposed of during a request", "unknown"));
    try {
      const answered = await orAborted(answer, signal, () => abortedMidway(signal as AbortSignal));
      if (this.#deps.settings.shutsDown === "after-answer") {
        this.#finish("the phone answered its one request");
      }
      return answered;
    } catch (error) {
      this.#finish(error as Error);
      throw error;
    }
  }

  /** @throws as {@link ready} does. */
  async #reach(signal: AbortSignal | undefined): Promise<HybridConnection> {
    const life = this.#life.signal;
    if (signal?.aborted) throw abortedBy(signal, "none");
    if (life.aborted) throw gone(this.#over);
    this.#linking ??= this.#connect();
    try {
      return await orAborted(this.#linking, signal, () => abortedBy(signal as AbortSignal, "none"));
    } catch (error) {
      this.#finish(error as Error);
      throw error;
    }
  }

  async #connect(): Promise<HybridConnection> {
    const { link, settings } = this.#deps;
    const limit = { timer: "hybrid.link", budgetMs: settings.budgets.linkMs };
    try {
      const line = await limited(this.#env, limit, link, this.#life.signal);
      this.#connection = line;
      void line.ended.then(this.#reportEnd);
      if (this.isOver) line.shutDown();
      return line;
    } catch (error) {
      this.#finish(error as Error);
      this.#reportEnd();
      throw error;
    }
  }

  /** @param why for those who still ask; an error of its own ends a search that runs. */
  #finish(why: string | Error): void {
    if (this.isOver) return;
    this.#over = typeof why === "string" ? why : why.message;
    // To end a connection in good order takes no error, which would cost more than all the rest of it.
    this.#life.abort(typeof why === "string" && this.#connection ? why : toError(why));
    this.#connection?.shutDown();
    if (this.#linking === undefined) this.#reportEnd();
  }
}

/** `work`, unless the signal aborts first and `onAbort` has an error to make of it. */
async function orAborted<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
  onAbort: () => Error | undefined,
): Promise<T> {
  if (signal === undefined) return work;
  let listener = () => {};
  const aborted = new Promise<never>((_, reject) => {
    listener = () => {
      const error = onAbort();
      if (error) reject(error);
    };
    if (signal.aborted) listener();
    else signal.addEventListener("abort", listener, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", listener);
  }
}

function gone(message: string, aftermath: "none" | "unknown" = "none"): TransportError {
  return new TransportError("DEVICE_GONE", message, {
    aftermath,
    hint: "Show a new QR code, or call a linked phone: a phone answers one request.",
  });
}

function toError(why: string | Error): Error {
  return typeof why === "string" ? gone(why) : why;
}

/** Builds the error of an abort after the phone received the request, which cannot be cancelled any more. */
function abortedMidway(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  // A budget knows what running out leaves behind, and whose it was.
  if (reason instanceof TimeoutError) return reason;
  if (isHarnessError(reason) && reason.aftermath === "unknown") return reason;
  const message = isHarnessError(reason) ? reason.message : "the caller gave up";
  return new AbortedError(message, { aftermath: "unknown", cause: reason });
}
