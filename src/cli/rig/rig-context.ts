import { resolve } from "node:path";
import {
  type Hardware,
  loadInventory,
  openRig,
  type Rig,
  type RigKey,
  RigError,
  systemHardware,
} from "../../entry/rig.js";
import { systemEnv } from "../../entry/sim.js";
import { type Invocation, UsageError } from "../command.js";
import { LABEL_VARIABLE, RIG_FILE, RIG_FILE_VARIABLE } from "../machine.js";
import { flag, textOption } from "../options.js";

/** The rig that a command line means. */
export interface RigContext {
  readonly invocation: Invocation;
  readonly rig: Rig;
  readonly hardware: Hardware;
  /** Absolute path of the rig file. */
  readonly file: string;
}

/** @throws {RigError} `RIG_FILE_*`, `RIG_STATE_FAILED`. */
export function rigContext(invocation: Invocation): RigContext {
  const file = textOption(invocation, "rig") ?? process.env[RIG_FILE_VARIABLE] ?? RIG_FILE;
  const rig = openRig(systemEnv(), loadInventory(file));
  return {
    invocation,
    rig,
    file: resolve(file),
    hardware: systemHardware((text) => invocation.terminal.warn(text)),
  };
}

/** Returns the key that the second word names. @throws {UsageError} USAGE @throws {RigError} `RIG_NO_SUCH_DEVICE` */
export function keyNamed({ rig, invocation }: RigContext): RigKey {
  const [action = "", label] = invocation.positionals;
  if (label === undefined) throw new UsageError("USAGE", `rig ${action} wants the label of a key`);
  const { keys } = rig.inventory;
  const key = keys.find((one) => one.label === label);
  if (key !== undefined) return key;
  throw new RigError("RIG_NO_SUCH_DEVICE", `no key of the rig is "${label}"`, {
    hint: `there are ${keys.map((one) => one.label).join(", ") || "none"}`,
  });
}

/**
 * Refuses to move a key that another job has. A command that a lease was taken for may move its own.
 *
 * @throws {RigError} `RIG_LEASED`.
 */
export async function checkNotAnothers({ rig, invocation }: RigContext, label: string): Promise<void> {
  if (flag(invocation, "force") || process.env[LABEL_VARIABLE] === label) return;
  const { held, unlisted } = await rig.leases.look();
  const lease = held.find((one) => one.label === label);
  if (lease === undefined && !unlisted.includes(label)) return;
  const holder =
    lease === undefined ? "another process" : `the job ${lease.job} (process ${lease.owner.pid})`;
  throw new RigError("RIG_LEASED", `"${label}" is leased to ${holder}`, {
    hint: "do this inside rig lease -- COMMAND, or with --force",
  });
}
