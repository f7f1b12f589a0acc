/** Keys and phones that jobs of one machine share: inventory, leases, fingers, power, recovery. */
export {
  type Inventory,
  loadInventory,
  type Operation,
  parseInventory,
  type RigFinger,
  type RigKey,
  type RigPhone,
  type RigPowerSwitch,
} from "../rig/inventory/inventory.js";
export { type KernelLock, type KernelLocks, systemLocks } from "../rig/leases/kernel-locks.js";
export type { HeldLease, LeaseRequest, LeaseTable, Wanted } from "../rig/leases/lease-table.js";
export { endProcess, isRunning, type ProcessIdentity, thisProcess } from "../rig/leases/process-identity.js";
export {
  type Lease,
  type OpenLease,
  type RequestForLease,
  takeLease,
  withLease,
} from "../rig/leases/with-lease.js";
export { openRig, type Rig, type RigOptions } from "../rig/rig.js";
export { RigError, type RigErrorCode } from "../rig/rig-error.js";
export { type KeyContents, type KeyLedger, RigLedger } from "../rig/state/ledger.js";
export { Quarantine, type Quarantined } from "../rig/state/quarantine.js";
export { type RigEvent, RigLog, type RigLogLine } from "../rig/state/rig-log.js";
