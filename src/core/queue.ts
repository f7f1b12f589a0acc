import { HarnessError } from "./errors.js";

/** One at a time, in order of arrival; a failure does not block those behind it. */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

/** The queue is full and its reader takes no items: the producer is permanently faster than the reader. */
export class QueueFullError extends HarnessError<"MAILBOX_FULL"> {
  constructor(limit: number, unit: "items" | "bytes" = "items") {
    super("MAILBOX_FULL", `more than ${limit} ${unit} wait and nobody collects them`);
  }
}

const ITEMS_MAX = 4096;

/** How many bytes may wait in a queue, counted by what an item takes. */
export interface QueueBytes<T> {
  readonly max: number;
  readonly of: (item: T) => number;
}

interface Waiter<T> {
  readonly resolve: (item: T | undefined) => void;
  readonly reject: (reason: Error) => void;
}

/**
 * A bounded queue between a callback world and `await`; replaces event emitters.
 *
 * Items already put are still delivered after `close`. `next` then gives `undefined` for an end in
 * good order, or throws the error it was closed with.
 */
export class AsyncQueue<T> implements AsyncIterable<T> {
  readonly #items: T[] = [];
  readonly #waiters: Waiter<T>[] = [];
  readonly #limit: number;
  readonly #bytes: QueueBytes<T> | undefined;
  #waitingBytes = 0;
  #ended: { readonly error: Error | undefined } | undefined;

  /**
   * @param limit items that may wait; 4096 when absent.
   * @param bytes a second limit, for items whose size a stranger chooses.
   */
  constructor(limit = ITEMS_MAX, bytes?: QueueBytes<T>) {
    this.#limit = limit;
    this.#bytes = bytes;
  }

  get closed(): boolean {
    return this.#ended !== undefined;
  }

  /** Puts nothing after `close`. @throws {QueueFullError} */
  put(item: T): void {
    if (this.#ended) return;
    const waiter = this.#waiters.shift();
    if (waiter) return waiter.resolve(item);
    if (this.#items.length >= this.#limit) throw new QueueFullError(this.#limit);
    this.#countIn(item);
    this.#items.push(item);
  }

  close(error?: Error): void {
    if (this.#ended) return;
    this.#ended = { error };
    for (const waiter of this.#waiters.splice(0)) this.#settle(waiter);
  }

  /** The next item, or `undefined` after an end in good order. @throws the signal's reason, or the closing error. */
  next(signal?: AbortSignal): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      if (this.#items.length > 0) return resolve(this.#take());
      const onAbort = () => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        reject(signal?.reason as Error);
      };
      const waiter: Waiter<T> = {
        resolve: (item) => {
          signal?.removeEventListener("abort", onAbort);
          resolve(item);
        },
        reject: (reason: Error) => {
          signal?.removeEventListener("abort", onAbort);
          reject(reason);
        },
      };
      if (this.#ended) return this.#settle(waiter);
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#waiters.push(waiter);
    });
  }

  /** Takes what waits now, without waiting; the queue is then empty. */
  drain(): T[] {
    this.#waitingBytes = 0;
    return this.#items.splice(0);
  }

  async *[Symbol.asyncIterator](): AsyncIterator<T> {
    for (let item = await this.next(); item !== undefined; item = await this.next()) yield item;
  }

  #countIn(item: T): void {
    if (this.#bytes === undefined) return;
    const { max, of } = this.#bytes;
    const bytes = this.#waitingBytes + of(item);
    if (bytes > max) throw new QueueFullError(max, "bytes");
    this.#waitingBytes = bytes;
  }

  #take(): T {
    const item = this.#items.shift() as T;
    if (this.#bytes) this.#waitingBytes -= this.#bytes.of(item);
    return item;
  }

  #settle(waiter: Waiter<T>): void {
    if (this.#ended?.error === undefined) waiter.resolve(undefined);
    else waiter.reject(this.#ended.error);
  }
}
