import type { TraceRecord } from "../entry/diagnosis.js";

/** Limit of the records that a service keeps for its document: 2 MB of JSON. */
export const RECORDS_MAX = 10_000;

/** Keeps the newest records of a service that runs for days, and counts the others. */
export class LatestRecords {
  #records: TraceRecord[] = [];
  #dropped = 0;

  /** How many older records were not kept. */
  get dropped(): number {
    return this.#dropped + Math.max(0, this.#records.length - RECORDS_MAX);
  }

  get records(): readonly TraceRecord[] {
    return this.#records.slice(-RECORDS_MAX);
  }

  write(record: TraceRecord): void {
    this.#records.push(record);
    if (this.#records.length < 2 * RECORDS_MAX) return;
    this.#dropped += this.#records.length - RECORDS_MAX;
    this.#records = this.#records.slice(-RECORDS_MAX);
  }
}
