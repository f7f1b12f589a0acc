import {
  type Env,
  type ExposedDevice,
  type HidFirmware,
  exposeUdp,
  exposeUhid,
  exposeUnix,
} from "../../entry/sim.js";
import { type Invocation, type OptionTable, UsageError } from "../command.js";
import { hostAndPort } from "./host-and-port.js";
import { flag, textOption } from "../options.js";

export const EXPOSE_OPTIONS = {
  udp: { type: "string" },
  peer: { type: "string" },
  unix: { type: "string" },
  uhid: { type: "boolean", default: false },
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
  --uhid-file PATH     where the kernel makes devices (/dev/uhid)
  --name TEXT          product name of that device (Passkey Harness Simulated Key)
  --usb-id VVVV:PPPP   its vendor and product, four hexadecimal digits each (1209:0001)
  --serial TEXT        its serial number; made up when absent
  --allow-remote       listen on addresses that are not this machine's own loopback`;

/** Options that say something of a device of this machine only. */
const UHID_ONLY = ["uhid-file", "name", "usb-id", "serial"] as const;

/**
 * Offers a key where the command line says.
 *
 * @throws {UsageError} USAGE unless exactly one place was named. @throws {ExposeError}
 */
export function exposeKey(invocation: Invocation, env: Env, firmware: HidFirmware): Promise<ExposedDevice> {
  const udp = textOption(invocation, "udp");
  const unix = textOption(invocation, "unix");
  const uhid = flag(invocation, "uhid");
  const peer = textOption(invocation, "peer");
  if ([udp !== undefined, unix !== undefined, uhid].filter(Boolean).length !== 1) {
    throw new UsageError("USAGE", "key takes --udp HOST:PORT, --unix PATH or --uhid, one of the three");
  }
  if (uhid) return exposeHere(invocation, env, firmware);
  const misplaced = UHID_ONLY.find((name) => textOption(invocation, name) !== undefined);
  if (misplaced !== undefined) throw new UsageError("USAGE", `--${misplaced} goes with --uhid`);
  if (unix !== undefined && (peer !== undefined || flag(invocation, "allow-remote"))) {
    throw new UsageError("USAGE", `--${peer === undefined ? "allow-remote" : "peer"} goes with --udp`);
  }
  if (unix !== undefined) return exposeUnix(env, firmware, unix);
  return exposeUdp(env, firmware, {
    listen: hostAndPort(udp as string, { zero: true, option: "udp" }),
    ...(peer !== undefined && { peer: hostAndPort(peer, { option: "peer" }) }),
    allowRemote: flag(invocation, "allow-remote"),
  });
}

function exposeHere(invocation: Invocation, env: Env, firmware: HidFirmware): Promise<ExposedDevice> {
  const path = textOption(invocation, "uhid-file");
  const name = textOption(invocation, "name");
  const serial = textOption(invocation, "serial");
  return exposeUhid(env, firmware, {
    identity: {
      ...(name !== undefined && { name }),
      ...(serial !== undefined && { serial }),
      ...usbId(textOption(invocation, "usb-id")),
    },
    ...(path !== undefined && { path }),
  });
}

function usbId(text: string | undefined): { vendorId?: number; productId?: number } {
  if (text === undefined) return {};
  const [, vendor, product] = /^([0-9a-f]{4}):([0-9a-f]{4})$/i.exec(text) ?? [];
  if (vendor === undefined || product === undefined) {
    throw new UsageError("USAGE", `--usb-id takes VVVV:PPPP in hexadecimal, not "${text}"`);
  }
  return { vendorId: parseInt(vendor, 16), productId: parseInt(product, 16) };
}
