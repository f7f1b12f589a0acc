import { AsyncQueue, QueueFullError } from "../../core/queue.js";
import type { Trace } from "../../core/trace.js";
import { TransportError } from "../../ctap/transport-error.js";
import { REPORT_BYTES } from "./constants.js";

/** Cuts a byte stream into reports; what is not a whole report yet waits for the rest. */
export class ReportSlicer {
  #partial = new Uint8Array(REPORT_BYTES);
  #filled = 0;

  /** Bytes of a report that has begun. */
  get pendingBytes(): number {
    return this.#filled;
  }

  *push(chunk: Uint8Array): Generator<Uint8Array, void, undefined> {
    for (let at = 0; at < chunk.length;) {
      const part = chunk.subarray(at, at + REPORT_BYTES - this.#filled);
      this.#partial.set(part, this.#filled);
      at += part.length;
      this.#filled += part.length;
      if (this.#filled < REPORT_BYTES) return;
      const report = this.#partial;
      this.#partial = new Uint8Array(REPORT_BYTES);
      this.#filled = 0;
      yield report;
    }
  }
}

export interface ReportInboxSetup {
  /** The port's name, for errors and traces. */
  readonly label: string;
  readonly trace?: Trace | undefined;
}

/** The reading half of a port made of callbacks: reports in order, then an end with or without a reason. */
export class ReportInbox {
  readonly #setup: ReportInboxSetup;
  readonly #queue = new AsyncQueue<Uint8Array>();
  #gone: TransportError | undefined;

  constructor(setup: ReportInboxSetup) {
    this.#setup = setup;
  }

  /** Why the port is of no use any more, if it is. */
  get gone(): TransportError | undefined {
    return this.#gone;
  }

  /** Takes what arrived; anything but a whole report is left out and traced. */
  put(report: Uint8Array): void {
    if (report.length !== REPORT_BYTES) return this.#ignore("wrong-size", report.length);
    try {
      // A copy, and no Buffer: drivers reuse their memory.
      this.#queue.put(Uint8Array.from(report));
    } catch (error) {
      if (!(error instanceof QueueFullError)) throw error;
      this.#ignore("reader-too-slow", report.length);
    }
  }

  /** The device went away; later reasons change nothing. */
  lose(what: string, cause?: unknown): TransportError {
    this.#gone ??= new TransportError("DEVICE_GONE", `${this.#setup.label}: ${what}`, { cause });
    this.#queue.close(this.#gone);
    return this.#gone;
  }

  /** Ends the inbox because its caller closed the port. */
  close(): void {
    this.#gone ??= new TransportError("DEVICE_GONE", `${this.#setup.label} was closed`);
    this.#queue.close();
  }

  /** @throws {TransportError} `DEVICE_GONE` @throws {RangeError} for a report that is none. */
  checkWrite(report: Uint8Array): void {
    if (report.length !== REPORT_BYTES) {
      throw new RangeError(`a report has ${REPORT_BYTES} bytes, not ${report.length}`);
    }
    if (this.#gone) throw this.#gone;
  }

  reports(): AsyncIterable<Uint8Array> {
    return this.#queue;
  }

  #ignore(reason: "wrong-size" | "reader-too-slow", bytes: number): void {
    this.#setup.trace?.emit({ kind: "link.ignored", link: this.#setup.label, reason, bytes });
  }
}
