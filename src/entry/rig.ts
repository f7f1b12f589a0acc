/** Keys and phones that jobs of one machine share: inventory, leases, fingers, power, recovery, status page. */
export { controlFinger, fingerFor } from "../rig/fingers/finger-for.js";
export type { Finger, Press } from "../rig/fingers/finger.js";
export { pressWhenAsked, type PressOptions } from "../rig/fingers/press-when-asked.js";
export { type Hardware, systemHardware } from "../rig/hardware/hardware.js";
export type { ProgramOptions, ProgramResult, ProgramRunner } from "../rig/hardware/run-program.js";
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
export { openKey, openRigKey, type OpenedKey } from "../rig/keys/open-key.js";
export { recoverKey, type Recovery, type RecoveryOptions } from "../rig/keys/recover-key.js";
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
export type { ControllerProtocol } from "../rig/page/controller.js";
export { rigServer, type RigServer, type RigServerOptions } from "../rig/page/rig-server.js";
export { type DeviceStatus, rigStatus, type RigStatus, type WaitingStatus } from "../rig/page/rig-status.js";
export type { Scan } from "../rig/phones/phone.js";
export { phoneFor } from "../rig/phones/rig-phone.js";
export { powerFor } from "../rig/power/power-for.js";
export { powerCycle, type PowerSwitch } from "../rig/power/power-switch.js";
export { openRig, type Rig, type RigOptions } from "../rig/rig.js";
export { RigError, type RigErrorCode } from "../rig/rig-error.js";
export { type KeyContents, type KeyLedger, RigLedger } from "../rig/state/ledger.js";
export { Quarantine, type Quarantined } from "../rig/state/quarantine.js";
export { type RigEvent, RigLog, type RigLogLine } from "../rig/state/rig-log.js";
