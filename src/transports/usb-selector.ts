import { arg, checkArguments } from "../core/argument.js";
import { toHex } from "../core/bytes.js";
import type { Env } from "../core/env.js";
import { HarnessError, isHarnessError } from "../core/errors.js";
import { shape } from "../core/shape.js";
import { openSession } from "../ctap/client/session.js";
import { openUsbDevice, usbDevices, USB_OPTIONS, type UsbDeviceInfo, type UsbOptions } from "./usb.js";

/**
 * The key that was named is not the one, or there is none; nothing was sent but getInfo.
 *
 * `DEVICE_NOT_FOUND` no key that is plugged in matches; `DEVICE_AMBIGUOUS` several do; `DEVICE_SELECTOR_MALFORMED` the name
 * cannot be read; `DEVICE_NOT_BACK` the key did not return in time after it was unplugged.
 */
export class DeviceSelectionError extends HarnessError<
  "DEVICE_NOT_FOUND" | "DEVICE_AMBIGUOUS" | "DEVICE_SELECTOR_MALFORMED" | "DEVICE_NOT_BACK"
> {}

/** What tells one key from the others that are plugged in. */
export type UsbSelector =
  { readonly by: "any" } | { readonly by: "path" | "serial" | "port" | "aaguid"; readonly value: string };

const FORMS = "hid:any, hid:PATH, serial:XYZ, port:1-1.2 or aaguid:UUID";
const PORT = /^\d+-\d+(\.\d+)*$/;
const AAGUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/;

/**
 * Reads the name of a key.
 *
 * @param text `any`, `hid:any`, `hid:PATH`, `serial:XYZ`, `port:1-1.2` or `aaguid:UUID`.
 * @returns what the key is selected by; an AAGUID as 32 hexadecimal digits.
 * @throws {DeviceSelectionError} `DEVICE_SELECTOR_MALFORMED`
 *
 * @example
 * parseUsbSelector("port:1-1.2"); // { by: "port", value: "1-1.2" }
 */
export function parseUsbSelector(text: string): UsbSelector {
  checkArguments("parseUsbSelector", { text: [shape.text, text] });
  if (text === "any" || text === "hid:any") return { by: "any" };
  const [, scheme, value = ""] = /^(hid|serial|port|aaguid):(.+)$/s.exec(text) ?? [];
  switch (scheme) {
    case "hid":
      return { by: "path", value };
    case "serial":
      return { by: "serial", value };
    case "port":
      if (PORT.test(value)) return { by: "port", value };
      throw malformed(text, "a USB port is written as Linux writes it, such as port:1-1.2");
    case "aaguid": {
      const lower = value.toLowerCase();
      if (AAGUID.test(lower)) return { by: "aaguid", value: lower.replaceAll("-", "") };
      throw malformed(text, "an AAGUID has 32 hexadecimal digits, with or without hyphens");
    }
    default:
      throw malformed(text, `a key is named ${FORMS}`);
  }
}

function malformed(text: string, hint: string): DeviceSelectionError {
  return new DeviceSelectionError("DEVICE_SELECTOR_MALFORMED", `"${text}" names no key`, { hint });
}

/**
 * Finds the one key that a selector means among those that are plugged in. For an AAGUID each of them is opened and asked.
 *
 * @param env what the call lives in.
 * @param selector as {@link parseUsbSelector} reads it.
 * @param options the host, for tests.
 * @returns the key's row in the list of devices.
 * @throws {DeviceSelectionError} `DEVICE_NOT_FOUND` and `DEVICE_AMBIGUOUS`, both with what is plugged in.
 * @throws {HidAccessError} `NATIVE_MISSING`
 *
 * @example
 * const { path } = await selectUsbDevice(env, parseUsbSelector("serial:0123"));
 */
export async function selectUsbDevice(
  env: Env,
  selector: UsbSelector,
  options: UsbOptions = {},
): Promise<UsbDeviceInfo> {
  checkArguments("selectUsbDevice", {
    env: [arg.env, env],
    selector: [arg.with("a selector, as parseUsbSelector gives one,", "by"), selector],
    options: [USB_OPTIONS, options],
  });
  const devices = await usbDevices(options);
  const { matches, notAsked } =
    selector.by === "aaguid"
      ? await withAaguid(env, selector.value, { devices, options })
      : { matches: devices.filter((device) => matchesBy(selector, device)), notAsked: [] };
  const [one, ...others] = matches;
  if (one === undefined) throw notFound(selector, { devices, notAsked });
  if (others.length > 0) throw ambiguous(selector, matches);
  return one;
}

function matchesBy(selector: UsbSelector, { path, serialNumber, port }: UsbDeviceInfo): boolean {
  switch (selector.by) {
    case "any":
      return true;
    case "path":
      return path === selector.value;
    case "serial":
      return serialNumber === selector.value;
    case "port":
      return port === selector.value;
    case "aaguid":
      return false;
  }
}

interface Asked {
  readonly devices: readonly UsbDeviceInfo[];
  readonly options: UsbOptions;
}

/** Asks every key, one after the other. A key that cannot be asked may be the one that is meant, and is named. */
async function withAaguid(env: Env, aaguid: string, { devices, options }: Asked) {
  const { host } = options;
  const matches: UsbDeviceInfo[] = [];
  const notAsked: string[] = [];
  for (const device of devices) {
    try {
      await using key = await openUsbDevice(env, device.path, host ? { host } : {});
      const { info } = await openSession(env, key);
      if (toHex(info.aaguid) === aaguid) matches.push(device);
    } catch (error) {
      if (!isHarnessError(error)) throw error;
      notAsked.push(`${device.path} (${error.code})`);
    }
  }
  return { matches, notAsked };
}

/** Returns how a message calls a key: its path, product, ids, serial number and port. */
export function describeUsbDevice({ path, product, serialNumber, port, ...ids }: UsbDeviceInfo): string {
  const hex = (value: number) => value.toString(16).padStart(4, "0");
  return [
    `hid:${path} ${product ?? "unnamed"} (${hex(ids.vendorId)}:${hex(ids.productId)})`,
    ...(serialNumber ? [`serial:${serialNumber}`] : []),
    ...(port === undefined ? [] : [`port:${port}`]),
  ].join(" ");
}

function wanted(selector: UsbSelector): string {
  if (selector.by === "any") return "is plugged in";
  if (selector.by === "path") return `is at ${selector.value}`;
  const names = { serial: "serial number", port: "USB port", aaguid: "AAGUID" } as const;
  return `has the ${names[selector.by]} ${selector.value}`;
}

function notFound(
  selector: UsbSelector,
  { devices, notAsked }: { readonly devices: readonly UsbDeviceInfo[]; readonly notAsked: readonly string[] },
): DeviceSelectionError {
  const hints = [
    ...(devices.length === 0 ? ["passkey-harness doctor says what was looked for"] : []),
    ...(selector.by === "port" && devices.every(({ port }) => port === undefined) && devices.length > 0
      ? ["this system does not say in which USB port a key is; name the key by serial:XYZ or aaguid:UUID"]
      : []),
    ...(notAsked.length > 0 ? [`could not be asked: ${notAsked.join(", ")}`] : []),
  ];
  return new DeviceSelectionError("DEVICE_NOT_FOUND", `no FIDO key ${wanted(selector)}`, {
    hint: hints.length > 0 ? hints.join("; ") : "passkey-harness list says more of each",
    furtherLines: devices.map((device) => `plugged in: ${describeUsbDevice(device)}`),
  });
}

function ambiguous(selector: UsbSelector, matches: readonly UsbDeviceInfo[]): DeviceSelectionError {
  const which = selector.by === "any" ? "are plugged in" : `match ${selector.by}:${selector.value}`;
  return new DeviceSelectionError("DEVICE_AMBIGUOUS", `${matches.length} FIDO keys ${which}`, {
    hint: "name one by its serial number, its port or its path",
    furtherLines: matches.map((device) => `matches: ${describeUsbDevice(device)}`),
  });
}
