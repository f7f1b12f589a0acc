import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

/** What the operating system may answer to any call on a file that is there. */
export const ERRNOS = ["EIO", "ENOSPC", "EACCES", "EROFS", "EMFILE", "EDQUOT", "EPERM", "EBUSY"] as const;

/** Calls that files are read and written with. */
const CALLS = [
  "openSync",
  "writeFileSync",
  "fsyncSync",
  "closeSync",
  "renameSync",
  "fchmodSync",
  "fchownSync",
  "statSync",
  "fstatSync",
  "readSync",
  "realpathSync",
  "readdirSync",
  "unlinkSync",
  "accessSync",
] as const;

export interface FileSystemFault {
  /** Calls that go well before one fails. */
  readonly after: number;
  readonly errno: (typeof ERRNOS)[number];
  /** Every call from then on fails as well: a disk that is gone, or a process that was killed. */
  readonly lasts: boolean;
}

let fault: FileSystemFault | undefined;
let calls = 0;

/** Whether a call fails now. Counts it. */
function fails(): boolean {
  if (fault === undefined) return false;
  const nr = calls++;
  return fault.lasts ? nr >= fault.after : nr === fault.after;
}

type AnyCall = (...args: unknown[]) => unknown;

/** Puts a call that may fail in the place of each; imports by name see it as well. */
function install(): void {
  const calling = fs as unknown as Record<string, AnyCall>;
  for (const name of CALLS) {
    const real = calling[name] as AnyCall;
    const standIn: AnyCall = (...args) => {
      if (!fails()) return Reflect.apply(real, fs, args);
      const { errno } = fault as FileSystemFault;
      // What is closed is closed, whatever is answered; what is written may be written in part.
      if (name === "closeSync") Reflect.apply(real, fs, args);
      const [descriptor, content] = args;
      if (name === "writeFileSync" && typeof descriptor === "number" && typeof content === "string") {
        Reflect.apply(real, fs, [descriptor, content.slice(0, content.length >> 1)]);
      }
      throw Object.assign(new Error(`${errno}: injected`), { code: errno });
    };
    // Functions such as realpathSync have members of their own.
    calling[name] = Object.assign(standIn, real);
  }
  syncBuiltinESMExports();
}

let isInstalled = false;

/**
 * Runs work while calls on files fail as told.
 *
 * @returns what came of the work, and whether any call failed.
 */
export async function withFileSystemFault<T>(
  how: FileSystemFault,
  work: () => Promise<T>,
): Promise<{ readonly failed: boolean; readonly value?: T; readonly error?: unknown }> {
  if (!isInstalled) install();
  isInstalled = true;
  fault = how;
  calls = 0;
  try {
    const value = await work();
    return { failed: calls > how.after, value };
  } catch (error) {
    return { failed: true, error };
  } finally {
    fault = undefined;
  }
}
