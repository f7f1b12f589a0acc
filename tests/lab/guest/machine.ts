import assert from "node:assert/strict";
import { accessSync, constants, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { check, outFolder } from "../../../lab/checks.js";
import { startBluez } from "../../../lab/services/bluez.js";
import { startControllers } from "../../../lab/services/controllers.js";
import { startUdev } from "../../../lab/services/udev.js";

await check("has a kernel that takes HID devices from programs", () => {
  accessSync("/dev/uhid", constants.R_OK | constants.W_OK);
});

await check("starts udev", () => {
  startUdev();
});

await check("has two Bluetooth controllers", async () => {
  await startControllers(2);
  assert.ok(existsSync("/sys/class/bluetooth/hci1"));
});

await check("starts BlueZ on a system bus", async () => {
  const daemon = await startBluez();
  daemon.kill();
});

await check("gives files back and forgets what is written elsewhere", () => {
  writeFileSync(join(outFolder(), "kept.txt"), "kept");
  writeFileSync("/etc/not-kept-by-the-lab", "forgotten");
});
process.exit(0);
