import { arg, checkArguments, maybe, parameters } from "../core/argument.js";
import { shape } from "../core/shape.js";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { isIPv6 } from "node:net";
import type { Trace } from "../core/trace.js";
import { TransportError } from "../ctap/transport-error.js";
import type { HidPort } from "./hid/port.js";
import { ReportInbox } from "./hid/report-inbox.js";

export interface UdpHidPortOptions {
  /** Where the device listens; `127.0.0.1` by default. */
  readonly host?: string;
  readonly port: number;
  /** Where this end listens, for devices that answer to one fixed address; any free port by default. */
  readonly bind?: { readonly host?: string; readonly port?: number };
  /** Records datagrams that are no reports. */
  readonly trace?: Trace;
}

const OPTIONS = parameters<UdpHidPortOptions>({
  host: maybe(shape.text),
  port: arg.port,
  bind: maybe(shape.object({}, { host: shape.text, port: arg.port })),
  trace: maybe(arg.having("a trace, such as env.trace,", "emit")),
});

/**
 * A device that speaks CTAPHID in UDP datagrams of 64 bytes, as simulators and firmware built for the
 * desktop do. Nothing is encrypted or retried: for one machine, not for a network.
 *
 * @throws {TransportError} `DEVICE_GONE` when the local address cannot be used.
 */
export async function udpHidPort(options: UdpHidPortOptions): Promise<HidPort> {
  checkArguments("udpHidPort", { options: [OPTIONS, options] });
  const { host = "127.0.0.1", port, bind } = options;
  const label = `udp:${host}:${port}`;
  const socket = createSocket(isIPv6(host) ? "udp6" : "udp4");
  const inbox = new ReportInbox({ label, trace: options.trace });
  try {
    socket.bind(bind?.port ?? 0, bind?.host);
    await once(socket, "listening");
    // A connected socket reports that no process listens, and receives datagrams of its peer only.
    socket.connect(port, host);
    await once(socket, "connect");
  } catch (cause) {
    socket.close();
    throw new TransportError("DEVICE_GONE", `${label} cannot be reached`, { cause });
  }
  socket.on("message", (datagram) => inbox.put(datagram));
  socket.on("error", (error) => inbox.lose("nobody listens", error));
  return new UdpHidPort(label, socket, inbox);
}

class UdpHidPort implements HidPort {
  readonly label: string;
  readonly #socket: Socket;
  readonly #inbox: ReportInbox;
  #closed = false;

  constructor(label: string, socket: Socket, inbox: ReportInbox) {
    this.label = label;
    this.#socket = socket;
    this.#inbox = inbox;
  }

  async write(report: Uint8Array): Promise<void> {
    this.#inbox.checkWrite(report);
    await new Promise<void>((resolve, reject) => {
      this.#socket.send(report, (error) => {
        if (!error) return resolve();
        reject(this.#inbox.lose("nobody listens", error));
      });
    });
  }

  reports(): AsyncIterable<Uint8Array> {
    return this.#inbox.reports();
  }

  async close(): Promise<void> {
    this.#inbox.close();
    if (this.#closed) return;
    this.#closed = true;
    await new Promise<void>((resolve) => this.#socket.close(resolve));
  }
}
