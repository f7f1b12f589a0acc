import { readdirSync, unlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { sleep } from "../../core/clock.js";
import { systemEnv } from "../../entry/sim.js";
import { cannotWrite, errnoOf, FileError } from "./file-error.js";
import { isLeftoverOf, targetOf } from "./replace-file.js";

/** Age, in milliseconds, from which a lock counts as left behind by a killed process; a living one renews its lock sooner. */
const STALE_MS = 5_000;
/** How long a process waits for the lock, in milliseconds: long enough to see a lock become stale. */
const PATIENCE_MS = 10_000;
const RETRY_MS = 50;

/** What the library calls a lock that another process holds. */
const LOCKED = "ELOCKED";

/** No lock can be made where nothing can be written, and nothing can be lost there; every write still checks the file's version. */
const UNWRITABLE: readonly string[] = ["EROFS", "EACCES", "EPERM", "ENOSPC", "EDQUOT"];

export interface LockOptions {
  /** How long another process is waited for, in milliseconds; 10,000 when absent. */
  readonly patienceMs?: number;
}

export interface FileLock extends AsyncDisposable {
  /** Whether this process holds the lock; false where nothing can be written beside the file. */
  readonly held: boolean;
}

/**
 * Waits until no other process holds a file, and holds it until the lock is disposed of or the process ends.
 *
 * The lock is a folder beside the file, `FILE.lock`. Unfinished files that a killed process left beside it are removed.
 *
 * @param path file that is going to be read and written; it need not exist.
 * @throws {FileError} FILE_LOCKED when the wait was in vain. @throws {UsageError} ENVIRONMENT when the folder is missing.
 */
export async function holdLock(path: string, options: LockOptions = {}): Promise<FileLock> {
  try {
    const target = targetOf(path);
    const release = await acquire(target, options.patienceMs ?? PATIENCE_MS);
    removeLeftovers(target);
    return {
      held: true,
      async [Symbol.asyncDispose]() {
        await release().catch(() => {
          // Lost to another process, which then owns it.
        });
      },
    };
  } catch (error) {
    const code = errnoOf(error);
    if (UNWRITABLE.includes(code)) return { held: false, async [Symbol.asyncDispose]() {} };
    if (code !== LOCKED) throw cannotWrite(path, error);
    throw new FileError("FILE_LOCKED", `${path} is in use by another process`, {
      hint: "end the other process, or give this one a file of its own",
    });
  }
}

/** Tries again while another process holds the lock, and for no other reason: the library would for all. */
async function acquire(target: string, patienceMs: number): Promise<() => Promise<void>> {
  // Loaded when it is needed: most commands keep no file.
  const { default: lockfile } = await import("proper-lockfile");
  outliveFileSizeLimit();
  const { clock } = systemEnv();
  const endsAtMs = clock.nowMs() + patienceMs;
  for (;;) {
    try {
      return await lockfile.lock(target, {
        // Resolved by the caller, also where the file does not exist yet.
        realpath: false,
        stale: STALE_MS,
        // A process that was stopped for long may lose its lock; writing checks the version of the file.
        onCompromised: () => {},
      });
    } catch (error) {
      if (errnoOf(error) !== LOCKED || clock.nowMs() >= endsAtMs) throw error;
      await sleep(clock, RETRY_MS, "file.lock");
    }
  }
}

/** The lock library ends the process on this signal, which a write beyond the limit sends; the write's own error says more. */
function outliveFileSizeLimit(): void {
  if (!process.listeners("SIGXFSZ").includes(goOn)) process.on("SIGXFSZ", goOn);
}

function goOn(): void {
  // The write fails with EFBIG.
}

/**
 * Only the holder of the lock writes, so that an unfinished file is of no use to any process. One that cannot be removed is
 * in nobody's way: an error here would keep the lock that was just taken.
 */
function removeLeftovers(target: string): void {
  const folder = dirname(target);
  try {
    for (const name of readdirSync(folder)) {
      if (isLeftoverOf(target, name)) unlinkSync(join(folder, name));
    }
  } catch {
    // The next holder tries again.
  }
}
