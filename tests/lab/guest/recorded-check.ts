import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { check, outFolder } from "../../../lab/checks.js";
import { asRun } from "./as-run.js";
import { type TraceRecord, type TraceSink, jsonLinesSink } from "../../../src/entry/diagnosis.js";
import { runOfTrace, toHtml } from "../../../src/entry/scenarios.js";

/** Where everybody in the guest writes to; a check keeps its own part. */
export class Recorder implements TraceSink {
  readonly #records: TraceRecord[] = [];
  readonly #listeners = new Set<(record: TraceRecord) => void>();
  #begun = 0;

  write(record: TraceRecord): void {
    this.#records.push(record);
    for (const listener of this.#listeners) listener(record);
  }

  /** What happened since the check began. */
  get records(): readonly TraceRecord[] {
    return this.#records.slice(this.#begun);
  }

  /** What another process recorded on a clock of its own; told as happening now. */
  add(records: readonly TraceRecord[]): void {
    const atMs = this.#records.at(-1)?.atMs ?? 0;
    for (const record of records) this.write({ ...record, atMs });
  }

  /** Calls `act` the moment something happens, once. */
  once(isIt: (record: TraceRecord) => boolean, act: () => void): void {
    const listener = (record: TraceRecord) => {
      if (!isIt(record)) return;
      this.#listeners.delete(listener);
      act();
    };
    this.#listeners.add(listener);
  }

  /** Runs one check and leaves its trace and its page in the artefacts, whatever came of it. */
  async check(title: string, body: () => unknown): Promise<boolean> {
    this.#begun = this.#records.length;
    const good = await check(title, body);
    this.#keep(title);
    return good;
  }

  #keep(title: string): void {
    const records = asRun(title, this.records);
    const lines: string[] = [];
    const sink = jsonLinesSink((line) => lines.push(line));
    for (const record of records) sink.write(record);
    const path = join(outFolder(), title.replace(/[^a-z0-9]+/gi, "-").slice(0, 60));
    writeFileSync(`${path}.jsonl`, `${lines.join("\n")}\n`);
    writeFileSync(`${path}.html`, toHtml(runOfTrace(records)));
  }
}
