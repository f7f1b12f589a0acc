import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { until } from "./until.js";

const WITHIN_MS = 60_000;

export interface Controllers {
  /** Takes all of them off the machine. */
  stop(): void;
}

/** Bluetooth controllers `hci0`, `hci1`, ... that hear each other, by BlueZ's own emulator; call it in the guest. */
export async function startControllers(count: number): Promise<Controllers> {
  const btvirt = spawn("btvirt", [`-l${count}`], { stdio: "ignore" });
  const last = `/sys/class/bluetooth/hci${count - 1}`;
  await until(`${last} to be there`, {
    withinMs: WITHIN_MS,
    probe: () => (existsSync(last) ? true : undefined),
  });
  return { stop: () => void btvirt.kill() };
}
