import type { Env } from "../../core/env.js";
import { openSession, type Ctap2Session } from "../../ctap/client/session.js";
import type { CtapDevice } from "../../ctap/device.js";
import { CtapCommand } from "../../ctap/command.js";
import { openHidDevice, type HidDevice } from "../../transports/hid/channel.js";
import { withU2fFallback } from "../../transports/hid/u2f-fallback.js";
import { udpHidPort } from "../../transports/udp.js";
import { unixHidPort } from "../../transports/unix.js";
import { parseUsbSelector, selectUsbDevice } from "../../transports/usb-selector.js";
import { openUsbDevice, type UsbOptions } from "../../transports/usb.js";
import { fingerFor } from "../fingers/finger-for.js";
import { pressWhenAsked } from "../fingers/press-when-asked.js";
import type { Hardware } from "../hardware/hardware.js";
import type { RigKey } from "../inventory/inventory.js";
import type { Rig } from "../rig.js";

/** Longest that a key may want to be held, in milliseconds; the finger is lifted at its answer. */
const LONG_HOLD_MS = 20_000;

/**
 * Opens the key that a selector names, wherever it is plugged in now.
 *
 * @param selector `serial:`, `aaguid:`, `port:`, `hid:`, `udp:`, `unix:` and what follows, or `any`.
 * @throws {DeviceSelectionError} `DEVICE_NOT_FOUND`, `DEVICE_AMBIGUOUS`. @throws as `openHidDevice` does.
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
  const wanted = parseUsbSelector(selector);
  const path = wanted.by === "path" ? wanted.value : (await selectUsbDevice(env, wanted, usb)).path;
  return withU2fFallback(
    env,
    await openUsbDevice(env, path, usb.host === undefined ? {} : { host: usb.host }),
  );
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
 * @throws {RigError} `RIG_NO_FINGER`. @throws {DeviceSelectionError} `DEVICE_NOT_FOUND`, `DEVICE_AMBIGUOUS`. @throws as `openSession` does.
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
