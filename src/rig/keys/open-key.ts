import { realpath } from "node:fs/promises";
import { basename, join } from "node:path";
import { toHex } from "../../core/bytes.js";
import type { Env } from "../../core/env.js";
import { isHarnessError } from "../../core/errors.js";
import { openSession, type Ctap2Session } from "../../ctap/client/session.js";
import type { CtapDevice } from "../../ctap/device.js";
import { CtapCommand } from "../../ctap/command.js";
import { openHidDevice, type HidDevice } from "../../transports/hid/channel.js";
import { withU2fFallback } from "../../transports/hid/u2f-fallback.js";
import { udpHidPort } from "../../transports/udp.js";
import { unixHidPort } from "../../transports/unix.js";
import { openUsbDevice, usbDevices, type UsbOptions } from "../../transports/usb.js";
import { fingerFor } from "../fingers/finger-for.js";
import { pressWhenAsked } from "../fingers/press-when-asked.js";
import type { Hardware } from "../hardware/hardware.js";
import type { RigKey } from "../inventory/inventory.js";
import { RigError } from "../rig-error.js";
import type { Rig } from "../rig.js";

const SYSFS_HIDRAW = "/sys/class/hidraw";
/** Longest that a key may want to be held, in milliseconds; the finger is lifted at its answer. */
const LONG_HOLD_MS = 20_000;

/**
 * Opens the key that a selector names, wherever it is plugged in now.
 *
 * @param selector `serial:`, `aaguid:`, `port:`, `hid:`, `udp:`, `unix:` and what follows, or `any`.
 * @throws {RigError} `RIG_KEY_NOT_FOUND` when there is none, or several. @throws as `openHidDevice` does.
 */
export async function openKey(env: Env, selector: string, usb: UsbOptions = {}): Promise<HidDevice> {
  const place = selector.slice(selector.indexOf(":") + 1);
  const [scheme] = selector.split(":");
  const link = (port: Parameters<typeof openHidDevice>[1]) => openHidDevice(env, port);
  if (scheme === "unix")
    return withU2fFallback(env, await link(await unixHidPort(place, { trace: env.trace })));
  if (scheme === "udp") {
    const colon = place.lastIndexOf(":");
    const host = place.slice(0, colon).replace(/^\[(.*)\]$/, "$1");
    const port = await udpHidPort({ host, port: Number(place.slice(colon + 1)), trace: env.trace });
    return withU2fFallback(env, await link(port));
  }
  const path = scheme === "hid" && place !== "any" ? place : await pathOf(env, selector, usb);
  return withU2fFallback(
    env,
    await openUsbDevice(env, path, usb.host === undefined ? {} : { host: usb.host }),
  );
}

/** Looks for a key on USB. @throws {RigError} `RIG_KEY_NOT_FOUND` */
async function pathOf(env: Env, selector: string, usb: UsbOptions): Promise<string> {
  const wanted = selector.slice(selector.indexOf(":") + 1);
  const all = await usbDevices(usb);
  const isIt = {
    serial: async ({ serialNumber }: (typeof all)[number]) => serialNumber === wanted,
    port: async ({ path }: (typeof all)[number]) => (await usbPortOf(path, usb.sysfs)) === wanted,
    aaguid: async ({ path }: (typeof all)[number]) => hasAaguid(env, path, wanted, usb),
  }[selector.split(":")[0] ?? ""];
  const found: string[] = [];
  for (const device of all) if (isIt === undefined || (await isIt(device))) found.push(device.path);
  const [first, ...others] = found;
  if (first !== undefined && others.length === 0) return first;
  const there = all
    .map(({ path, serialNumber = "without a serial number" }) => `${path} (${serialNumber})`)
    .join(", ");
  throw new RigError(
    "RIG_KEY_NOT_FOUND",
    first === undefined ? `no key is ${selector}` : `${found.length} keys are ${selector}`,
    { hint: there === "" ? "no FIDO key is plugged in" : `plugged in: ${there}` },
  );
}

/** Returns the port of a hidraw node as Linux names it, such as `1-1.2`. */
async function usbPortOf(path: string, sysfs = SYSFS_HIDRAW): Promise<string | undefined> {
  const device = await realpath(join(sysfs, basename(path), "device")).catch(() => "");
  const parts = device.split("/").map((part) => /^(\d+-[\d.]+):\d+\.\d+$/.exec(part)?.[1]);
  return parts.findLast((port) => port !== undefined);
}

/** A key that cannot be asked is not the one. */
async function hasAaguid(env: Env, path: string, wanted: string, usb: UsbOptions): Promise<boolean> {
  try {
    await using device = await openUsbDevice(env, path, usb.host === undefined ? {} : { host: usb.host });
    const { info } = await openSession(env, device);
    return toHex(info.aaguid) === wanted.replaceAll("-", "").toLowerCase();
  } catch (error) {
    if (isHarnessError(error)) return false;
    throw error;
  }
}

/** A key that was opened, what it says of itself, and its finger. */
export interface OpenedKey extends AsyncDisposable {
  readonly session: Ctap2Session;
  /** The key with its finger, for whatever wants a device: `register`, `authenticate`, a suite. */
  readonly device: CtapDevice;
}

/**
 * Opens a leased key with its finger: whatever asks for a touch is pressed.
 *
 * @param env what the call lives in: clock, randomness, cryptography and trace.
 * @param rig as `openRig` opens it.
 * @param key of the lease.
 * @param hardware as `systemHardware` makes it.
 * @returns the key's session, to be disposed of before the lease ends.
 * @throws {RigError} `RIG_KEY_NOT_FOUND`, `RIG_NO_FINGER`. @throws as `openSession` does.
 *
 * @example
 * await using opened = await openRigKey(env, rig, key, systemHardware(console.error));
 * await opened.session.selection();
 */
export async function openRigKey(
  env: Env,
  rig: Pick<Rig, "inventory">,
  key: RigKey,
  hardware: Hardware,
): Promise<OpenedKey> {
  const finger = fingerFor(env, hardware, rig.inventory, key.label);
  const device = await openKey(env, key.device);
  try {
    const { info } = await openSession(env, device);
    const pressed = pressWhenAsked(env, device, finger, {
      ...(key.holdMs !== undefined && { holdMs: key.holdMs }),
      ...(info.longTouchForReset === true && {
        longHoldMs: LONG_HOLD_MS,
        wantsLong: ([command]: Uint8Array) => command === CtapCommand.reset,
      }),
    });
    const session = await openSession(env, pressed);
    return {
      session,
      device: pressed,
      [Symbol.asyncDispose]: () => Promise.resolve(device[Symbol.asyncDispose]()),
    };
  } catch (error) {
    await device[Symbol.asyncDispose]();
    throw error;
  }
}
