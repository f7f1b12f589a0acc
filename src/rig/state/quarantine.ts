import { readAs } from "../../core/read-shape.js";
import { shape } from "../../core/shape.js";
import { existsSync, rmSync } from "node:fs";
import type { StateFolder } from "./state-folder.js";

/** Why a device is given to no job. */
export interface Quarantined {
  readonly label: string;
  readonly reasons: readonly string[];
  /** File with the trace of the attempts to bring it back; absent where none was kept. */
  readonly trace?: string;
  /** When, on the machine's clock. */
  readonly at: string;
}

const SHAPE = shape.object(
  { label: shape.text, reasons: shape.list(shape.text), at: shape.text },
  { trace: shape.text },
);

const CODES = { unknownMember: "bad", missingMember: "bad", wrongType: "bad", badValue: "bad" } as const;

/**
 * Devices that are given to no job until a user has looked at them: a file for each, whose being there is what counts. A
 * file that is damaged keeps its device here.
 */
export class Quarantine {
  readonly #folder: StateFolder;

  constructor(folder: StateFolder) {
    this.#folder = folder;
  }

  has(label: string): boolean {
    return existsSync(this.#folder.file(fileOf(label)));
  }

  put(entry: Quarantined): void {
    this.#folder.replace(fileOf(entry.label), entry);
  }

  /** @returns whether it was there. */
  end(label: string): boolean {
    const had = this.has(label);
    rmSync(this.#folder.file(fileOf(label)), { force: true });
    return had;
  }

  get(label: string): Quarantined | undefined {
    const file = this.#folder.read(fileOf(label));
    if (file.is === "absent") return undefined;
    try {
      if (file.is === "json") {
        return readAs<unknown, "bad">(SHAPE, file.value, {
          codes: CODES,
          toError: () => new RangeError("damaged"),
        }) as Quarantined;
      }
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
    return { label, reasons: ["the file that says why is damaged"], at: "" };
  }
}

function fileOf(label: string): string {
  return `quarantine-${label}.json`;
}
