import { toBase64url } from "../../entry/ctap.js";
import type { LinkedPhone } from "../../entry/hybrid.js";
import { notOurs, readListFile } from "./read-list-file.js";
import { bytesIn, membersOf } from "./read-members.js";
import { replaceFile, versionOf } from "./replace-file.js";
import { updateFile } from "./update-file.js";

const FILE = { what: "links file", limit: "LINKS_BYTES_MAX", schema: 1, list: "phones" } as const;

/** Members of a linked phone that are bytes, with how many; a contact id may have any number. */
const BYTES = { contactId: undefined, linkId: 8, linkSecret: 32, phoneKey: 65 } as const;

type ByteMember = keyof typeof BYTES;

const TUNNEL_CODE_MAX = 0xffff;

/**
 * Phones that this computer was linked to, in a file that any number of processes share. Secret: every party that has it can call
 * these phones as this computer, so that only its owner may read it.
 */
export class LinkFile {
  readonly #path: string;

  /** @param path a file that need not exist: no phone is linked then. */
  constructor(path: string) {
    this.#path = path;
  }

  /** @throws {UsageError} ENVIRONMENT for a file that was not written by this class. @throws {FileError} */
  get phones(): readonly LinkedPhone[] {
    return readPhones(this.#path);
  }

  /**
   * Adds a phone, in place of what was known of the same phone. A second phone of the same name is told apart by a number.
   *
   * @returns the name under which it is kept.
   * @throws {FileError} FILE_LOCKED, FILE_CHANGED. @throws {UsageError} ENVIRONMENT
   */
  async put(phone: LinkedPhone): Promise<string> {
    let { name } = phone;
    await this.#change((phones) => {
      const others = phones.filter(({ phoneKey }) => toBase64url(phoneKey) !== toBase64url(phone.phoneKey));
      name = freeName(phone.name, others);
      return [...others, { ...phone, name }];
    });
    return name;
  }

  /** Removes the phone of that name. @returns whether there was one. @throws as {@link put} does. */
  async forget(name: string): Promise<boolean> {
    let found = false;
    await this.#change((phones) => {
      const others = phones.filter((phone) => phone.name !== name);
      found = others.length < phones.length;
      return others;
    });
    return found;
  }

  #change(change: (phones: readonly LinkedPhone[]) => readonly LinkedPhone[]): Promise<void> {
    return updateFile(this.#path, () => {
      const version = versionOf(this.#path);
      const before = readPhones(this.#path);
      const text = encode(change(before));
      if (text === encode(before)) return;
      replaceFile(this.#path, text, { secret: true, onlyOver: version });
    });
  }
}

function freeName(name: string, others: readonly LinkedPhone[]): string {
  const taken = new Set(others.map((other) => other.name));
  for (let number = 2, free = name; ; number++) {
    if (!taken.has(free)) return free;
    free = `${name} (${number})`;
  }
}

function encode(phones: readonly LinkedPhone[]): string {
  const entries = phones.map(({ name, tunnelCode, contactId, linkId, linkSecret, phoneKey }) => ({
    name,
    tunnelCode,
    contactId: toBase64url(contactId),
    linkId: toBase64url(linkId),
    linkSecret: toBase64url(linkSecret),
    phoneKey: toBase64url(phoneKey),
  }));
  return `${JSON.stringify({ schema: FILE.schema, phones: entries }, null, 2)}\n`;
}

function readPhones(path: string): readonly LinkedPhone[] {
  return (readListFile(path, FILE)?.entries ?? []).map((entry) => readPhone(entry, path));
}

function readPhone(entry: unknown, path: string): LinkedPhone {
  const given = membersOf(entry);
  const { name, tunnelCode } = given;
  const valid =
    typeof name === "string" &&
    typeof tunnelCode === "number" &&
    Number.isInteger(tunnelCode) &&
    tunnelCode >= 0 &&
    tunnelCode <= TUNNEL_CODE_MAX;
  if (!valid) throw notOurs(path, FILE);
  const bytes = (member: ByteMember) => bytesIn(given[member], BYTES[member], () => notOurs(path, FILE));
  return {
    name,
    tunnelCode,
    contactId: bytes("contactId"),
    linkId: bytes("linkId"),
    linkSecret: bytes("linkSecret"),
    phoneKey: bytes("phoneKey"),
  };
}
