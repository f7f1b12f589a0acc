import { existsSync } from "node:fs";
import type { UsbOptions } from "../entry/hid.js";
import { loadInventory } from "../entry/rig.js";

/** What a command finds outside of its command line; a test brings its own. */
export interface Machine {
  /** The USB ports; the operating system's when empty. */
  readonly usb: UsbOptions;
  /** Environment variables. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /**
   * Reads a label of `--device label:NAME` from an inventory of keys.
   *
   * @returns what `--device` takes for that key, such as `serial:0123`; `undefined` for a label that is not in the inventory.
   */
  readonly resolveLabel?: ((label: string) => string | undefined | Promise<string | undefined>) | undefined;
}

/** Environment variable with the path of the rig file, which says what labels stand for. */
export const RIG_FILE_VARIABLE = "PASSKEY_HARNESS_RIG";
/** The rig file of a folder, where nothing names another. */
export const RIG_FILE = "rig.json";

/** The machine that the program runs on, with the keys of its rig file where it has one. */
export const THIS_MACHINE: Machine = {
  usb: {},
  variables: process.env,
  get resolveLabel() {
    const file = process.env[RIG_FILE_VARIABLE] ?? (existsSync(RIG_FILE) ? RIG_FILE : undefined);
    if (file === undefined) return undefined;
    return (label: string) => loadInventory(file).keys.find((key) => key.label === label)?.device;
  },
};
