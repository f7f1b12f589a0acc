import { readFileSync } from "node:fs";
import { kill, pid } from "node:process";

/** A process that no later one with the same number is taken for. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Boot of the machine and start of the process, as Linux counts it; null where the system does not say. */
  readonly started: string | null;
}

/** Returns who this process is. */
export function thisProcess(): ProcessIdentity {
  return { pid, started: startOf(pid) };
}

/** Says whether a process still runs: the same one, not another one that was given its number. */
export function isRunning({ pid: number, started }: ProcessIdentity): boolean {
  if (!exists(number)) return false;
  return started === null || startOf(number) === started;
}

/**
 * Ends a process at once, unless its number belongs to another one by now.
 *
 * @returns whether it was there to be ended.
 */
export function endProcess(identity: ProcessIdentity): boolean {
  if (!isRunning(identity)) return false;
  kill(identity.pid, "SIGKILL");
  return true;
}

function exists(number: number): boolean {
  try {
    kill(number, 0);
    return true;
  } catch (error) {
    // Another user's process is a process.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Number of the field with the start, counted behind the name, which may hold spaces and brackets. */
const START_FIELD = 19;

function startOf(number: number): string | null {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const stat = readFileSync(`/proc/${number}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const ticks = fields[START_FIELD];
    return ticks === undefined ? null : `${boot}/${ticks}`;
  } catch {
    return null;
  }
}
