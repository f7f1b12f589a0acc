import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import { createSocket, type Socket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { isIPv6 } from "node:net";
import type { Disarm } from "../../core/clock.js";
import type { Env } from "../../core/env.js";
import { AdvertInbox } from "./advert-inbox.js";
import { ADVERT_BYTES } from "../protocol/constants.js";
import type { AdvertScanner, Advertiser } from "../ports.js";
import { RadioError } from "./radio-error.js";

export interface UdpRadioOptions {
  /** Where the scanner listens and adverts are sent; `127.0.0.1` by default. */
  readonly host?: string;
  readonly port: number;
}

const OPTIONS = parameters<UdpRadioOptions>({
  host: maybe(shape.text),
  port: arg.port,
});

/** How often an advert goes out: a phone's own rate. Source: the reference phone of webauthn-rs */
const REPEAT_MS = 100;

/**
 * A radio made of datagrams, each an advert's service data: for machines without Bluetooth.
 *
 * Adverts are repeated as on the air, so it does not matter who comes first. One scanner at a time.
 */
export function udpScanner(options: UdpRadioOptions): AdvertScanner {
  checkArguments("udpScanner", { options: [OPTIONS, options] });
  const { host = "127.0.0.1", port } = options;
  return {
    async *listen(signal) {
      signal.throwIfAborted();
      const socket = createSocket(isIPv6(host) ? "udp6" : "udp4");
      const heard = new AdvertInbox();
      try {
        await bind(socket, { host, port });
        socket.on("error", (cause) =>
          heard.close(new RadioError("RADIO_FAILED", "the socket broke", { cause })),
        );
        socket.on("message", (datagram, { address, port: from }) => {
          if (datagram.length < ADVERT_BYTES) return;
          heard.put({ serviceData: Uint8Array.from(datagram), address: `${address}:${from}` });
        });
        yield* heard.until(signal);
      } finally {
        socket.close();
      }
    },
  };
}

/** The phone's half of {@link udpScanner}. */
export function udpAdvertiser(env: Env, options: UdpRadioOptions): Advertiser {
  checkArguments("udpAdvertiser", { env: [arg.env, env], options: [OPTIONS, options] });
  const { host = "127.0.0.1", port } = options;
  return {
    async advertise(serviceData) {
      const address = await resolved(host);
      const socket = createSocket(isIPv6(address) ? "udp6" : "udp4");
      const bytes = Uint8Array.from(serviceData);
      // No process listens yet, or any more: as on a radio, that is no error for the sender.
      socket.on("error", () => {});
      let disarm: Disarm = () => {};
      const send = () => {
        socket.send(bytes, port, address, () => {});
        disarm = env.clock.arm(REPEAT_MS, "radio.repeat", send);
      };
      send();
      return {
        async [Symbol.asyncDispose]() {
          disarm();
          await new Promise<void>((resolve) => socket.close(resolve));
        },
      };
    },
  };
}

/** @throws {RadioError} `RADIO_FAILED` for a name that no address belongs to: nobody could ever hear there. */
async function resolved(host: string): Promise<string> {
  try {
    return (await lookup(host)).address;
  } catch (cause) {
    throw new RadioError("RADIO_FAILED", `there is no host ${host}`, {
      cause,
      hint: "name the machine where the scanner listens: --radio udp:HOST:PORT",
    });
  }
}

/** @throws {RadioError} `RADIO_BUSY`, `RADIO_FAILED` */
async function bind(socket: Socket, { host, port }: Required<UdpRadioOptions>): Promise<void> {
  try {
    socket.bind(port, host);
    await once(socket, "listening");
  } catch (cause) {
    const { code } = cause as { readonly code?: unknown };
    const where = `udp:${host}:${port}`;
    if (code === "EADDRINUSE") {
      const hint = "one scanner at a time: end the other, or choose another port";
      throw new RadioError("RADIO_BUSY", `${where} is in use`, { cause, hint });
    }
    throw new RadioError("RADIO_FAILED", `${where} cannot be listened on`, { cause });
  }
}
