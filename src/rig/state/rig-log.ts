import type { Clock } from "../../core/clock.js";
import type { StateFolder } from "./state-folder.js";

/** What happened on a rig, as its log tells it. No secret enters: labels, names of jobs, codes. */
export type RigEvent =
  | {
      readonly kind: "leased" | "released";
      readonly label: string;
      readonly job: string;
      readonly pid: number;
    }
  /** The process with the lease ended without giving it back. */
  | { readonly kind: "freed"; readonly label: string; readonly job: string; readonly pid: number }
  /** A file was no longer what it should be; what was left of it is kept under another name. */
  | { readonly kind: "damaged"; readonly file: string; readonly aside: string }
  | { readonly kind: "recovered"; readonly label: string; readonly steps: readonly string[] }
  | { readonly kind: "quarantined"; readonly label: string; readonly reasons: readonly string[] }
  | { readonly kind: "returned"; readonly label: string }
  | {
      readonly kind: "verdict";
      readonly label: string;
      readonly job: string;
      readonly outcome: "passed" | "failed";
      readonly text?: string;
    };

/** An event and when it was written down, on the machine's clock: for people, nothing is computed from it. */
export type RigLogLine = RigEvent & { readonly at: string };

const FILE = "log.jsonl";

/** The rig's log, which all of its processes write. */
export class RigLog {
  readonly #folder: StateFolder;
  readonly #clock: Clock;

  constructor(folder: StateFolder, clock: Clock) {
    this.#folder = folder;
    this.#clock = clock;
  }

  add(event: RigEvent): void {
    this.#folder.append(FILE, { at: new Date(this.#clock.epochMs()).toISOString(), ...event });
  }

  /** Returns the whole lines, oldest first. */
  lines(): readonly RigLogLine[] {
    return this.#folder.lines(FILE).filter(isLine);
  }
}

function isLine(value: unknown): value is RigLogLine {
  return typeof value === "object" && value !== null && "kind" in value && "at" in value;
}
