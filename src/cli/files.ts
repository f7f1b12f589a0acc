import { accessSync, appendFileSync, constants, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { UsageError } from "./command.js";

/** @throws {UsageError} ENVIRONMENT when the file cannot be read or is not JSON. */
export function readJsonFile(path: string, what: string): unknown {
  const text = readTextFile(path, what);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UsageError("ENVIRONMENT", `${what} ${path} is not JSON`, { cause });
  }
}

/** @throws {UsageError} ENVIRONMENT when the file cannot be read. */
export function readTextFile(path: string, what: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new UsageError("ENVIRONMENT", `${what} ${path} cannot be read (${errorCode(cause)})`, { cause });
  }
}

/** Whole or not at all: a crash while writing leaves the old file. @throws {UsageError} ENVIRONMENT */
export function writeTextFile(path: string, text: string, mode = 0o644): void {
  writeWhole(path, text, mode);
}

/** Whole or not at all. @throws {UsageError} ENVIRONMENT */
export function writeBytesFile(path: string, bytes: Uint8Array): void {
  writeWhole(path, bytes, 0o644);
}

/** Refuses a path in a folder that is not there or takes no files. @throws {UsageError} ENVIRONMENT */
export function checkWritable(path: string): void {
  try {
    accessSync(dirname(path), constants.W_OK);
  } catch (cause) {
    throw new UsageError("ENVIRONMENT", `${path} cannot be written (${errorCode(cause)})`, { cause });
  }
}

/** Behind what others wrote. @throws {UsageError} ENVIRONMENT */
export function appendTextFile(path: string, text: string): void {
  try {
    appendFileSync(path, text);
  } catch (cause) {
    throw new UsageError("ENVIRONMENT", `${path} cannot be written (${errorCode(cause)})`, { cause });
  }
}

function writeWhole(path: string, content: string | Uint8Array, mode: number): void {
  try {
    writeFileSync(`${path}.new`, content, { mode });
    renameSync(`${path}.new`, path);
  } catch (cause) {
    throw new UsageError("ENVIRONMENT", `${path} cannot be written (${errorCode(cause)})`, { cause });
  }
}

export function isMissing(error: unknown): boolean {
  return error instanceof UsageError && errorCode(error.cause) === "ENOENT";
}

function errorCode(cause: unknown): string {
  return cause instanceof Error && "code" in cause ? String(cause.code) : "unknown error";
}
