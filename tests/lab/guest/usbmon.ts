import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";

/** @see Linux Documentation/usb/usbmon.rst: a read gives one event, a header of 48 bytes and then its data. */
const EVENT_BYTES_MAX = 48 + 64 * 1024;
const POLL_MS = 2;
const LINKTYPE_USB_LINUX = 189;

/** Writes down what /dev/usbmon0 says of all buses as a pcap file, until it is stopped. */
export class UsbmonFile {
  readonly #device: number;
  readonly #file: number;
  readonly #timer: NodeJS.Timeout;
  readonly #buffer = Buffer.alloc(EVENT_BYTES_MAX);

  constructor(path: string) {
    this.#device = openSync("/dev/usbmon0", constants.O_RDONLY | constants.O_NONBLOCK);
    this.#file = openSync(path, "w");
    const head = Buffer.alloc(24);
    head.writeUInt32LE(0xa1b2c3d4, 0);
    head.writeUInt16LE(2, 4);
    head.writeUInt16LE(4, 6);
    head.writeUInt32LE(EVENT_BYTES_MAX, 16);
    head.writeUInt32LE(LINKTYPE_USB_LINUX, 20);
    writeSync(this.#file, head);
    this.#timer = setInterval(() => this.#drain(), POLL_MS);
  }

  stop(): void {
    this.#drain();
    clearInterval(this.#timer);
    closeSync(this.#device);
    closeSync(this.#file);
  }

  #drain(): void {
    for (;;) {
      let length: number;
      try {
        length = readSync(this.#device, this.#buffer, 0, EVENT_BYTES_MAX, null);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "EAGAIN") return;
        throw error;
      }
      const record = Buffer.alloc(16);
      record.writeUInt32LE(Number(this.#buffer.readBigInt64LE(16)), 0);
      record.writeUInt32LE(this.#buffer.readInt32LE(24), 4);
      record.writeUInt32LE(length, 8);
      record.writeUInt32LE(length, 12);
      writeSync(this.#file, Buffer.concat([record, this.#buffer.subarray(0, length)]));
    }
  }
}

/** Debian's dumpcap on a bus, once it captures. */
export class Dumpcap {
  readonly #child: ChildProcess;
  readonly #said: () => string;

  private constructor(child: ChildProcess, said: () => string) {
    this.#child = child;
    this.#said = said;
  }

  static async start(bus: number, path: string): Promise<Dumpcap> {
    const child = spawn("dumpcap", ["-i", `usbmon${bus}`, "-w", path], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    await new Promise<void>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", () => reject(new Error(`dumpcap ended: ${said}`)));
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        said += text;
        if (/^File: /m.test(said)) resolve();
      });
    });
    return new Dumpcap(child, () => said);
  }

  /** @returns what it said, its count of packets among it. */
  async stop(): Promise<string> {
    const closed = once(this.#child, "close");
    this.#child.kill("SIGINT");
    await closed;
    return this.#said();
  }
}
