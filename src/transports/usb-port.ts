import { realpathSync } from "node:fs";
import { basename, join } from "node:path";

/** A hub's number and the ports from there on, as the kernel writes them: `1-1.2`. */
const PORT = /^\d+-\d+(\.\d+)*$/;

/** The path of hidapi's libusb driver: the port, then configuration and interface. */
const LIBUSB_PATH = /^(\d+-\d+(?:\.\d+)*):\d+\.\d+$/;

/**
 * Finds the USB port that a HID device is plugged into.
 *
 * Linux alone gives it: by hidraw nodes through sysfs, by the libusb driver in the path itself. The paths of macOS and
 * Windows name no port, and a device that the kernel made itself (uhid) is in none.
 *
 * @param path as the operating system gives it, such as `/dev/hidraw3`.
 * @param sysfs where Linux describes its hidraw nodes.
 * @returns the port path, such as `1-1.2`, or `undefined` where there is none.
 */
export function usbPortOf(path: string, sysfs: string): string | undefined {
  const [, ofLibusb] = LIBUSB_PATH.exec(path) ?? [];
  if (ofLibusb !== undefined) return ofLibusb;
  // The node links to .../usb1/1-1/1-1.2/1-1.2:1.0/0003:1050:0407.0001: the last port on the way is the device's own.
  return nodeOf(join(sysfs, basename(path), "device"))
    .split("/")
    .filter((part) => PORT.test(part))
    .at(-1);
}

/** Follows a link; sysfs is memory of the kernel, and answers at once. */
function nodeOf(link: string): string {
  try {
    return realpathSync(link);
  } catch {
    return "";
  }
}
