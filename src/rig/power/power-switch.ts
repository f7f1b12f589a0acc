import { sleep } from "../../core/clock.js";
import type { Env } from "../../core/env.js";

/** Something that cuts a key's power. */
export interface PowerSwitch {
  /** Says which it is, for errors. */
  readonly label: string;
  /** Resolves once the power is off. @throws {RigError} `RIG_POWER_FAILED` */
  off(): Promise<void>;
  /** Resolves once the power is on; the key may need longer to be there. @throws {RigError} `RIG_POWER_FAILED` */
  on(): Promise<void>;
  /** Off and on as one step, where the switch offers nothing else. */
  cycle?(): Promise<void>;
}

/** How long a key stays without power, in milliseconds: long enough for its capacitors. */
const OFF_MS = 1_000;

/** Cuts a key's power and gives it back. @throws {RigError} `RIG_POWER_FAILED` */
export async function powerCycle(env: Env, power: PowerSwitch, offMs = OFF_MS): Promise<void> {
  if (power.cycle !== undefined) return power.cycle();
  await power.off();
  try {
    await sleep(env.clock, offMs, "rig.off");
  } finally {
    await power.on();
  }
}
