import { closeSync, constants, openSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { platform } from "node:process";
import { toHex } from "../../core/bytes.js";
import { sha256 } from "../../core/host-crypto.js";

/** A lock that this process holds. */
export interface KernelLock {
  /**
   * Of what holds it, where a process that is started may hold it as well: the lock then lasts until both have let go.
   * Absent where that is not possible.
   */
  readonly descriptor?: number;
  release(): Promise<void>;
}

/** Locks that the operating system frees when their process ends, however it ends. No clock and no file decides. */
export interface KernelLocks {
  /** Returns at once; `undefined` when a process holds it, this one included. */
  take(name: string): Promise<KernelLock | undefined>;
}

/** Shorter than what an address of a socket may hold. */
const NAME_CHARACTERS = 40;

/** Opens a file for this process alone; flags of macOS and of libuv on Windows. Neither was tried. */
const EXCLUSIVE: Readonly<Record<string, number>> = { darwin: 0x20 | 0x4, win32: 0x1000_0000 };
const HELD_CODES: readonly string[] = ["EAGAIN", "EWOULDBLOCK", "EBUSY", "EADDRINUSE"];

/**
 * Makes locks of the operating system that all processes with the same folder share.
 *
 * Linux: listening sockets in the abstract namespace, one for each name; they are seen by processes of one network namespace.
 * macOS and Windows: files that are open for one process alone.
 */
export function systemLocks(folder: string): KernelLocks {
  const idOf = (name: string) => toHex(sha256(`${folder}\0${name}`)).slice(0, NAME_CHARACTERS);
  const flags = EXCLUSIVE[platform];
  if (flags !== undefined)
    return { take: async (name) => openAlone(join(folder, `lock-${idOf(name)}`), flags) };
  return { take: (name) => listenAlone(`\0passkey-harness-rig-${idOf(name)}`) };
}

function listenAlone(path: string): Promise<KernelLock | undefined> {
  const server = createServer((peer) => peer.destroy());
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (HELD_CODES.includes(error.code ?? "")) resolve(undefined);
      else reject(error);
    });
    server.listen({ path, exclusive: true }, () => {
      // A lock is no reason to keep a process that has nothing else to do.
      server.unref();
      const { fd } = (server as unknown as { readonly _handle?: { readonly fd?: number } })._handle ?? {};
      resolve({
        ...(fd !== undefined && fd >= 0 && { descriptor: fd }),
        release: () => new Promise((done) => server.close(() => done())),
      });
    });
  });
}

function openAlone(path: string, flags: number): KernelLock | undefined {
  try {
    const descriptor = openSync(path, constants.O_RDWR | constants.O_CREAT | flags, 0o600);
    return { release: async () => closeSync(descriptor) };
  } catch (error) {
    if (HELD_CODES.includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
}

/** Locks of one process, for tests: several rigs share them where they are given the same object. */
export function memoryLocks(): KernelLocks {
  const held = new Set<string>();
  return {
    async take(name) {
      if (held.has(name)) return undefined;
      held.add(name);
      return { release: async () => void held.delete(name) };
    },
  };
}
