import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import { HID_FIRMWARE } from "../hid/hid-firmware.js";
import { HID_KNOBS_SHAPE } from "../hid/hid-knobs.js";
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import { isIPv6 } from "node:net";
import type { Env } from "../../core/env.js";
import { REPORT_BYTES } from "../../transports/hid/constants.js";
import type { HidFirmware } from "../hid/hid-firmware.js";
import type { HidKnobs } from "../hid/hid-knobs.js";
import { HidResponder } from "../hid/responder.js";
import { ExposeError, exposeFailure } from "./expose-error.js";
import { type ExposedDevice, isLoopback } from "./exposed-device.js";

export interface UdpAddress {
  /** `127.0.0.1` by default. */
  readonly host?: string;
  readonly port: number;
}

export interface ExposeUdpOptions {
  /** Where the device listens; port 0: any free one, see {@link ExposedUdpDevice.port}. */
  readonly listen: UdpAddress;
  /** Address that answers go to; the sender of the last datagram by default. */
  readonly peer?: UdpAddress;
  /**
   * Addresses other machines can reach. The device has no access control: every client that reaches the address can use
   * it.
   */
  readonly allowRemote?: boolean;
  readonly knobs?: Partial<HidKnobs>;
}

const ADDRESS = parameters<UdpAddress>({ host: maybe(shape.text), port: arg.port });

const OPTIONS = parameters<ExposeUdpOptions>({
  listen: ADDRESS,
  peer: maybe(ADDRESS),
  allowRemote: maybe(shape.flag),
  knobs: maybe(HID_KNOBS_SHAPE),
});

export interface ExposedUdpDevice extends ExposedDevice {
  /** Where it listens. */
  readonly port: number;
}

/**
 * Offers a simulated device to other programs as UDP datagrams of 64 bytes.
 *
 * @throws {ExposeError} `EXPOSE_REMOTE_REFUSED`, `EXPOSE_ADDRESS_IN_USE`, `EXPOSE_FAILED`
 */
export async function exposeUdp(
  env: Env,
  firmware: HidFirmware,
  options: ExposeUdpOptions,
): Promise<ExposedUdpDevice> {
  checkArguments("exposeUdp", {
    env: [arg.env, env],
    firmware: [HID_FIRMWARE, firmware],
    options: [OPTIONS, options],
  });
  for (const host of [options.listen.host, options.peer?.host]) {
    if (host === undefined || options.allowRemote || isLoopback(host)) continue;
    throw new ExposeError("EXPOSE_REMOTE_REFUSED", `${host} is not this machine alone`, {
      hint: "set allowRemote (--allow-remote on the command line) where every machine that can reach the address may use the device",
    });
  }
  const device = new UdpDevice(env, firmware, options);
  await device.listen();
  return device;
}

class UdpDevice implements ExposedUdpDevice {
  readonly #env: Env;
  readonly #options: ExposeUdpOptions;
  readonly #responder: HidResponder;
  #socket: Socket | undefined;
  #port: number;
  #lastSender: { readonly host: string; readonly port: number } | undefined;

  constructor(env: Env, firmware: HidFirmware, options: ExposeUdpOptions) {
    this.#env = env;
    this.#options = options;
    this.#port = options.listen.port;
    this.#responder = new HidResponder(env, firmware, {
      knobs: options.knobs,
      emit: (report) => this.#send(report),
    });
  }

  get port(): number {
    return this.#port;
  }

  get label(): string {
    return `udp:${this.#host}:${this.#port}`;
  }

  get #host(): string {
    return this.#options.listen.host ?? "127.0.0.1";
  }

  async listen(): Promise<void> {
    const socket = createSocket(isIPv6(this.#host) ? "udp6" : "udp4");
    try {
      socket.bind(this.#port, this.#host);
      await once(socket, "listening");
    } catch (cause) {
      socket.close();
      throw exposeFailure(this.label, cause);
    }
    this.#port = socket.address().port;
    socket.on("message", (datagram, sender) => this.#receive(datagram, sender));
    // A host that went away makes the system complain about the next answer; the device does not mind.
    socket.on("error", () => {});
    this.#socket = socket;
    this.#env.trace.emit({ kind: "link.opened", link: this.label });
  }

  async powerCycle(): Promise<void> {
    this.#responder.powerCycle();
    if (!this.#socket) await this.listen();
  }

  async unplug(): Promise<void> {
    this.#responder.powerOff();
    const socket = this.#socket;
    this.#socket = undefined;
    if (!socket) return;
    await new Promise<void>((resolve) => socket.close(resolve));
    this.#env.trace.emit({ kind: "link.closed", link: this.label });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.unplug();
  }

  #receive(datagram: Uint8Array, sender: RemoteInfo): void {
    if (datagram.length !== REPORT_BYTES) {
      const bytes = datagram.length;
      return this.#env.trace.emit({ kind: "link.ignored", link: this.label, reason: "wrong-size", bytes });
    }
    this.#lastSender = { host: sender.address, port: sender.port };
    this.#responder.receive(Uint8Array.from(datagram));
  }

  #send(report: Uint8Array): void {
    const { peer } = this.#options;
    const to = peer ? { host: peer.host ?? "127.0.0.1", port: peer.port } : this.#lastSender;
    if (to) this.#socket?.send(report, to.port, to.host, () => {});
  }
}
