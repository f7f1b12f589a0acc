import { EventEmitter } from "node:events";
import type { Noble, NoblePeripheral } from "../../src/hybrid/adapters/ble-noble.js";

export interface FakeNobleParts {
  /** What the radio is when first asked; `poweredOn` when absent. */
  readonly state?: string;
  /** What asking for the state throws. */
  readonly startError?: Error;
  /** What starting a scan answers. */
  readonly scanError?: Error;
}

/** Stands in for either noble package: what it was asked to scan for, and a way to make it hear. */
export class FakeNoble extends EventEmitter implements Noble {
  readonly scans: { readonly uuids: readonly string[]; readonly duplicates: boolean }[] = [];
  stops = 0;
  readonly #parts: FakeNobleParts;

  constructor(parts: FakeNobleParts = {}) {
    super();
    this.#parts = parts;
  }

  get state(): string {
    if (this.#parts.startError) throw this.#parts.startError;
    return this.#parts.state ?? "poweredOn";
  }

  startScanning(uuids: string[], duplicates: boolean, done: (error?: Error | null) => void): void {
    this.scans.push({ uuids, duplicates });
    done(this.#parts.scanError ?? null);
    this.emit("scanning");
  }

  stopScanning(): void {
    this.stops += 1;
  }

  /** A broadcast with these pieces of service data. */
  hear(
    serviceData: Readonly<Record<string, Uint8Array>>,
    rest: Omit<NoblePeripheral, "advertisement"> = {},
  ): void {
    const pieces = Object.entries(serviceData).map(([uuid, data]) => ({ uuid, data: Buffer.from(data) }));
    this.emit("discover", { ...rest, advertisement: { serviceData: pieces } });
  }
}
