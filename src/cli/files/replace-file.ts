import {
  accessSync,
  appendFileSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  openSync,
  readlinkSync,
  realpathSync,
  renameSync,
  type BigIntStats,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { cannotRead, cannotWrite, errnoOf, FileError } from "./file-error.js";

/** The calls of the operating system that a write consists of; a test lets each of them fail. */
export interface FileCalls {
  readonly open: (path: string, flags: string | number, mode?: number) => number;
  readonly write: (descriptor: number, content: string | Uint8Array) => void;
  readonly sync: (descriptor: number) => void;
  readonly close: (descriptor: number) => void;
  readonly rename: (from: string, to: string) => void;
}

/** Looked up at each call, so that a test that replaces a function of the file system replaces it here as well. */
const SYSTEM: FileCalls = {
  open: (path, flags, mode) => openSync(path, flags, mode),
  write: (descriptor, content) => writeFileSync(descriptor, content),
  sync: (descriptor) => fsyncSync(descriptor),
  close: (descriptor) => closeSync(descriptor),
  rename: (from, to) => renameSync(from, to),
};

export interface ReplaceOptions {
  /** Only the owner may read it, even where others could read the file that was there. */
  readonly secret?: boolean;
  /** Writes only where the file is still this one. */
  readonly onlyOver?: FileVersion;
  readonly calls?: FileCalls;
}

/** Tells one written state of a file from every other; `absent` where there is no file. */
export type FileVersion = string;

const PUBLIC_MODE = 0o644;
const SECRET_MODE = 0o600;

/** Ends the names of files that are being written. */
const UNFINISHED = ".new";
/** Names tried before giving up: a killed process may have left some behind, and its number may come again. */
const NAMES_MAX = 100;

/**
 * Writes a file whole or not at all, and so that it is still there after a power cut.
 *
 * The content goes to a new file beside it, which is synced, given the mode and owner of the file that was there, and
 * renamed over it; then the folder is synced. A symbolic link is followed and stays one; devices and pipes are written to.
 *
 * Own code, because libraries for this open the new file by a name that can be foretold, through links, and keep the mode of a
 * file that was left there.
 *
 * @returns the version that is there now.
 * @throws {UsageError} ENVIRONMENT with the operating system's code; the file is then as it was.
 * @throws {FileError} FILE_CHANGED when another process wrote it since `onlyOver`.
 *
 * @example
 * replaceFile("store.json", text, { secret: true });
 */
export function replaceFile(
  path: string,
  content: string | Uint8Array,
  options: ReplaceOptions = {},
): FileVersion {
  const calls = options.calls ?? SYSTEM;
  try {
    const known = statOf(path);
    if (known !== undefined && isStream(path, known)) {
      writeInto(path, content, calls);
      return versionAt(path);
    }
    const target = targetOf(path);
    const beside = writeBeside(target, content, { known, secret: options.secret === true, calls });
    try {
      if (options.onlyOver !== undefined && versionAt(path) !== options.onlyOver) throw changed(path);
      calls.rename(beside.path, target);
    } catch (error) {
      discard(beside.path);
      throw error;
    }
    syncFolder(dirname(target), calls);
    return beside.version;
  } catch (error) {
    throw error instanceof FileError ? error : cannotWrite(path, error);
  }
}

/** Returns which version of a file is there. @throws {UsageError} ENVIRONMENT where that cannot be found out. */
export function versionOf(path: string): FileVersion {
  try {
    return versionAt(path);
  } catch (error) {
    throw cannotRead(path, "file", error);
  }
}

function versionAt(path: string): FileVersion {
  const known = statOf(path);
  return known === undefined ? "absent" : versionIn(known);
}

function versionIn({ ino, size, mtimeNs }: BigIntStats): FileVersion {
  return `${ino}-${size}-${mtimeNs}`;
}

function changed(path: string): FileError {
  return new FileError("FILE_CHANGED", `${path} was written by another process in the meantime`, {
    hint: "only one process at a time can keep this file; what the other one wrote is left as it is",
  });
}

/** Adds a text behind what others wrote. @throws {UsageError} ENVIRONMENT */
export function appendTextFile(path: string, text: string): void {
  try {
    appendFileSync(path, text);
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/**
 * Checks that a file could be written, before work is done whose result would be lost.
 *
 * @throws {UsageError} ENVIRONMENT for a folder that is missing or may not be written to, and for a folder in its place.
 */
export function checkWritable(path: string): void {
  try {
    const known = statOf(path);
    if (known !== undefined && isStream(path, known)) {
      if (known.isDirectory()) throw Object.assign(new Error("a folder"), { code: "EISDIR" });
      return accessSync(path, constants.W_OK);
    }
    accessSync(dirname(targetOf(path)), constants.W_OK);
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/** Returns where a path leads, through links, also where nothing is there yet. */
export function targetOf(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
    const link = linkAt(path);
    return link === undefined
      ? join(realpathSync(dirname(path)), basename(path))
      : targetOf(resolve(dirname(path), link));
  }
}

/** Names what a process that was killed while it wrote `target` may have left in its folder. */
export function isLeftoverOf(target: string, name: string): boolean {
  const base = `${basename(target)}.`;
  return name.startsWith(base) && /^\d+-\d+\.new$/.test(name.slice(base.length));
}

/** Returns the file at the end of all links; `undefined` when nothing is there. */
function statOf(path: string): BigIntStats | undefined {
  return statSync(path, { throwIfNoEntry: false, bigint: true });
}

/** A device, a pipe, a folder, or a file that a shell already opened for this process. */
function isStream(path: string, known: BigIntStats): boolean {
  return !known.isFile() || /^\/(dev|proc)\//.test(path);
}

function writeInto(path: string, content: string | Uint8Array, calls: FileCalls): void {
  const descriptor = calls.open(path, constants.O_WRONLY);
  try {
    calls.write(descriptor, content);
  } finally {
    calls.close(descriptor);
  }
}

interface Beside {
  readonly known: BigIntStats | undefined;
  readonly secret: boolean;
  readonly calls: FileCalls;
}

/** Makes a synced file with the content. */
function writeBeside(
  target: string,
  content: string | Uint8Array,
  { known, secret, calls }: Beside,
): { readonly path: string; readonly version: FileVersion } {
  const { path, descriptor } = openBeside(target, secret ? SECRET_MODE : PUBLIC_MODE, calls);
  try {
    try {
      if (known !== undefined) takeOver(descriptor, known);
      if (secret) fchmodSync(descriptor, SECRET_MODE);
      calls.write(descriptor, content);
      calls.sync(descriptor);
      return { path, version: versionIn(fstatSync(descriptor, { bigint: true })) };
    } finally {
      calls.close(descriptor);
    }
  } catch (error) {
    discard(path);
    throw error;
  }
}

/** `wx` opens what it makes itself and nothing else: no link, no file of another process. */
function openBeside(target: string, mode: number, calls: FileCalls): { path: string; descriptor: number } {
  for (let attempt = 0; ; attempt++) {
    const path = `${target}.${process.pid}-${attempt}${UNFINISHED}`;
    try {
      return { path, descriptor: calls.open(path, "wx", mode) };
    } catch (error) {
      if (errnoOf(error) !== "EEXIST" || attempt >= NAMES_MAX) throw error;
    }
  }
}

/** Gives the new file the mode and owner of the one it replaces, as far as this process may. */
function takeOver(descriptor: number, { mode, uid, gid }: BigIntStats): void {
  try {
    fchownSync(descriptor, Number(uid), Number(gid));
  } catch (error) {
    if (errnoOf(error) !== "EPERM") throw error;
  }
  fchmodSync(descriptor, Number(mode) & 0o777);
}

/** File systems and platforms that cannot sync a folder. */
const CANNOT_SYNC: readonly string[] = ["EINVAL", "ENOTSUP", "EISDIR", "EPERM", "EACCES", "EBADF"];

function syncFolder(folder: string, calls: FileCalls): void {
  try {
    const descriptor = calls.open(folder, constants.O_RDONLY);
    try {
      calls.sync(descriptor);
    } finally {
      calls.close(descriptor);
    }
  } catch (error) {
    if (!CANNOT_SYNC.includes(errnoOf(error))) throw error;
  }
}

function discard(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // What failed before is the news.
  }
}

function linkAt(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
