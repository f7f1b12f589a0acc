import { arg, checkArguments, maybe, parameters } from "../core/argument.js";
import { shape } from "../core/shape.js";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { Trace } from "../core/trace.js";
import { TransportError } from "../ctap/transport-error.js";
import type { HidPort } from "./hid/port.js";
import { ReportInbox, ReportSlicer } from "./hid/report-inbox.js";

export interface UnixHidPortOptions {
  /** Records reports that could not be kept. */
  readonly trace?: Trace;
}

const OPTIONS = parameters<UnixHidPortOptions>({
  trace: maybe(arg.having("a trace, such as env.trace,", "emit")),
});

/**
 * A device that speaks CTAPHID over a stream socket, 64 bytes a report and nothing between them.
 *
 * @throws {TransportError} `DEVICE_GONE` when no process listens at `path`, or this one may not connect to it.
 */
export async function unixHidPort(path: string, options: UnixHidPortOptions = {}): Promise<HidPort> {
  checkArguments("unixHidPort", { path: [shape.text, path], options: [OPTIONS, options] });
  const label = `unix:${path}`;
  const socket = connect(path);
  try {
    await once(socket, "connect");
  } catch (cause) {
    const denied = cause instanceof Error && "code" in cause && cause.code === "EACCES";
    throw new TransportError("DEVICE_GONE", `${label}: ${denied ? "access is denied" : "nobody listens"}`, {
      cause,
      ...(denied && {
        hint: "run as the user who started the device, or give the socket's group write access",
      }),
    });
  }
  return new UnixHidPort(label, socket, new ReportInbox({ label, trace: options.trace }));
}

class UnixHidPort implements HidPort {
  readonly label: string;
  readonly #socket: Socket;
  readonly #inbox: ReportInbox;

  constructor(label: string, socket: Socket, inbox: ReportInbox) {
    this.label = label;
    this.#socket = socket;
    this.#inbox = inbox;
    const slicer = new ReportSlicer();
    socket.on("data", (chunk) => {
      for (const report of slicer.push(chunk)) inbox.put(report);
    });
    socket.on("error", (error) => inbox.lose("the connection broke", error));
    socket.on("close", () => {
      if (!inbox.gone) inbox.lose("the device hung up");
    });
  }

  async write(report: Uint8Array): Promise<void> {
    this.#inbox.checkWrite(report);
    await new Promise<void>((resolve, reject) => {
      this.#socket.write(report, (error) => {
        if (!error) return resolve();
        reject(this.#inbox.lose("the connection broke", error));
      });
    });
  }

  reports(): AsyncIterable<Uint8Array> {
    return this.#inbox.reports();
  }

  async close(): Promise<void> {
    this.#inbox.close();
    if (this.#socket.closed) return;
    const closed = once(this.#socket, "close");
    this.#socket.destroy();
    await closed;
  }
}
