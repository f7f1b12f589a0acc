import {
  type Env,
  type ExposedDevice,
  type HidFirmware,
  type UhidIdentity,
  exposeUdp,
  exposeUhid,
  exposeUnix,
  exposeUsbip,
} from "../../entry/sim.js";
import { type Invocation, type OptionTable, UsageError } from "../command.js";
import { hostAndPort } from "./host-and-port.js";
import { flag, textOption } from "../options.js";

export const EXPOSE_OPTIONS = {
  udp: { type: "string" },
  peer: { type: "string" },
  unix: { type: "string" },
  uhid: { type: "boolean", default: false },
  usbip: { type: "string" },
  "uhid-file": { type: "string" },
  name: { type: "string" },
  "usb-id": { type: "string" },
  serial: { type: "string" },
  "allow-remote": { type: "boolean", default: false },
} as const satisfies OptionTable;

export const EXPOSE_HELP = `  --udp HOST:PORT      listen for reports as datagrams
  --peer HOST:PORT     answer there; without it, the peer that sent last gets the answer
  --unix PATH          offer the same reports on a stream socket
  --uhid               make it a HID device of this Linux machine: every program sees a key on USB
  --usbip HOST:PORT    serve it as a USB device: a machine that attaches it there has it in a port (3240)
  --uhid-file PATH     where the kernel makes devices (/dev/uhid)
  --name TEXT          product name of the USB device (Passkey Harness Simulated Key)
  --usb-id VVVV:PPPP   its vendor and product, four hexadecimal digits each (1209:0001)
  --serial TEXT        its serial number; made up when absent
  --allow-remote       listen on addresses that are not this machine's own loopback`;

/** What a USB device says of itself. */
const USB_ONLY = ["name", "usb-id", "serial"] as const;

/**
 * Offers a key where the command line says.
 *
 * @throws {UsageError} USAGE unless exactly one place was named. @throws {ExposeError}
 */
export function exposeKey(invocation: Invocation, env: Env, firmware: HidFirmware): Promise<ExposedDevice> {
  const udp = textOption(invocation, "udp");
  const unix = textOption(invocation, "unix");
  const usbip = textOption(invocation, "usbip");
  const uhid = flag(invocation, "uhid");
  if ([udp, unix, usbip].filter((place) => place !== undefined).length + Number(uhid) !== 1) {
    throw new UsageError(
      "USAGE",
      "key takes --udp HOST:PORT, --unix PATH, --uhid or --usbip HOST:PORT, one of the four",
    );
  }
  checkPlaces(invocation);
  if (uhid) return exposeHere(invocation, env, firmware);
  if (unix !== undefined) return exposeUnix(env, firmware, unix);
  const allowRemote = flag(invocation, "allow-remote");
  if (usbip !== undefined) {
    const listen = hostAndPort(usbip, { zero: true, option: "usbip" });
    return exposeUsbip(env, firmware, { listen, identity: identityOf(invocation), allowRemote });
  }
  const peer = textOption(invocation, "peer");
  return exposeUdp(env, firmware, {
    listen: hostAndPort(udp as string, { zero: true, option: "udp" }),
    ...(peer !== undefined && { peer: hostAndPort(peer, { option: "peer" }) }),
    allowRemote,
  });
}

/** Refuses options that say nothing where the key is offered. @throws {UsageError} USAGE */
function checkPlaces(invocation: Invocation): void {
  const given = (name: string): boolean => textOption(invocation, name) !== undefined;
  const refuse = (name: string, places: string): never => {
    throw new UsageError("USAGE", `--${name} goes with ${places}`);
  };
  const usb = flag(invocation, "uhid") || given("usbip");
  if (given("uhid-file") && !flag(invocation, "uhid")) refuse("uhid-file", "--uhid");
  for (const name of USB_ONLY) if (given(name) && !usb) refuse(name, "--uhid and --usbip");
  if (given("peer") && !given("udp")) refuse("peer", "--udp");
  const listens = given("udp") || given("usbip");
  if (flag(invocation, "allow-remote") && !listens) refuse("allow-remote", "--udp and --usbip");
}

function exposeHere(invocation: Invocation, env: Env, firmware: HidFirmware): Promise<ExposedDevice> {
  const path = textOption(invocation, "uhid-file");
  return exposeUhid(env, firmware, {
    identity: identityOf(invocation),
    ...(path !== undefined && { path }),
  });
}

function identityOf(invocation: Invocation): Partial<UhidIdentity> {
  const name = textOption(invocation, "name");
  const serial = textOption(invocation, "serial");
  return {
    ...(name !== undefined && { name }),
    ...(serial !== undefined && { serial }),
    ...usbId(textOption(invocation, "usb-id")),
  };
}

function usbId(text: string | undefined): { vendorId?: number; productId?: number } {
  if (text === undefined) return {};
  const [, vendor, product] = /^([0-9a-f]{4}):([0-9a-f]{4})$/i.exec(text) ?? [];
  if (vendor === undefined || product === undefined) {
    throw new UsageError("USAGE", `--usb-id takes VVVV:PPPP in hexadecimal, not "${text}"`);
  }
  return { vendorId: parseInt(vendor, 16), productId: parseInt(product, 16) };
}
