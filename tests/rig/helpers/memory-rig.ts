/** Rigs on virtual time whose processes are objects: they share a folder and locks. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { VirtualEnv } from "../../../src/core/env.js";
import { envFor } from "../../../src/core/env.js";
import { parseInventory } from "../../../src/rig/inventory/inventory.js";
import { memoryLocks } from "../../../src/rig/leases/kernel-locks.js";
import { openRig, type Rig } from "../../../src/rig/rig.js";

/** A folder that is removed after the test. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "rig-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Makes rigs on one folder; `rigOf` opens it as a process of a name. */
export function sharedRig(
  env: VirtualEnv,
  file: Readonly<Record<string, unknown>> = {
    keys: [
      { label: "a", device: "unix:/run/a", labels: ["nfc"] },
      { label: "b", device: "unix:/run/b" },
    ],
  },
) {
  const folder = scratchFolder();
  const locks = memoryLocks();
  const inventory = parseInventory({ schema: 1, ...file }, join(folder, "rig.json"));
  return {
    inventory,
    rigOf: (name: string): Rig =>
      openRig(envFor(env, name), inventory, { locks, machineMs: () => env.clock.nowMs() }),
  };
}
