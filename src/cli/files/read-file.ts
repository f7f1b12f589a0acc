import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { UsageError } from "../command.js";
import { cannotRead, FileError } from "./file-error.js";

const MIB = 2 ** 20;

/**
 * Limits in bytes for each kind of file, by the name that a refusal states. Each is far beyond what the program itself
 * writes, and small enough to be read at once.
 */
export const FILE_LIMITS = {
  /** 10,000 credentials take 6 MB. */
  STORE_BYTES_MAX: 32 * MIB,
  CREDENTIALS_BYTES_MAX: 32 * MIB,
  /** A phone takes 500 bytes. */
  LINKS_BYTES_MAX: 1 * MIB,
  /** A ceremony takes 30 kB, so that this is about 2,000 of them. */
  TRACE_BYTES_MAX: 64 * MIB,
  SCENARIO_BYTES_MAX: 1 * MIB,
  PROFILE_BYTES_MAX: 1 * MIB,
  SITE_BYTES_MAX: 1 * MIB,
  OPTIONS_BYTES_MAX: 1 * MIB,
  TABLE_BYTES_MAX: 64 * MIB,
  PIN_BYTES_MAX: 1024,
  CERTIFICATE_BYTES_MAX: 1 * MIB,
  /** What the library seals at most; a key holds some kilobytes. */
  LARGE_BLOB_BYTES_MAX: 1 * MIB,
  /** The FIDO Alliance's takes 8 MB. */
  METADATA_BYTES_MAX: 64 * MIB,
  PICTURE_BYTES_MAX: 16 * MIB,
  STDIN_BYTES_MAX: 1 * MIB,
} as const;

export type FileLimit = keyof typeof FILE_LIMITS;

/** What is read, as a message calls it, and the limit that holds for it. */
export interface FileKind {
  readonly what: string;
  readonly limit: FileLimit;
}

const STDIN = 0;

/**
 * Reads a file as JSON.
 *
 * @throws {UsageError} ENVIRONMENT when the file cannot be read or is not JSON. @throws {FileError} FILE_TOO_LARGE
 */
export function readJsonFile(path: string, kind: FileKind): unknown {
  const text = readTextFile(path, kind);
  try {
    return JSON.parse(text);
  } catch {
    // No cause: the parser's message repeats what is in the file, which may be a secret.
    throw new UsageError("ENVIRONMENT", `${kind.what} ${path} is not JSON`);
  }
}

/** Reads a file as UTF-8. @throws {UsageError} ENVIRONMENT @throws {FileError} FILE_TOO_LARGE */
export function readTextFile(path: string, kind: FileKind): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(readBytesFile(path, kind));
}

/** Reads standard input to its end. @throws {FileError} FILE_TOO_LARGE */
export function readStdin(): string {
  const kind = { what: "standard input", limit: "STDIN_BYTES_MAX" } as const;
  return new TextDecoder().decode(readUpTo(STDIN, "", kind));
}

/** Reads a file, pipes included. @throws {UsageError} ENVIRONMENT @throws {FileError} FILE_TOO_LARGE */
export function readBytesFile(path: string, kind: FileKind): Uint8Array {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, "r");
    return readUpTo(descriptor, path, kind);
  } catch (error) {
    if (error instanceof FileError) throw error;
    throw cannotRead(path, kind.what, error);
  } finally {
    if (descriptor !== undefined) closeRead(descriptor);
  }
}

/** What was read is read, whatever the operating system says of closing it. */
function closeRead(descriptor: number): void {
  try {
    closeSync(descriptor);
  } catch {
    // Nothing was written that could be lost.
  }
}

/** Reads one byte past the limit at most, because a pipe or a growing file does not state its size. */
function readUpTo(descriptor: number, path: string, kind: FileKind): Uint8Array {
  const max = FILE_LIMITS[kind.limit];
  const { size } = fstatSync(descriptor);
  if (size > max) throw tooLarge(path, kind, `${size} bytes`);
  let bytes = Buffer.alloc(Math.min(Math.max(size, 64 * 1024), max) + 1);
  let length = 0;
  for (;;) {
    if (length === bytes.length) {
      if (length > max) throw tooLarge(path, kind, "more");
      bytes = Buffer.concat([bytes], Math.min(2 * bytes.length, max + 1));
    }
    const count = readSync(descriptor, bytes, length, bytes.length - length, null);
    if (count === 0) return bytes.subarray(0, length);
    length += count;
  }
}

function tooLarge(path: string, { what, limit }: FileKind, size: string): FileError {
  const name = path === "" ? what : `${what} ${path}`;
  return new FileError("FILE_TOO_LARGE", `${name} has ${size}; ${limit} is ${FILE_LIMITS[limit]} bytes`);
}
