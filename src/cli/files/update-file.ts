import { FileError } from "./file-error.js";
import { holdLock } from "./hold-lock.js";

/** Limits how often a write is tried again after another process took the lock for stale and wrote. */
const TRIES_MAX = 3;

/**
 * Reads and writes a file that any number of processes share, while no other one does.
 *
 * @param update reads the file, and writes it with `onlyOver` its version then: called again where another process wrote in
 *   spite of the lock.
 * @throws {FileError} FILE_LOCKED, FILE_CHANGED. @throws {UsageError} ENVIRONMENT.
 */
export async function updateFile<T>(path: string, update: () => T): Promise<T> {
  await using lock = await holdLock(path);
  for (let left = TRIES_MAX; ; left--) {
    try {
      return update();
    } catch (error) {
      const again = error instanceof FileError && error.code === "FILE_CHANGED" && lock.held;
      if (!again || left === 1) throw error;
    }
  }
}
