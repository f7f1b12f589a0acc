import { Turns } from "../../core/turns.js";
import type { CtapDevice } from "../device.js";

/** Who may use a device now, among all sessions and ceremonies of this program on the same device object. */
export interface DeviceTurns {
  /** Commands that belong together, such as an enumeration: no command of another session comes in between. */
  readonly commands: Turns;
  /** Registrations and logins: the token of one ends with the token of the next. */
  readonly ceremonies: Turns;
}

const TURNS = new WeakMap<CtapDevice, DeviceTurns>();

/** Returns the turns of a device; the same ones for every session on it. */
export function turnsOf(device: CtapDevice): DeviceTurns {
  const known = TURNS.get(device);
  if (known !== undefined) return known;
  const fresh = { commands: new Turns(), ceremonies: new Turns() };
  TURNS.set(device, fresh);
  return fresh;
}
