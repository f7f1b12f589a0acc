import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { arg, checkArguments, maybe, parameters } from "../../../core/argument.js";
import type { Env } from "../../../core/env.js";
import { isHarnessError } from "../../../core/errors.js";
import { shape } from "../../../core/shape.js";
import { startTimer } from "../../../core/timer.js";
import { HID_FIRMWARE, type HidFirmware } from "../../hid/hid-firmware.js";
import { HID_KNOBS_SHAPE, type HidKnobs } from "../../hid/hid-knobs.js";
import { simHidPort, type SimHidPort } from "../../hid/sim-hid.js";
import { ExposeError, exposeFailure } from "../expose-error.js";
import { type ExposedDevice, isLoopback } from "../exposed-device.js";
import { uhidIdentity, type UhidIdentity } from "../uhid-identity.js";
import { UsbAttachment } from "./usb-attachment.js";
import { STRING_UNITS_MAX, USB_KEY, type UsbDevice } from "./usb-descriptors.js";
import { UsbipError } from "./usbip-error.js";
import { BUS_ID, ImportStatus, deviceList, importAnswer } from "./wire-answers.js";
import { type HostMessage, WireReader } from "./wire-reader.js";

export interface UsbipAddress {
  /** `127.0.0.1` by default. */
  readonly host?: string;
  /** 3240 is USB/IP's own; 0: any free one, see {@link ExposedUsbipDevice.port}. */
  readonly port: number;
}

export interface ExposeUsbipOptions {
  readonly listen: UsbipAddress;
  /** What hosts read in the descriptors; name and serial become strings of at most 126 units of UTF-16. */
  readonly identity?: Partial<UhidIdentity>;
  /** Milliseconds between two reports in one direction, 1 to 255 (`bInterval`); 5 by default. */
  readonly intervalMs?: number;
  /** Addresses other machines can reach. USB/IP has no access control: every machine that reaches it can use the key. */
  readonly allowRemote?: boolean;
  readonly knobs?: Partial<HidKnobs>;
}

const OPTIONS = parameters<ExposeUsbipOptions>({
  listen: parameters<UsbipAddress>({ host: maybe(shape.text), port: arg.port }),
  // What its members hold is judged by uhidIdentity, under codes of its own.
  identity: maybe(
    shape.object({}, { name: arg.any, vendorId: arg.any, productId: arg.any, serial: arg.any }),
  ),
  intervalMs: maybe(shape.between({ min: 1, max: 255 })),
  allowRemote: maybe(shape.flag),
  knobs: maybe(HID_KNOBS_SHAPE),
});

export interface ExposedUsbipDevice extends ExposedDevice {
  readonly identity: UhidIdentity;
  /** Where it listens. */
  readonly port: number;
  readonly plugged: boolean;
  /** A host has imported it. */
  readonly attached: boolean;
  /** Offers it again after {@link ExposedDevice.unplug}; no effect when plugged in already. */
  replug(): Promise<void>;
}

/** The interval that CTAP recommends. @see CTAP 2.2 §11.2.8.1 (interface and endpoints) */
const INTERVAL_MS = 5;
/** Connections that have not imported anything; more are refused. */
const VISITORS_MAX = 16;
/** Timer `usbip.request`: how long a connection may take to ask for something, in milliseconds. */
const REQUEST_BUDGET_MS = 10_000;
/** Answers kept for a host that does not read them. */
const UNREAD_BYTES_MAX = 256 * 1024;
const KEEP_ALIVE_MS = 30_000;

/**
 * Offers a simulated device to hosts as a USB device, by the kernel's USB/IP protocol (version 1.1.1).
 *
 * One host at a time has it, as with a socket: importing it is plugging it in there, power included, and the end of the
 * connection pulls it out. Input that USB/IP does not allow ends its connection with a finding in the trace.
 *
 * @throws {ExposeError} `EXPOSE_REMOTE_REFUSED`, `EXPOSE_ADDRESS_IN_USE`, `EXPOSE_IDENTITY_INVALID`, `EXPOSE_FAILED`
 * @see Linux Documentation/usb/usbip_protocol.rst
 *
 * @example
 * const exposed = await exposeUsbip(env, firmwareOf(key), { listen: { port: 3240 } });
 * // on the host, as root: modprobe vhci-hcd; usbip attach -r 127.0.0.1 -b 1-1
 */
export async function exposeUsbip(
  env: Env,
  firmware: HidFirmware,
  options: ExposeUsbipOptions,
): Promise<ExposedUsbipDevice> {
  checkArguments("exposeUsbip", {
    env: [arg.env, env],
    firmware: [HID_FIRMWARE, firmware],
    options: [OPTIONS, options],
  });
  const { host } = options.listen;
  if (host !== undefined && options.allowRemote !== true && !isLoopback(host)) {
    throw new ExposeError("EXPOSE_REMOTE_REFUSED", `${host} is not this machine alone`, {
      hint: "set allowRemote (--allow-remote on the command line) where every machine that can reach the address may use the device",
    });
  }
  const device = new UsbipDevice(env, firmware, options);
  await device.listen();
  return device;
}

/** A connection and what it has come to. */
interface Visit {
  readonly socket: Socket;
  readonly peer: string;
  /** Once it has imported the device. */
  attachment?: UsbAttachment;
  /** Nothing more is read of it. */
  over: boolean;
}

class UsbipDevice implements ExposedUsbipDevice {
  readonly identity: UhidIdentity;
  readonly #env: Env;
  readonly #firmware: HidFirmware;
  readonly #options: ExposeUsbipOptions;
  readonly #usb: UsbDevice;
  readonly #visits = new Set<Visit>();
  #server: Server | undefined;
  #listenPort: number;
  #plugged = true;
  #holder: Visit | undefined;
  #port: SimHidPort | undefined;

  constructor(env: Env, firmware: HidFirmware, options: ExposeUsbipOptions) {
    this.#env = env;
    this.#firmware = firmware;
    this.#options = options;
    this.#listenPort = options.listen.port;
    this.identity = uhidIdentity(env.entropy, options.identity);
    const { name, serial, vendorId, productId } = this.identity;
    if (name.length > STRING_UNITS_MAX) {
      throw new ExposeError("EXPOSE_IDENTITY_INVALID", "name is longer than a USB string", {
        hint: `at most ${STRING_UNITS_MAX} units of UTF-16`,
      });
    }
    const { intervalMs = INTERVAL_MS } = options;
    this.#usb = { ...USB_KEY, vendorId, productId, product: name, serial, intervalMs };
  }

  get port(): number {
    return this.#listenPort;
  }

  get label(): string {
    return `usbip:${this.#host}:${this.#listenPort}`;
  }

  get plugged(): boolean {
    return this.#plugged;
  }

  get attached(): boolean {
    return this.#holder !== undefined;
  }

  get #host(): string {
    return this.#options.listen.host ?? "127.0.0.1";
  }

  async listen(): Promise<void> {
    const server = createServer((socket) => this.#visit(socket));
    try {
      server.listen(this.#listenPort, this.#host);
      await once(server, "listening");
    } catch (cause) {
      throw exposeFailure(this.label, cause);
    }
    this.#listenPort = (server.address() as AddressInfo).port;
    this.#server = server;
    this.#env.trace.emit({ kind: "link.opened", link: this.label });
  }

  replug(): Promise<void> {
    this.#plugged = true;
    return Promise.resolve();
  }

  async powerCycle(): Promise<void> {
    await this.unplug();
    await this.replug();
  }

  unplug(): Promise<void> {
    this.#plugged = false;
    const holder = this.#holder;
    if (holder) this.#part(holder);
    return Promise.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.unplug();
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const { socket } of this.#visits) socket.destroy();
    await closed;
    this.#env.trace.emit({ kind: "link.closed", link: this.label });
  }

  #visit(socket: Socket): void {
    if (this.#visits.size > VISITORS_MAX) return void socket.destroy();
    const visit: Visit = { socket, peer: `${socket.remoteAddress}:${socket.remotePort}`, over: false };
    this.#visits.add(visit);
    const reader = new WireReader();
    const patience = startTimer(this.#env, { timer: "usbip.request", budgetMs: REQUEST_BUDGET_MS }, () =>
      this.#refuse(visit, new UsbipError("USBIP_SILENT", "nothing was asked for in time")),
    );
    socket.setNoDelay(true);
    socket.on("data", (chunk) => {
      this.#guard(visit, () => {
        for (const message of reader.push(chunk)) {
          if (visit.over) return;
          patience.disarm();
          this.#hear(visit, message);
        }
      });
    });
    socket.on("error", (error: NodeJS.ErrnoException) => {
      if (this.#holder === visit) this.#lost(visit, error.code ?? "unreadable");
    });
    socket.on("close", () => {
      patience.disarm();
      this.#part(visit);
      this.#visits.delete(visit);
    });
  }

  #hear(visit: Visit, message: HostMessage): void {
    switch (message.kind) {
      case "list": {
        // As usbipd does: what a host has is not offered to others.
        const free = this.#plugged && this.#holder === undefined;
        return this.#lastAnswer(visit, deviceList(free ? this.#usb : undefined));
      }
      case "import":
        return this.#import(visit, message.busId);
      default:
        visit.attachment?.hear(message);
    }
  }

  #import(visit: Visit, busId: string): void {
    const there = this.#plugged && busId === BUS_ID;
    if (!there || this.#holder !== undefined) {
      const status = there ? ImportStatus.BUSY : ImportStatus.NO_DEVICE;
      return this.#lastAnswer(visit, importAnswer(this.#usb, status));
    }
    const port = this.#powerUp();
    this.#holder = visit;
    visit.socket.setKeepAlive(true, KEEP_ALIVE_MS);
    this.#send(visit, importAnswer(this.#usb, ImportStatus.OK));
    visit.attachment = new UsbAttachment(this.#env, {
      ...{ device: this.#usb, port, label: this.label },
      send: (bytes) => this.#guard(visit, () => this.#send(visit, bytes)),
    });
    this.#env.trace.emit({ kind: "link.opened", link: this.label, reason: `imported by ${visit.peer}` });
    void this.#speak(visit, port);
  }

  #powerUp(): SimHidPort {
    if (this.#port) this.#port = this.#port.replug();
    else {
      this.#firmware.powerCycle?.();
      this.#port = simHidPort(this.#env, this.#firmware, { ...this.#options.knobs, label: this.label });
    }
    return this.#port;
  }

  /** Reports of the device, until it is pulled out. */
  async #speak(visit: Visit, port: SimHidPort): Promise<void> {
    try {
      for await (const report of port.reports()) visit.attachment?.speak(report);
    } catch {
      // Out of the socket, by hand or by its own knob.
      if (this.#holder === visit) await this.unplug();
    }
  }

  /** Answers and ends the connection: one request each, but for transfers. */
  #lastAnswer(visit: Visit, bytes: Uint8Array): void {
    visit.over = true;
    visit.socket.end(bytes);
  }

  #send({ socket }: Visit, bytes: Uint8Array): void {
    if (socket.writableLength > UNREAD_BYTES_MAX) {
      throw new UsbipError("USBIP_READER_TOO_SLOW", `more than ${UNREAD_BYTES_MAX} bytes wait to be read`);
    }
    if (socket.writable) socket.write(bytes);
  }

  /** Lets input that is not USB/IP end its connection and nothing else. */
  #guard(visit: Visit, work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!isHarnessError(error)) throw error;
      this.#refuse(visit, error);
    }
  }

  #refuse(visit: Visit, { code, message }: { readonly code: string; readonly message: string }): void {
    if (visit.over) return;
    const link = `${this.label} from ${visit.peer}`;
    this.#env.trace.emit({ kind: "link.lost", link, code, reason: message });
    this.#part(visit);
  }

  #lost(visit: Visit, reason: string): void {
    this.#env.trace.emit({ kind: "link.lost", link: this.label, reason });
    this.#part(visit);
  }

  /** Ends a connection; the device loses its power with the host that has it. */
  #part(visit: Visit): void {
    visit.over = true;
    visit.socket.destroy();
    visit.attachment?.stop();
    if (this.#holder !== visit) return;
    this.#holder = undefined;
    this.#port?.unplug();
    this.#env.trace.emit({ kind: "link.closed", link: this.label, reason: `left by ${visit.peer}` });
  }
}
