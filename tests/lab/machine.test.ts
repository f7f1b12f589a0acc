import { existsSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { runInGuest } from "../../lab/guest.js";
import { whyNoLab } from "../../lab/tools.js";
import { guestChecks } from "./guest-checks.js";

await guestChecks({
  name: "machine",
  program: "tests/lab/guest/machine.ts",
  tools: ["udev", "bluetooth", "bus"],
  timeoutSeconds: 120,
  titles: [
    "has a kernel that takes HID devices from programs",
    "starts udev",
    "has two Bluetooth controllers",
    "starts BlueZ on a system bus",
    "gives files back and forgets what is written elsewhere",
  ],
});

const why = whyNoLab();
it.skipIf(why !== undefined)("leaves the host as it was, but for the folder it was given", () => {
  expect(existsSync("/etc/not-kept-by-the-lab")).toBe(false);
  expect(readFileSync("artifacts/lab/machine/kept.txt", "utf8")).toBe("kept");
});

it.skipIf(why !== undefined)("switches a guest off whose time is up", async () => {
  const endless = runInGuest({
    program: "tests/lab/guest/endless.ts",
    out: "artifacts/lab/endless",
    timeoutSeconds: 25,
  });
  await expect(endless).rejects.toMatchObject({ code: "LAB_TIME_UP" });
});

it.skipIf(why !== undefined)("ends a guest that is no longer wanted", async () => {
  const interrupt = new AbortController();
  const endless = runInGuest({
    program: "tests/lab/guest/endless.ts",
    out: "artifacts/lab/interrupted",
    signal: interrupt.signal,
    onOutput: () => interrupt.abort(new Error("no longer wanted")),
  });
  await expect(endless).rejects.toThrow("no longer wanted");
});
