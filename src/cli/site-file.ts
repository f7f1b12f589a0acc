import { fromBase64url, toBase64url } from "../entry/ctap.js";
import { type SiteConfig, parseSiteConfig } from "../entry/sim.js";
import type { CredentialRecord } from "../entry/webauthn.js";
import { type Invocation, type OptionTable, UsageError } from "./command.js";
import { isMissing, readJsonFile, writeTextFile } from "./files.js";
import { textOption } from "./options.js";

/** One registered passkey and whose it is. Holds nothing secret. */
export interface CredentialFileEntry {
  readonly rpId: string;
  /** base64url. */
  readonly userHandle: string;
  readonly credential: CredentialRecord;
}

/** The credentials file of `register` and `login`: what a site would keep in its database. */
export class CredentialFile {
  readonly #path: string | undefined;
  #entries: readonly CredentialFileEntry[];

  /**
   * @param mustExist whether a file that is not there is refused; otherwise it is made.
   * @throws {UsageError} ENVIRONMENT when the file is not there, or was not written by this class.
   */
  constructor(path: string | undefined, { mustExist = false }: { readonly mustExist?: boolean } = {}) {
    this.#path = path;
    this.#entries = path === undefined ? [] : readEntries(path, mustExist);
  }

  get entries(): readonly CredentialFileEntry[] {
    return this.#entries;
  }

  /** Adds or replaces, and writes the file. */
  put(entry: CredentialFileEntry): void {
    this.#entries = [
      ...this.#entries.filter(({ credential }) => credential.id !== entry.credential.id),
      entry,
    ];
    if (this.#path === undefined) return;
    const credentials = this.#entries.map(({ credential, ...rest }) => ({
      ...rest,
      credential: { ...credential, publicKeyCose: toBase64url(credential.publicKeyCose) },
    }));
    writeTextFile(this.#path, `${JSON.stringify({ schema: 1, credentials }, null, 2)}\n`);
  }
}

function readEntries(path: string, mustExist: boolean): readonly CredentialFileEntry[] {
  let content: unknown;
  try {
    content = readJsonFile(path, "credentials file");
  } catch (error) {
    if (isMissing(error) && !mustExist) return [];
    throw error;
  }
  const entries = members(content)["credentials"];
  if (!Array.isArray(entries)) throw notOurs(path);
  return entries.map((entry) => readEntry(entry, path));
}

function readEntry(value: unknown, path: string): CredentialFileEntry {
  const { rpId, userHandle, credential } = members(value);
  const { id, publicKeyCose, signCount, ...flags } = members(credential);
  const texts = [rpId, userHandle, id, publicKeyCose];
  if (!texts.every((text) => typeof text === "string") || typeof signCount !== "number") throw notOurs(path);
  try {
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
    throw notOurs(path);
  }
}

function members(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function notOurs(path: string): UsageError {
  return new UsageError("ENVIRONMENT", `credentials file ${path} was not written by this program`);
}

export const SITE_OPTIONS = { site: { type: "string" } } as const satisfies OptionTable;

export const SITE_HELP = `  --site FILE          play it against a real site, described in this file, in real time (docs/real-site.md)`;

/** A real site as the command line names it. */
export interface NamedSite {
  readonly siteFile: string;
  readonly config: SiteConfig;
  /** What `{env:NAME}` in the file stands for. */
  readonly secret: (name: string) => string | undefined;
}

/** @throws {UsageError} ENVIRONMENT when the file cannot be read. @throws {SiteError} SITE_CONFIG for what is in it. */
export function siteFrom(invocation: Invocation): NamedSite | undefined {
  const siteFile = textOption(invocation, "site");
  if (siteFile === undefined) return undefined;
  const config = parseSiteConfig(readJsonFile(siteFile, "site file"));
  return { siteFile, config, secret: (name) => process.env[name] };
}
