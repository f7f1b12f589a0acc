import { existsSync } from "node:fs";
import type { UsbOptions } from "../entry/hid.js";
import { loadInventory, openRig } from "../entry/rig.js";
import { systemEnv } from "../entry/sim.js";
import { RigGuard } from "./device/rig-guard.js";

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
  /**
   * Finds what a rig allows with a key.
   *
   * @param where what `--device` says.
   * @returns `undefined` for a device that is of no rig.
   * @throws {RigError} `RIG_FILE_*`, `RIG_STATE_FAILED`.
   */
  readonly rigOf?: ((where: string) => RigGuard | undefined) | undefined;
}

/** Environment variable with the path of the rig file, which says what labels stand for. */
export const RIG_FILE_VARIABLE = "PASSKEY_HARNESS_RIG";
/** Environment variable that names the device to the command that a lease was taken for. */
export const LABEL_VARIABLE = "PASSKEY_HARNESS_RIG_LABEL";
/** The rig file of a folder, where nothing names another. */
export const RIG_FILE = "rig.json";

const LABEL_PREFIX = "label:";

/**
 * Makes the machine that a program with these environment variables runs on, with the keys of its rig file where it has one.
 *
 * @example
 * await runCli(["pin", "set", "--device", "label:blue"], terminal, machineWith(process.env));
 */
export function machineWith(variables: Machine["variables"]): Machine {
  const file = () => variables[RIG_FILE_VARIABLE] ?? (existsSync(RIG_FILE) ? RIG_FILE : undefined);
  return {
    usb: {},
    variables,
    get resolveLabel() {
      const path = file();
      if (path === undefined) return undefined;
      return (label: string) => loadInventory(path).keys.find((key) => key.label === label)?.device;
    },
    rigOf(where) {
      const leased = variables[LABEL_VARIABLE];
      const isLabel = where.startsWith(LABEL_PREFIX);
      const path = isLabel || leased !== undefined ? file() : undefined;
      if (path === undefined) return undefined;
      const inventory = loadInventory(path);
      // The command of a lease may name its key by the selector that it was given; `any` is the leased one as well.
      const isMeant = ({ label, device }: (typeof inventory.keys)[number]) =>
        isLabel
          ? label === where.slice(LABEL_PREFIX.length)
          : device === where || (label === leased && ANY.includes(where) && !/^(udp|unix):/.test(device));
      const key = inventory.keys.find(isMeant);
      return key && new RigGuard(openRig(systemEnv(), inventory), key, { isLeased: key.label === leased });
    },
  };
}

const ANY: readonly string[] = ["any", "hid:any"];

/** The machine that the program runs on. */
export const THIS_MACHINE: Machine = machineWith(process.env);
