import type { UsbOptions } from "../entry/hid.js";

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
  readonly resolveLabel?: (label: string) => string | undefined | Promise<string | undefined>;
}

/** The machine that the program runs on, without an inventory. */
export const THIS_MACHINE: Machine = { usb: {}, variables: process.env };
