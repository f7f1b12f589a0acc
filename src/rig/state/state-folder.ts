import {
  appendFileSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { pid } from "node:process";
import { RigError } from "../rig-error.js";

/** What a file of the folder holds: parsed JSON, nothing, or something that is no JSON. */
export type StateFile =
  { readonly is: "json"; readonly value: unknown } | { readonly is: "absent" } | { readonly is: "damaged" };

/** From this size on the log begins anew, in bytes; one older part is kept. */
const LOG_BYTES_MAX = 1_000_000;

/** Files of one rig that its processes share. Only the owner of the folder may read them. */
export class StateFolder {
  /** Without links, so that all processes mean the same folder. */
  readonly path: string;

  /** @throws {RigError} `RIG_STATE_FAILED` when the folder cannot be made. */
  constructor(path: string) {
    this.path = failing(path, () => {
      mkdirSync(path, { recursive: true, mode: 0o700 });
      return realpathSync(path);
    });
  }

  file(name: string): string {
    return join(this.path, name);
  }

  /** @throws {RigError} `RIG_STATE_FAILED` when it is there and cannot be read. */
  read(name: string): StateFile {
    const path = this.file(name);
    const text = failing(path, () => {
      try {
        return readFileSync(path, "utf8");
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        throw error;
      }
    });
    if (text === undefined) return { is: "absent" };
    try {
      return { is: "json", value: JSON.parse(text) as unknown };
    } catch {
      return { is: "damaged" };
    }
  }

  /**
   * Replaces a file whole or not at all, also when the power is cut. The process that writes holds the lock of the table, so that an
   * unfinished file of a killed process is of use to no other one.
   *
   * @throws {RigError} `RIG_STATE_FAILED`
   */
  replace(name: string, value: unknown): void {
    const path = this.file(name);
    const unfinished = `${path}.${pid}.new`;
    failing(path, () => {
      const descriptor = openSync(unfinished, "w", 0o600);
      try {
        writeFileSync(descriptor, `${JSON.stringify(value, undefined, 2)}\n`);
        fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
      renameSync(unfinished, path);
    });
  }

  /** Keeps a damaged file under another name. */
  setAside(name: string): string {
    const aside = `${name}.damaged`;
    failing(this.file(name), () => renameSync(this.file(name), this.file(aside)));
    return aside;
  }

  /** Adds a line of JSON to a log. A line is written at once, so that lines of several processes do not mix. */
  append(name: string, line: unknown): void {
    const path = this.file(name);
    failing(path, () => {
      const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
      if (size > LOG_BYTES_MAX) renameSync(path, `${path}.1`);
      appendFileSync(path, `${JSON.stringify(line)}\n`, { mode: 0o600 });
    });
  }

  /** Returns the lines of a log that are whole, oldest first. */
  lines(name: string): readonly unknown[] {
    const path = this.file(name);
    const text = failing(path, () =>
      statSync(path, { throwIfNoEntry: false }) === undefined ? "" : readFileSync(path, "utf8"),
    );
    return text.split("\n").flatMap((line) => {
      try {
        return [JSON.parse(line) as unknown];
      } catch {
        return [];
      }
    });
  }
}

function failing<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const { code = "" } = cause as NodeJS.ErrnoException;
    throw new RigError("RIG_STATE_FAILED", `${path}: the rig's state cannot be kept (${code})`, {
      cause,
      hint: "the rig file's member state names another folder",
    });
  }
}
