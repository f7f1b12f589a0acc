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
export { RigError, type RigErrorCode } from "../rig/rig-error.js";
