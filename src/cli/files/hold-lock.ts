import { readdirSync, unlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { cannotWrite, errnoOf, FileError } from "./file-error.js";
import { isLeftoverOf, targetOf } from "./replace-file.js";

/** Age, in milliseconds, from which a lock counts as left behind by a killed process; a living one renews its lock sooner. */
const STALE_MS = 5_000;
/** How long a process waits for the lock, in milliseconds: long enough to see a lock become stale. */
const PATIENCE_MS = 10_000;
const RETRY_MS = 50;

/** No lock can be made where nothing can be written, and nothing can be lost there. */
const READ_ONLY: readonly string[] = ["EROFS", "EACCES", "EPERM"];

export interface LockOptions {
  /** How long another process is waited for, in milliseconds; 10,000 when absent. */
  readonly patienceMs?: number;
}

export interface FileLock extends AsyncDisposable {
  /** Whether this process holds the lock; false where the folder cannot be written to. */
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
  const { patienceMs = PATIENCE_MS } = options;
  // Loaded when it is needed: most commands keep no file.
  const { default: lockfile } = await import("proper-lockfile");
  outliveFileSizeLimit();
  try {
    const target = targetOf(path);
    const release = await lockfile.lock(target, {
      // Resolved above, also where the file does not exist yet.
      realpath: false,
      stale: STALE_MS,
      retries: { retries: patienceMs / RETRY_MS, factor: 1, minTimeout: RETRY_MS, maxTimeout: RETRY_MS },
      // A process that was stopped for long may lose its lock; writing checks the version of the file.
      onCompromised: () => {},
    });
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
    if (READ_ONLY.includes(code)) return { held: false, async [Symbol.asyncDispose]() {} };
    if (code !== "ELOCKED") throw cannotWrite(path, error);
    throw new FileError("FILE_LOCKED", `${path} is in use by another process`, {
      hint: "end the other process, or give this one a file of its own",
    });
  }
}

/** The lock library ends the process on this signal, which a write beyond the limit sends; the write's own error says more. */
function outliveFileSizeLimit(): void {
  if (!process.listeners("SIGXFSZ").includes(goOn)) process.on("SIGXFSZ", goOn);
}

function goOn(): void {
  // The write fails with EFBIG.
}

/** Only the holder of the lock writes, so that an unfinished file is of no use to any process. */
function removeLeftovers(target: string): void {
  const folder = dirname(target);
  for (const name of readdirSync(folder)) {
    if (isLeftoverOf(target, name)) unlinkSync(join(folder, name));
  }
}
