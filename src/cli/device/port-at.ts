import {
  type HidPort,
  nodeHidPort,
  parseUsbSelector,
  selectUsbDevice,
  udpHidPort,
  unixHidPort,
  type UsbOptions,
} from "../../entry/hid.js";
import type { Env } from "../../entry/sim.js";
import { UsageError } from "../command.js";
import { hostAndPort, udpPlace } from "./host-and-port.js";

export interface PortOptions {
  /** Local address of a UDP socket. */
  readonly bind: string | undefined;
  readonly usb: UsbOptions;
}

/**
 * Opens a device outside of this process for reports.
 *
 * @param where as `--device` names it, without a label.
 * @throws {UsageError} USAGE for what names no such device. @throws {DeviceSelectionError} @throws {HidAccessError}
 */
export async function hidPortAt(env: Env, where: string, { bind, usb }: PortOptions): Promise<HidPort> {
  const [scheme = "", ...rest] = where.split(":");
  const place = rest.join(":");
  switch (scheme) {
    case "any":
    case "hid":
    case "serial":
    case "port":
    case "aaguid": {
      if (scheme !== "any") demand(place, `${scheme}:${scheme === "hid" ? "PATH" : "VALUE"}, or any`);
      const selector = parseUsbSelector(where);
      const path = selector.by === "path" ? selector.value : (await selectUsbDevice(env, selector, usb)).path;
      return nodeHidPort(path, { trace: env.trace, ...(usb.host && { host: usb.host }) });
    }
    case "udp": {
      const local = bind === undefined ? {} : { bind: hostAndPort(bind, { option: "bind" }) };
      return udpHidPort({ ...udpPlace(place), ...local, trace: env.trace });
    }
    case "unix":
      return unixHidPort(demand(place, "unix:PATH"), { trace: env.trace });
    default:
      throw new UsageError("USAGE", `--device "${where}" names no kind of device that takes reports`, {
        hint:
          "sim, any, hid:PATH, serial:XYZ, port:1-1.2, aaguid:UUID, label:NAME, udp:HOST:PORT, " +
          "udp:HOST:PORT:LOCAL, unix:PATH; register and login take hybrid, too",
      });
  }
}

function demand(text: string, form: string): string {
  if (text === "") throw new UsageError("USAGE", `the device is written ${form}`);
  return text;
}
