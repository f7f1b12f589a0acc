import { arg, checkArguments, maybe, parameters } from "../core/argument.js";
import type { Env } from "../core/env.js";
import type { Inventory } from "./inventory/inventory.js";
import { type KernelLocks, systemLocks } from "./leases/kernel-locks.js";
import { Leases } from "./leases/leases.js";
import type { ProcessIdentity } from "./leases/process-identity.js";
import { RigLedger } from "./state/ledger.js";
import { Quarantine } from "./state/quarantine.js";
import { RigLog } from "./state/rig-log.js";
import { StateFolder } from "./state/state-folder.js";

export interface RigOptions {
  /** Decide who holds a device; those of the operating system when absent. */
  readonly locks?: KernelLocks;
  /** Who asks for leases; this process when absent. */
  readonly owner?: ProcessIdentity;
  /** Milliseconds on a timeline of the whole machine; since its start when absent. */
  readonly machineMs?: () => number;
}

const OPTIONS = parameters<RigOptions>({
  locks: maybe(arg.having("locks, as systemLocks(folder) makes them,", "take")),
  owner: maybe(arg.with("a process, as thisProcess() names it,", "pid", "started")),
  machineMs: maybe(arg.callable),
});

/** Keys and phones of one machine, as one of the processes that share them has them. */
export interface Rig {
  readonly env: Env;
  readonly inventory: Inventory;
  readonly folder: StateFolder;
  readonly log: RigLog;
  readonly leases: Leases;
  readonly quarantine: Quarantine;
  readonly ledger: RigLedger;
}

/**
 * Begins to take part in a rig; touches no device.
 *
 * @param env what the call lives in: clock, randomness, cryptography and trace.
 * @param inventory as `loadInventory` reads it.
 * @param options other locks than those of the operating system, for tests.
 * @returns the rig, with its leases, ledger and log.
 * @throws {RigError} `RIG_STATE_FAILED` when its folder cannot be made.
 *
 * @example
 * const rig = openRig(systemEnv(), loadInventory("rig.json"));
 */
export function openRig(env: Env, inventory: Inventory, options: RigOptions = {}): Rig {
  checkArguments("openRig", {
    env: [arg.env, env],
    inventory: [arg.with("an inventory, as loadInventory(path) reads it,", "keys", "state"), inventory],
    options: [OPTIONS, options],
  });
  const folder = new StateFolder(inventory.state);
  const log = new RigLog(folder, env.clock);
  const quarantine = new Quarantine(folder);
  const { locks = systemLocks(folder.path), owner, machineMs } = options;
  const leases = new Leases(env, {
    folder,
    locks,
    log,
    devices: [...inventory.keys, ...inventory.phones],
    isQuarantined: (label) => quarantine.has(label),
    ...(owner !== undefined && { owner }),
    ...(machineMs !== undefined && { machineMs }),
  });
  return { env, inventory, folder, log, leases, quarantine, ledger: new RigLedger(env, folder) };
}
