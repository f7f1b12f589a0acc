import { arg, checkArguments, maybe, parameters, withMembers } from "../core/argument.js";
import { sleep } from "../core/clock.js";
import type { Env } from "../core/env.js";
import { type HarnessError, isHarnessError, TimeoutError } from "../core/errors.js";
import { shape } from "../core/shape.js";
import { within } from "../core/within.js";
import { openSession } from "../ctap/client/session.js";
import { toHex } from "../core/bytes.js";
import type { CtapDevice } from "../ctap/device.js";
import { HID_DEVICE_OPTIONS, type HidDevice, type HidDeviceOptions } from "./hid/channel.js";
import { openUsbDevice, usbDevices, USB_OPTIONS, type UsbOptions } from "./usb.js";
import { DeviceSelectionError, selectUsbDevice, type UsbSelector } from "./usb-selector.js";

/** How long a key may be away, and how often the list of devices is read meanwhile. */
export interface ReopenLimit {
  /** Milliseconds; then the wait fails. */
  readonly limitMs: number;
  /** Milliseconds between two looks at the list; 250 when absent. */
  readonly pollMs?: number;
  readonly signal?: AbortSignal | undefined;
}

const LIMIT = parameters<ReopenLimit>({
  limitMs: shape.ms,
  pollMs: maybe(shape.ms),
  signal: maybe(arg.signal),
});

const POLL_MS_DEFAULT = 250;

/** What a key that is being plugged in meets for a moment: no node yet, or one whose rights udev has not set. */
const PASSING: readonly string[] = [
  "DEVICE_NOT_FOUND",
  "DEVICE_GONE",
  "DEVICE_OPEN_FAILED",
  "DEVICE_BUSY",
  "PERMISSION_DENIED",
];

/**
 * Opens a key again that was unplugged, lost its power or was reset: reads the list of devices until it is there, by
 * whatever path it has then.
 *
 * @param env what the call lives in.
 * @param selector what the key is known by; {@link stableSelector} makes one that a new path does not change.
 * @param limit time limit in milliseconds, signal.
 * @param options of the channel, and the host for tests.
 * @returns a device whose channel is open.
 * @throws {DeviceSelectionError} `DEVICE_NOT_BACK` at the limit, with the last problem as its cause; `DEVICE_AMBIGUOUS`.
 * @throws the signal's reason.
 *
 * @example
 * const back = await reopenUsbDevice(env, parseUsbSelector("serial:0123"), { limitMs: 30_000 });
 */
export async function reopenUsbDevice(
  env: Env,
  selector: UsbSelector,
  limit: ReopenLimit,
  options: HidDeviceOptions & UsbOptions = {},
): Promise<HidDevice> {
  checkArguments("reopenUsbDevice", {
    env: [arg.env, env],
    selector: [arg.with("a selector, as parseUsbSelector gives one,", "by"), selector],
    limit: [LIMIT, limit],
    options: [withMembers(USB_OPTIONS, HID_DEVICE_OPTIONS.members), options],
  });
  const { sysfs, host, trace, ...hid } = options;
  const machine = { ...(host && { host }), ...(trace && { trace }) };
  return untilBack(env, limit, async () => {
    const { path } = await selectUsbDevice(env, selector, {
      ...machine,
      ...(sysfs !== undefined && { sysfs }),
    });
    return openUsbDevice(env, path, { ...hid, ...machine });
  });
}

/**
 * Calls `open` until it succeeds or the time is over; what passes while a device starts is no failure.
 *
 * @throws as {@link reopenUsbDevice} does.
 */
export async function untilBack<T>(
  env: Env,
  { limitMs, pollMs = POLL_MS_DEFAULT, signal }: ReopenLimit,
  open: () => Promise<T>,
): Promise<T> {
  let last: HarnessError | undefined;
  const budget = { timer: "usb.reopen", budgetMs: limitMs, aftermath: "none" } as const;
  const attempts = async (ended: AbortSignal): Promise<T> => {
    for (;;) {
      try {
        return await open();
      } catch (error) {
        if (!isHarnessError(error) || !isPassing(error)) throw error;
        last = error;
      }
      await sleep(env.clock, pollMs, "usb.poll", { signal: ended });
    }
  };
  try {
    return await within(env, budget, attempts, { signal });
  } catch (error) {
    if (!(error instanceof TimeoutError) || error.timer !== budget.timer) throw error;
    const why = last === undefined ? "" : `: ${last.message.split("\n")[0]}`;
    throw new DeviceSelectionError("DEVICE_NOT_BACK", `the key did not return within ${limitMs} ms${why}`, {
      cause: last ?? error,
      hint: last?.hint ?? "plug the key in again, and give it more time",
    });
  }
}

function isPassing(error: HarnessError): boolean {
  return PASSING.includes(error.code) || (error instanceof TimeoutError && error.timer === "hid.init");
}

/**
 * Finds what tells a key that is plugged in from all others, and stays when it is plugged in again: its serial number, else its
 * port, else its AAGUID, each only where no other key has the same.
 *
 * @param env what the call lives in.
 * @param key the key, open, and the path it was opened by.
 * @param options the host, for tests.
 * @returns the selector; by path where nothing better tells the key apart.
 *
 * @example
 * const selector = await stableSelector(env, { path: device.label, device });
 */
export async function stableSelector(
  env: Env,
  { path, device }: { readonly path: string; readonly device: CtapDevice },
  options: UsbOptions = {},
): Promise<UsbSelector> {
  const devices = await usbDevices(options);
  const own = devices.find((other) => other.path === path);
  const others = devices.filter((other) => other !== own);
  const { serialNumber, port } = own ?? {};
  if (serialNumber && others.every((other) => other.serialNumber !== serialNumber)) {
    return { by: "serial", value: serialNumber };
  }
  if (port !== undefined) return { by: "port", value: port };
  // Another key of this model would be taken for this one: it is told by what the list shows, without opening it.
  const twin = others.find(
    ({ vendorId, productId }) => vendorId === own?.vendorId && productId === own.productId,
  );
  if (twin !== undefined) return { by: "path", value: path };
  const { info } = await openSession(env, device);
  return { by: "aaguid", value: toHex(info.aaguid) };
}
