import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { missingNativePackages } from "./native-packages.js";

/** Commands by the Debian package that brings them. */
export const BOOT_TOOLS: Readonly<Record<string, string>> = {
  "qemu-system-x86_64": "qemu-system-x86",
  busybox: "busybox-static",
  cpio: "cpio",
  depmod: "kmod",
  "dpkg-deb": "dpkg",
  "apt-get": "apt",
};

/** What a run in the lab may need beside a kernel, by the name a test asks for it. */
export const GUEST_TOOLS = {
  udev: { udevadm: "udev" },
  bluetooth: { btvirt: "bluez-test-tools", btmgmt: "bluez-test-tools", bluetoothctl: "bluez" },
  bus: { "dbus-daemon": "dbus" },
  fido2: { "fido2-token": "fido2-tools" },
  usbip: { usbip: "usbip" },
  capture: { dumpcap: "wireshark-common", tshark: "tshark" },
  chromium: { chromium: "chromium" },
  firefox: { "firefox-esr": "firefox-esr" },
  screen: {
    Xvfb: "xvfb",
    openbox: "openbox",
    import: "imagemagick",
    zbarimg: "zbar-tools",
    xdotool: "xdotool",
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>;

export type GuestTool = keyof typeof GUEST_TOOLS;

/** System folders are not on everybody's PATH, and the lab's tools live there. */
const SYSTEM_FOLDERS = ["/usr/sbin", "/sbin", "/usr/local/sbin"];

/** @returns the Debian packages this machine lacks for a run with these tools; none when it can boot. */
export function missingPackages(tools: readonly GuestTool[] = []): readonly string[] {
  const wanted = new Map(Object.entries(BOOT_TOOLS));
  for (const tool of tools) {
    for (const [command, debianPackage] of Object.entries(GUEST_TOOLS[tool]))
      wanted.set(command, debianPackage);
  }
  const missing = [...wanted].filter(([command]) => !onPath(command));
  return [...new Set(missing.map(([, debianPackage]) => debianPackage))];
}

/**
 * @param natives npm packages with native code that the program imports at run time.
 * @returns why the lab cannot run here, with the command that changes it; undefined when it can.
 */
export function whyNoLab(
  tools: readonly GuestTool[] = [],
  natives: readonly string[] = [],
): string | undefined {
  if (process.platform !== "linux" || process.arch !== "x64") {
    return `the lab boots an x86-64 Debian kernel from a Debian host; this is ${process.platform} on ${process.arch}`;
  }
  const packages = missingPackages(tools);
  if (packages.length > 0) return `not installed: apt-get install ${packages.join(" ")}`;
  const absent = missingNativePackages(natives);
  return absent.length === 0 ? undefined : `not installed: npm run natives -- ${absent.join(" ")}`;
}

function onPath(command: string): boolean {
  const folders = (process.env["PATH"] ?? "").split(delimiter).concat(SYSTEM_FOLDERS);
  return folders.some((folder) => existsSync(join(folder, command)));
}
