import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";

const DAEMON = ["/usr/lib/systemd/systemd-udevd", "/lib/systemd/systemd-udevd"].find((path) =>
  existsSync(path),
);

/** Starts udev, through which libfido2 and Chromium find devices; to be called in the guest, once. */
export function startUdev(): void {
  if (DAEMON === undefined) throw new Error("there is no systemd-udevd: apt-get install udev");
  execFileSync(DAEMON, ["--daemon"], { stdio: "inherit" });
  execFileSync("udevadm", ["trigger", "--subsystem-match=hidraw", "--subsystem-match=bluetooth"], {
    stdio: "inherit",
  });
  execFileSync("udevadm", ["settle", "--timeout=20"], { stdio: "inherit" });
}
