import { toBase64url } from "../../entry/ctap.js";
import type { PhoneLinks } from "../../entry/sim.js";
import { holdLock } from "./hold-lock.js";
import { notOurs, readListFile } from "./read-list-file.js";
import { bytesIn, membersOf } from "./read-members.js";
import { type FileVersion, replaceFile, versionOf } from "./replace-file.js";

const FILE = { what: "clients file", limit: "LINKS_BYTES_MAX", schema: 1, list: "clients" } as const;

/** What a simulated phone remembers of the clients it was linked to, and where. */
export interface PhoneLinksFile extends AsyncDisposable {
  readonly links: PhoneLinks;
  /** Writes what is remembered from now on. @throws {FileError} FILE_CHANGED. @throws {UsageError} ENVIRONMENT */
  save(links: PhoneLinks): void;
}

/**
 * Opens a phone's memory of its clients and holds it: one file is the memory of one phone, so that no second process may
 * have it meanwhile.
 *
 * @param path a file that need not exist.
 * @throws {FileError} FILE_LOCKED, FILE_SCHEMA, FILE_TOO_LARGE. @throws {UsageError} ENVIRONMENT
 */
export async function openPhoneLinks(path: string): Promise<PhoneLinksFile> {
  const lock = await holdLock(path);
  try {
    let version: FileVersion = versionOf(path);
    return {
      links: readLinks(path),
      save(links) {
        version = replaceFile(path, encode(links), { secret: true, onlyOver: version });
      },
      [Symbol.asyncDispose]: () => Promise.resolve(lock[Symbol.asyncDispose]()),
    };
  } catch (error) {
    await lock[Symbol.asyncDispose]();
    throw error;
  }
}

function encode({ identityKey, links }: PhoneLinks): string {
  const clients = links.map(({ contactId, linkId, linkSecret, name }) => ({
    name,
    contactId: toBase64url(contactId),
    linkId: toBase64url(linkId),
    linkSecret: toBase64url(linkSecret),
  }));
  const identity = identityKey && { identityKey: toBase64url(identityKey) };
  return `${JSON.stringify({ schema: FILE.schema, ...identity, clients }, null, 2)}\n`;
}

function readLinks(path: string): PhoneLinks {
  const content = readListFile(path, FILE);
  if (content === undefined) return { links: [] };
  const { identityKey } = content.members;
  return {
    ...(identityKey !== undefined && { identityKey: bytesIn(identityKey, 32, () => notOurs(path, FILE)) }),
    links: content.entries.map((client) => {
      const { name, contactId, linkId, linkSecret } = membersOf(client);
      if (typeof name !== "string") throw notOurs(path, FILE);
      return {
        name,
        contactId: bytesIn(contactId, undefined, () => notOurs(path, FILE)),
        linkId: bytesIn(linkId, 8, () => notOurs(path, FILE)),
        linkSecret: bytesIn(linkSecret, 32, () => notOurs(path, FILE)),
      };
    }),
  };
}
