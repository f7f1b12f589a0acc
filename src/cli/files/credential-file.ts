import { fromBase64url, toBase64url } from "../../entry/ctap.js";
import type { CredentialRecord } from "../../entry/webauthn.js";
import { notOurs, readListFile } from "./read-list-file.js";
import { membersOf } from "./read-members.js";
import { replaceFile, versionOf } from "./replace-file.js";
import { updateFile } from "./update-file.js";

const FILE = {
  what: "credentials file",
  limit: "CREDENTIALS_BYTES_MAX",
  schema: 1,
  list: "credentials",
} as const;

/** One registered passkey and whose it is. Holds nothing secret. */
export interface CredentialFileEntry {
  readonly rpId: string;
  /** base64url. */
  readonly userHandle: string;
  readonly credential: CredentialRecord;
}

/** The credentials file of `register` and `login`: what a site would keep in its database, shared by any number of processes. */
export class CredentialFile {
  readonly #path: string | undefined;
  #entries: readonly CredentialFileEntry[];

  /**
   * @param path absent: nothing is kept beyond this process.
   * @param mustExist whether a file that is not there is refused; otherwise it is made.
   * @throws {UsageError} ENVIRONMENT when the file is not there, or was not written by this class.
   * @throws {FileError} FILE_SCHEMA, FILE_TOO_LARGE.
   */
  constructor(path: string | undefined, { mustExist = false }: { readonly mustExist?: boolean } = {}) {
    this.#path = path;
    this.#entries = path === undefined ? [] : readEntries(path, mustExist);
  }

  /** As they were when the file was last read or written here. */
  get entries(): readonly CredentialFileEntry[] {
    return this.#entries;
  }

  /**
   * Adds or replaces one entry, and keeps what other processes wrote meanwhile. Writes nothing where nothing changes.
   *
   * @throws {UsageError} ENVIRONMENT @throws {FileError} FILE_LOCKED, FILE_CHANGED.
   */
  async put(entry: CredentialFileEntry): Promise<void> {
    if (this.#path === undefined) {
      this.#entries = withEntry(this.#entries, entry);
      return;
    }
    const path = this.#path;
    this.#entries = await updateFile(path, () => update(path, entry));
  }
}

/** Returns the entries that are in the file then. */
function update(path: string, entry: CredentialFileEntry): readonly CredentialFileEntry[] {
  const version = versionOf(path);
  const before = readEntries(path, false);
  const entries = withEntry(before, entry);
  const text = encode(entries);
  if (version === "absent" || text !== encode(before)) replaceFile(path, text, { onlyOver: version });
  return entries;
}

function withEntry(
  entries: readonly CredentialFileEntry[],
  entry: CredentialFileEntry,
): readonly CredentialFileEntry[] {
  const at = entries.findIndex(({ credential }) => credential.id === entry.credential.id);
  return at < 0 ? [...entries, entry] : entries.with(at, entry);
}

/** Members in an order of their own, so that equal entries are equal texts. */
function encode(entries: readonly CredentialFileEntry[]): string {
  const credentials = entries.map(({ rpId, userHandle, credential }) => {
    const { id, publicKeyCose, signCount, ...others } = credential;
    const flags = Object.fromEntries(Object.entries(others).sort(([a], [b]) => (a < b ? -1 : 1)));
    return {
      rpId,
      userHandle,
      credential: { id, publicKeyCose: toBase64url(publicKeyCose), signCount, ...flags },
    };
  });
  return `${JSON.stringify({ schema: FILE.schema, credentials }, null, 2)}\n`;
}

function readEntries(path: string, mustExist: boolean): readonly CredentialFileEntry[] {
  return (readListFile(path, FILE, { mustExist })?.entries ?? []).map((entry) => readEntry(entry, path));
}

function readEntry(value: unknown, path: string): CredentialFileEntry {
  const { rpId, userHandle, credential } = membersOf(value);
  const { id, publicKeyCose, signCount, ...flags } = membersOf(credential);
  const texts = [rpId, userHandle, id, publicKeyCose];
  if (!texts.every((text) => typeof text === "string") || typeof signCount !== "number")
    throw notOurs(path, FILE);
  try {
    // Both are read as bytes only when a login is verified; a file that is broken is refused before.
    for (const text of [userHandle, id]) fromBase64url(text as string);
    return {
      rpId: rpId as string,
      userHandle: userHandle as string,
      credential: {
        ...flags,
        id: id as string,
        signCount,
        publicKeyCose: fromBase64url(publicKeyCose as string),
      },
    };
  } catch {
    throw notOurs(path, FILE);
  }
}
