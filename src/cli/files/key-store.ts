import { CredentialStore, encodeStore, parseStore, type StoreSnapshot } from "../../entry/sim.js";
import { isMissing, namingFile } from "./file-error.js";
import { holdLock, type FileLock, type LockOptions } from "./hold-lock.js";
import { readJsonFile } from "./read-file.js";
import { type FileVersion, replaceFile, versionOf } from "./replace-file.js";

const KIND = { what: "store", limit: "STORE_BYTES_MAX" } as const;

/** A simulated key's memory, and where it is kept. */
export interface KeyStore extends AsyncDisposable {
  readonly store: CredentialStore;
  /** Where it cannot be written, what a user should read of it. */
  readonly readOnly?: string;
  /**
   * Writes the store where it is not what was written last.
   *
   * @throws {UsageError} ENVIRONMENT @throws {FileError} FILE_CHANGED
   */
  save(): void;
  /** Takes back what was not written. */
  revert(): void;
}

/** Makes a store that lives as long as the process. */
export function storeInMemory(): KeyStore {
  return { store: new CredentialStore(), save() {}, revert() {}, async [Symbol.asyncDispose]() {} };
}

/**
 * Opens a store file and holds it: one file is the memory of one key, so that no second process may have it meanwhile.
 *
 * @param path a file that need not exist: the key is then empty, and its first change makes the file.
 * @throws {FileError} FILE_LOCKED, FILE_TOO_LARGE. @throws {UsageError} ENVIRONMENT @throws {StoreError}
 */
export async function openKeyStore(path: string, options: LockOptions = {}): Promise<KeyStore> {
  const lock = await holdLock(path, options);
  try {
    const version = versionOf(path);
    return new KeyStoreFile(path, { lock, version, snapshot: readStore(path) });
  } catch (error) {
    await lock[Symbol.asyncDispose]();
    throw error;
  }
}

interface Opened {
  readonly lock: FileLock;
  readonly version: FileVersion;
  readonly snapshot: StoreSnapshot;
}

class KeyStoreFile implements KeyStore {
  readonly store: CredentialStore;
  readonly readOnly?: string;
  readonly #path: string;
  readonly #lock: FileLock;
  #version: FileVersion;
  #saved: StoreSnapshot;
  #text: string;

  constructor(path: string, { lock, version, snapshot }: Opened) {
    this.#path = path;
    this.#lock = lock;
    this.#version = version;
    this.#saved = snapshot;
    this.#text = encodeStore(snapshot);
    this.store = new CredentialStore(snapshot);
    if (!lock.held) this.readOnly = `store ${path} cannot be written here`;
  }

  save(): void {
    const snapshot = this.store.snapshot();
    const text = encodeStore(snapshot);
    if (text === this.#text) return;
    this.#version = replaceFile(this.#path, text, { secret: true, onlyOver: this.#version });
    this.#text = text;
    this.#saved = snapshot;
  }

  revert(): void {
    this.store.restore(this.#saved);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lock[Symbol.asyncDispose]();
  }
}

function readStore(path: string): StoreSnapshot {
  try {
    return namingFile(path, () => parseStore(readJsonFile(path, KIND)));
  } catch (error) {
    if (isMissing(error)) return { credentials: [], memory: {} };
    throw error;
  }
}
