import { arg, checkArguments, maybe, withMembers } from "../core/argument.js";
import { shape } from "../core/shape.js";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Env } from "../core/env.js";
import { HID_DEVICE_OPTIONS, openHidDevice, type HidDevice, type HidDeviceOptions } from "./hid/channel.js";
import {
  NODE_HID_OPTIONS,
  nodeHidDevices,
  nodeHidPort,
  type NodeHidDeviceInfo,
  type NodeHidOptions,
} from "./hid/node-hid.js";
import { usbPortOf } from "./usb-port.js";
import { FIDO_USAGE, FIDO_USAGE_PAGE, firstUsage, type HidUsage } from "./hid/report-descriptor.js";

export interface UsbDeviceInfo {
  /** What {@link openUsbDevice} takes; changes when the key is plugged in again. */
  readonly path: string;
  readonly vendorId: number;
  readonly productId: number;
  readonly manufacturer?: string;
  readonly product?: string;
  readonly serialNumber?: string;
  /** The USB port it is in, such as `1-1.2`; on Linux alone, and stays the same when the key is plugged in there again. */
  readonly port?: string;
}

export interface UsbOptions extends NodeHidOptions {
  /** Where Linux describes its hidraw nodes. */
  readonly sysfs?: string;
}

export const USB_OPTIONS = withMembers(NODE_HID_OPTIONS, { sysfs: maybe(shape.text) });

const SYSFS_HIDRAW = "/sys/class/hidraw";

/**
 * FIDO devices on USB now. Enumerating is costly: once a second is often.
 *
 * A machine may also hide them: Windows shows them to administrators only.
 *
 * @param options the host, for tests.
 * @returns a row for each FIDO key, none when none is plugged in.
 * @throws {HidAccessError} `NATIVE_MISSING`
 *
 * @example
 * for (const { path, product } of await usbDevices()) console.log(path, product);
 */
export async function usbDevices(options: UsbOptions = {}): Promise<UsbDeviceInfo[]> {
  checkArguments("usbDevices", {
    options: [USB_OPTIONS, options],
  });
  const found: UsbDeviceInfo[] = [];
  for (const device of await nodeHidDevices(options)) {
    const { path } = device;
    if (path === undefined || found.some((other) => other.path === path)) continue;
    const sysfs = options.sysfs ?? SYSFS_HIDRAW;
    const { usagePage, usage } = await usageOf(device, path, sysfs);
    if (usagePage !== FIDO_USAGE_PAGE || usage !== FIDO_USAGE) continue;
    const port = usbPortOf(path, sysfs);
    found.push({ ...toInfo(device, path), ...(port !== undefined && { port }) });
  }
  return found;
}

/**
 * Opens the device at `path` and asks it for a channel.
 *
 * @param env what the call lives in: clock, randomness and trace.
 * @param path as `usbDevices()` gives it, such as `/dev/hidraw3`.
 * @param options of the channel, and the host for tests.
 * @returns a device whose channel is open.
 * @throws as {@link nodeHidPort} and {@link openHidDevice} do.
 *
 * @example
 * const [key] = await usbDevices();
 * if (key) await using device = await openUsbDevice(systemEnv(), key.path);
 */
export async function openUsbDevice(
  env: Env,
  path: string,
  options: HidDeviceOptions & NodeHidOptions = {},
): Promise<HidDevice> {
  checkArguments("openUsbDevice", {
    env: [arg.env, env],
    path: [shape.text, path],
    options: [withMembers(NODE_HID_OPTIONS, HID_DEVICE_OPTIONS.members), options],
  });
  const { host, trace = env.trace, ...hid } = options;
  return openHidDevice(env, await nodeHidPort(path, { trace, ...(host && { host }) }), hid);
}

/** Old hidapi on Linux leaves the usage out; the kernel's copy of the report descriptor has it. */
async function usageOf(device: NodeHidDeviceInfo, path: string, sysfs: string): Promise<HidUsage> {
  const { usagePage = 0, usage = 0 } = device;
  if (usagePage !== 0) return { usagePage, usage };
  const node = join(sysfs, basename(path), "device", "report_descriptor");
  const descriptor = await readFile(node).catch(() => new Uint8Array(0));
  return firstUsage(descriptor) ?? { usagePage, usage };
}

function toInfo(device: NodeHidDeviceInfo, path: string): UsbDeviceInfo {
  const { vendorId, productId, manufacturer, product, serialNumber } = device;
  return {
    path,
    vendorId,
    productId,
    ...(manufacturer !== undefined && { manufacturer }),
    ...(product !== undefined && { product }),
    ...(serialNumber !== undefined && { serialNumber }),
  };
}
