import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import { HID_FIRMWARE } from "../hid/hid-firmware.js";
import { HID_KNOBS_SHAPE } from "../hid/hid-knobs.js";
import { once } from "node:events";
import { lstat, unlink } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import type { Env } from "../../core/env.js";
import { REPORT_BYTES } from "../../transports/hid/constants.js";
import { ReportSlicer } from "../../transports/hid/report-inbox.js";
import type { HidFirmware } from "../hid/hid-firmware.js";
import type { HidKnobs } from "../hid/hid-knobs.js";
import { HidResponder } from "../hid/responder.js";
import { ExposeError, exposeFailure } from "./expose-error.js";
import type { ExposedDevice } from "./exposed-device.js";

export interface ExposeUnixOptions {
  readonly knobs?: Partial<HidKnobs>;
}

const OPTIONS = parameters<ExposeUnixOptions>({
  knobs: maybe(HID_KNOBS_SHAPE),
});

/**
 * Bytes kept for a client that does not read: two of the longest messages. Linux keeps 64 reports, but a
 * stream hands over in bigger steps than a ring. More is lost, as there; the others do not wait for it.
 */
const UNREAD_BYTES_MAX = 258 * REPORT_BYTES;

/**
 * Offers a simulated device to other programs on a stream socket, 64 bytes a report.
 *
 * Shared as a hidraw node is: every client sees every report. The socket file goes when the device does;
 * one left behind by a program that died is replaced, anything else at `path` is left alone.
 *
 * @throws {ExposeError} `EXPOSE_PATH_TAKEN`, `EXPOSE_ADDRESS_IN_USE`, `EXPOSE_FAILED`
 */
export async function exposeUnix(
  env: Env,
  firmware: HidFirmware,
  path: string,
  options: ExposeUnixOptions = {},
): Promise<ExposedDevice> {
  checkArguments("exposeUnix", {
    env: [arg.env, env],
    firmware: [HID_FIRMWARE, firmware],
    path: [shape.text, path],
    options: [OPTIONS, options],
  });
  const device = new UnixDevice(env, firmware, { ...options, path });
  await device.listen();
  return device;
}

class UnixDevice implements ExposedDevice {
  readonly label: string;
  readonly #env: Env;
  readonly #path: string;
  readonly #responder: HidResponder;
  readonly #clients = new Set<Socket>();
  #server: Server | undefined;

  constructor(env: Env, firmware: HidFirmware, options: ExposeUnixOptions & { readonly path: string }) {
    this.#env = env;
    this.#path = options.path;
    this.label = `unix:${options.path}`;
    this.#responder = new HidResponder(env, firmware, {
      knobs: options.knobs,
      emit: (report) => {
        for (const client of this.#clients) this.#send(client, report);
      },
    });
  }

  async listen(): Promise<void> {
    await makeWay(this.#path);
    const server = createServer((client) => this.#serve(client));
    try {
      server.listen(this.#path);
      await once(server, "listening");
    } catch (cause) {
      throw exposeFailure(this.label, cause);
    }
    this.#server = server;
    this.#env.trace.emit({ kind: "link.opened", link: this.label });
  }

  async powerCycle(): Promise<void> {
    this.#hangUp();
    this.#responder.powerCycle();
    if (!this.#server) await this.listen();
  }

  async unplug(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    // Removes the socket file as well; done once the last client is gone.
    const closed = server && new Promise<void>((resolve) => server.close(() => resolve()));
    this.#hangUp();
    this.#responder.powerOff();
    if (!closed) return;
    await closed;
    this.#env.trace.emit({ kind: "link.closed", link: this.label });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.unplug();
  }

  #serve(client: Socket): void {
    const slicer = new ReportSlicer();
    this.#clients.add(client);
    client.on("data", (chunk) => {
      for (const report of slicer.push(chunk)) this.#responder.receive(report);
    });
    // A client that breaks off is a client that left.
    client.on("error", () => {});
    client.on("close", () => this.#clients.delete(client));
  }

  #send(client: Socket, report: Uint8Array): void {
    if (client.writableLength + report.length <= UNREAD_BYTES_MAX) {
      client.write(report);
      return;
    }
    const bytes = report.length;
    this.#env.trace.emit({ kind: "link.ignored", link: this.label, reason: "reader-too-slow", bytes });
  }

  #hangUp(): void {
    for (const client of this.#clients) client.destroy();
    this.#clients.clear();
  }
}

/** Removes a socket file on which no process listens, so that one can be made there. @throws {ExposeError} for anything else that is there. */
export async function makeWay(path: string): Promise<void> {
  const there = await lstat(path).catch(() => undefined);
  if (!there) return;
  if (!there.isSocket()) {
    throw new ExposeError("EXPOSE_PATH_TAKEN", `${path} is there and is no socket`, {
      hint: "choose a path where nothing is",
    });
  }
  const probe = connect(path);
  const inUse = await once(probe, "connect").then(
    () => true,
    () => false,
  );
  probe.destroy();
  if (inUse) throw new ExposeError("EXPOSE_ADDRESS_IN_USE", `${path} is in use`);
  await unlink(path);
}
