import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from "node:fs";
import type { Clock, Disarm } from "../../core/clock.js";
import { UHID_EVENT_BYTES } from "./uhid-event.js";

/** One open `/dev/uhid`: one device of the operating system at most. A test brings its own. */
export interface UhidFile {
  /** Hands one event to the kernel. @throws the system's error, with its `code`. */
  write(event: Uint8Array): void;
  /** The kernel's next event; `undefined` once closed. @throws the system's error, with its `code`. */
  read(): Promise<Uint8Array | undefined>;
  /** Takes the device along, if there still is one. */
  close(): void;
}

/** @throws the system's error, with its `code`. */
export type OpenUhidFile = (clock: Clock, path: string) => UhidFile;

/** How often the kernel is polled while a program uses the device, and while none does, in milliseconds. */
const BUSY_POLL_MS = 1;
const QUIET_POLL_MS = 10;
/** Without an event for this long, in milliseconds, no program uses the device. */
const BUSY_FOR_MS = 1_000;

/**
 * The real file, asked again and again rather than waited for.
 *
 * A read that waits cannot be called off: it keeps one of Node's few worker threads, and a process that
 * ends meanwhile never does. An empty answer costs some microseconds.
 *
 * @throws the system's error, with its `code`; `ENODEV` for something that is no device.
 */
export const openUhidFile: OpenUhidFile = (clock, path) => {
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  if (fstatSync(fd).isFile()) {
    closeSync(fd);
    throw Object.assign(new Error(`${path} is an ordinary file`), { code: "ENODEV" });
  }
  return new PolledFile(clock, fd);
};

interface Reader {
  readonly resolve: (event: Uint8Array | undefined) => void;
  readonly reject: (error: unknown) => void;
}

class PolledFile implements UhidFile {
  readonly #clock: Clock;
  readonly #fd: number;
  readonly #buffer = new Uint8Array(UHID_EVENT_BYTES);
  #reader: Reader | undefined;
  #disarm: Disarm = () => {};
  #heardAtMs: number;
  #closed = false;

  constructor(clock: Clock, fd: number) {
    this.#clock = clock;
    this.#fd = fd;
    this.#heardAtMs = clock.nowMs();
  }

  write(event: Uint8Array): void {
    writeSync(this.#fd, event);
  }

  read(): Promise<Uint8Array | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return resolve(undefined);
      this.#reader = { resolve, reject };
      this.#ask();
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#disarm();
    closeSync(this.#fd);
    this.#reader?.resolve(undefined);
  }

  #ask(): void {
    const nowMs = this.#clock.nowMs();
    let length: number;
    try {
      length = readSync(this.#fd, this.#buffer, 0, UHID_EVENT_BYTES, null);
    } catch (error) {
      if ((error as { readonly code?: unknown }).code !== "EAGAIN") return this.#reader?.reject(error);
      const pollMs = nowMs - this.#heardAtMs < BUSY_FOR_MS ? BUSY_POLL_MS : QUIET_POLL_MS;
      this.#disarm = this.#clock.arm(pollMs, "uhid.poll", () => this.#ask());
      return;
    }
    this.#heardAtMs = nowMs;
    this.#reader?.resolve(this.#buffer.slice(0, length));
  }
}
