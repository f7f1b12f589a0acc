import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { fromHex, toHex } from "../../src/core/bytes.js";
import { AsyncQueue } from "../../src/core/queue.js";
import { TransportError } from "../../src/ctap/transport-error.js";
import type { HidPort } from "../../src/transports/hid/port.js";

const hex32 = (value: number) => (value >>> 0).toString(16).padStart(8, "0");

/** `usbip_header` of the kernel's document, from its fields in order. */
export function urbHeader(fields: {
  readonly command: number;
  readonly sequence: number;
  readonly deviceId?: number;
  readonly direction?: number;
  readonly endpoint?: number;
  /** For an unlink: the transfer that is not wanted any more, with nothing behind it. */
  readonly wanted?: number;
  readonly length?: number;
  readonly setup?: string;
}): string {
  const {
    command,
    sequence,
    deviceId = 0x0001_0002,
    direction = 0,
    endpoint = 0,
    wanted,
    length = 0,
  } = fields;
  const head = [command, sequence, deviceId, direction, endpoint].map(hex32).join("");
  if (wanted !== undefined) return head + hex32(wanted) + "00".repeat(24);
  const { setup = "00".repeat(8) } = fields;
  return head + [0, length, 0, 0xffff_ffff, 0].map(hex32).join("") + setup;
}

export const IMPORT = `0111800300000000312d31${"00".repeat(29)}`;
export const LIST = "0111800500000000";
/** Length of OP_REP_IMPORT with a device. */
export const IMPORT_ANSWER_BYTES = 8 + 312;

/** One connection of a host, byte by byte: what it sends is written by hand. */
export class UsbipHost {
  readonly socket: Socket;
  #received = "";
  #ended = false;
  #wake: () => void = () => {};

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding("hex").on("data", (text: string) => {
      this.#received += text;
      this.#wake();
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#ended = true;
      this.#wake();
    });
  }

  static async connect(port: number): Promise<UsbipHost> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    return new UsbipHost(socket);
  }

  /** A connection that has imported the device and chosen its configuration. */
  static async attach(port: number): Promise<UsbipHost> {
    const host = await UsbipHost.connect(port);
    host.send(IMPORT);
    const answer = await host.read(IMPORT_ANSWER_BYTES);
    if (!answer.startsWith("0111000300000000")) throw new Error(`the import was refused: ${answer}`);
    host.send(urbHeader({ command: 1, sequence: 1, setup: "0009010000000000" }));
    await host.read(48);
    return host;
  }

  send(hex: string): void {
    this.socket.write(fromHex(hex));
  }

  /** @returns the next `bytes`, in hexadecimal; fewer when the connection ends before. */
  async read(bytes: number): Promise<string> {
    while (this.#received.length < bytes * 2 && !this.#ended) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    const taken = this.#received.slice(0, bytes * 2);
    this.#received = this.#received.slice(bytes * 2);
    return taken;
  }

  /** @returns what is left, once the other side has ended the connection. */
  rest(): Promise<string> {
    return this.read(Infinity);
  }
}

/** What a driver makes of an attached device: one read always pending, as the kernel's usbhid keeps it. */
export async function usbipHidPort(port: number): Promise<HidPort> {
  const host = await UsbipHost.attach(port);
  const inbox = new AsyncQueue<Uint8Array>();
  const written = new Map<string, () => void>();
  let sequence = 1;
  let closed = false;
  const gone = () => new TransportError("DEVICE_GONE", "the connection ended");
  const ask = () =>
    host.send(urbHeader({ command: 1, sequence: ++sequence, direction: 1, endpoint: 1, length: 64 }));
  const listen = async () => {
    for (let head = await host.read(48); head.length === 96; head = await host.read(48)) {
      const done = written.get(head.slice(8, 16));
      if (done) done();
      else {
        inbox.put(fromHex(await host.read(64)));
        ask();
      }
    }
    inbox.close(closed ? undefined : gone());
    closed = true;
    for (const done of written.values()) done();
  };
  ask();
  void listen();
  return {
    label: `usbip:${port}`,
    reports: () => inbox,
    async write(report) {
      if (report.length !== 64) throw new RangeError("a report has 64 bytes");
      if (closed) throw gone();
      sequence += 1;
      const own = hex32(sequence);
      const done = new Promise<void>((resolve) => written.set(own, resolve));
      host.send(urbHeader({ command: 1, sequence, endpoint: 1, length: 64 }) + toHex(report));
      await done;
      written.delete(own);
    },
    async close() {
      closed = true;
      host.socket.destroy();
      inbox.close();
    },
  };
}
