import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { until } from "./until.js";

const WITHIN_MS = 60_000;
const DAEMON = ["/usr/libexec/bluetooth/bluetoothd", "/usr/lib/bluetooth/bluetoothd"].find((path) =>
  existsSync(path),
);

/** A system bus and BlueZ's daemon on it, which browsers on Linux talk to; call it in the guest, once. */
export async function startBluez(): Promise<ChildProcess> {
  if (DAEMON === undefined) throw new Error("there is no bluetoothd: apt-get install bluez");
  mkdirSync("/run/dbus", { recursive: true });
  execFileSync("dbus-daemon", ["--system", "--fork"], { stdio: "inherit" });
  const daemon = spawn(DAEMON, ["-n"], { stdio: "ignore" });
  await until("bluetoothd on the bus", {
    withinMs: WITHIN_MS,
    probe: () => (busNames().includes("org.bluez") ? true : undefined),
  });
  return daemon;
}

function busNames(): string {
  const list = [
    "--system",
    "--print-reply",
    "--dest=org.freedesktop.DBus",
    "/",
    "org.freedesktop.DBus.ListNames",
  ];
  return execFileSync("dbus-send", list, { encoding: "utf8" });
}
