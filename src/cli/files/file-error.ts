import type { ErrorDetail } from "../../core/errors.js";
import { printable } from "../../core/printable.js";
import { HarnessError, isHarnessError } from "../../index.js";
import { UsageError } from "../command.js";

export type FileFault =
  /** The file is larger than its kind may be; the message names the limit. Nothing of it was used. */
  | "FILE_TOO_LARGE"
  /** Another process holds the file for longer than was waited. */
  | "FILE_LOCKED"
  /** Another process wrote the file in spite of the lock: writing would undo what it promised. */
  | "FILE_CHANGED"
  /** Written in a schema that this release does not read. */
  | "FILE_SCHEMA";

/** A file cannot be used as it is; what is in it is left alone. Exit code 2. */
export class FileError extends HarnessError<FileFault> {}

/** Says of a failed write which file it was and what the operating system answered. */
export function cannotWrite(
  path: string,
  cause: unknown,
  detail: Omit<ErrorDetail, "cause"> = {},
): UsageError {
  return new UsageError("ENVIRONMENT", `${path} cannot be written (${errnoOf(cause)})`, { cause, ...detail });
}

/** Says the same of a failed read; `what` is the kind of file. */
export function cannotRead(path: string, what: string, cause: unknown): UsageError {
  return new UsageError("ENVIRONMENT", `${what} ${path} cannot be read (${errnoOf(cause)})`, { cause });
}

/** Returns the operating system's name of an error, such as `ENOSPC`. */
export function errnoOf(cause: unknown): string {
  return cause instanceof Error && "code" in cause ? String(cause.code) : "unknown error";
}

/** Returns whether a file could not be read because it is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof UsageError && errnoOf(error.cause) === "ENOENT";
}

/**
 * Reads what is in a file, and names the file in the error where it cannot be used: who reads JSON does not know where it
 * came from.
 *
 * @throws whatever `read` throws; errors that name their file already stay as they are.
 */
export function namingFile<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    // Nobody else has seen it yet, so that it needs no copy.
    if (isHarnessError(error) && !(error instanceof UsageError) && !(error instanceof FileError)) {
      error.message = `${printable(path)}: ${error.message}`;
    }
    throw error;
  }
}
