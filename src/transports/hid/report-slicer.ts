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
