import { QueueFullError } from "../../core/queue.js";
import { messageInbox } from "../message-inbox.js";
import type { ByteChannel } from "../ports.js";
import type { PipeRecord } from "./l2cap-records.js";

/** One of a program's L2CAP channels, at the near end of its pipe. */
export class PipedChannel implements ByteChannel {
  readonly closed: Promise<void>;
  readonly #number: number;
  readonly #unitMax: number;
  readonly #send: (record: PipeRecord) => void;
  readonly #inbox = messageInbox();
  #isOver = false;
  #reportEnd: () => void = () => {};

  /** @param which its number, and the longest unit its peer takes, in bytes. */
  constructor(
    which: { readonly number: number; readonly unitMax: number },
    send: (record: PipeRecord) => void,
  ) {
    this.#number = which.number;
    this.#unitMax = Math.max(1, which.unitMax);
    this.#send = send;
    this.closed = new Promise((resolve) => {
      this.#reportEnd = resolve;
    });
  }

  /** Sends in units that the peer takes: where a message ends is for its own framing to say. */
  write(bytes: Uint8Array): void {
    if (this.#isOver) return;
    for (let at = 0; at < bytes.length; at += this.#unitMax) {
      const payload = bytes.subarray(at, at + this.#unitMax);
      this.#send({ kind: "d", channel: this.#number, payload });
    }
  }

  read(signal?: AbortSignal): Promise<Uint8Array | undefined> {
    return this.#inbox.next(signal);
  }

  close(): void {
    if (this.#isOver) return;
    this.#send({ kind: "c", channel: this.#number, payload: new Uint8Array(0) });
    this.end();
  }

  /** Takes a unit that came. A reader that is too slow loses its channel. */
  receive(unit: Uint8Array): void {
    try {
      this.#inbox.put(unit);
    } catch (error) {
      if (!(error instanceof QueueFullError)) throw error;
      this.close();
    }
  }

  /** It is over; what came before is still read. */
  end(): void {
    this.#isOver = true;
    this.#inbox.close();
    this.#reportEnd();
  }
}
