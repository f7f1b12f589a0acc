import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CredentialFile, type CredentialFileEntry } from "../../src/cli/files/credential-file.js";
import { openKeyStore } from "../../src/cli/files/key-store.js";
import { LinkFile } from "../../src/cli/files/link-file.js";
import { openPhoneLinks } from "../../src/cli/files/phone-links-file.js";
import { isHarnessError } from "../../src/core/errors.js";
import { CredentialStore } from "../../src/sim/authenticator/store/credential-store.js";
import { BenchKey } from "../sim/authenticator/bench-key.js";
import { violated, type FuzzBoundary, type FuzzWorld } from "./boundary.js";
import type { Chance } from "./chance.js";
import { ERRNOS, withFileSystemFault } from "./file-system-faults.js";

/** A file that the command line keeps: adding to it, and what is in it. */
interface KeptFile {
  readonly name: string;
  readonly isSecret: boolean;
  /** Adds something, told apart by its number. Resolves: it is kept. */
  add(path: string, nr: number): Promise<void>;
  /** Numbers of what is in it. */
  read(path: string): Promise<readonly number[]>;
}

const bytes = (length: number, nr: number) => new Uint8Array(length).fill(nr);
const numberIn = (text: string) => Number(text.replace(/^.*-/, ""));

function entry(nr: number): CredentialFileEntry {
  return {
    rpId: "example.com",
    userHandle: "dXNlcg",
    credential: {
      id: `id-${String(nr).padStart(4, "0")}`,
      publicKeyCose: bytes(8, nr),
      signCount: nr,
    },
  };
}

/** A snapshot of a key that was made once; each addition renames its user. */
const snapshot = await (async () => {
  const store = new CredentialStore();
  await new BenchKey({ store }).made({ options: { rk: true } });
  return store.snapshot();
})();

const KEPT: readonly KeptFile[] = [
  {
    name: "site.json",
    isSecret: false,
    add: (path, nr) => new CredentialFile(path).put(entry(nr)),
    read: async (path) => new CredentialFile(path).entries.map(({ credential }) => numberIn(credential.id)),
  },
  {
    name: "links.json",
    isSecret: true,
    add: async (path, nr) => {
      const linked = { contactId: bytes(4, nr), linkId: bytes(8, nr), linkSecret: bytes(32, nr) };
      await new LinkFile(path).put({ ...linked, name: `n-${nr}`, tunnelCode: 0, phoneKey: bytes(65, nr) });
    },
    read: async (path) => new LinkFile(path).phones.map(({ name }) => numberIn(name)),
  },
  {
    name: "clients.json",
    isSecret: true,
    async add(path, nr) {
      await using file = await openPhoneLinks(path);
      const link = {
        contactId: bytes(4, nr),
        linkId: bytes(8, nr),
        linkSecret: bytes(32, nr),
        name: `n-${nr}`,
      };
      file.save({ ...file.links, links: [...file.links.links, link] });
    },
    async read(path) {
      await using file = await openPhoneLinks(path);
      return file.links.links.map(({ name }) => numberIn(name));
    },
  },
  {
    name: "key.json",
    isSecret: true,
    async add(path, nr) {
      await using kept = await openKeyStore(path);
      const { credentials, memory } = kept.store.snapshot();
      const [first] = snapshot.credentials;
      const added = { ...first, id: bytes(16, nr), userName: `n-${nr}` } as (typeof credentials)[number];
      kept.store.restore({ credentials: [...credentials, added], memory: { ...snapshot.memory, ...memory } });
      kept.save();
    },
    async read(path) {
      await using kept = await openKeyStore(path);
      return kept.store.credentials.map(({ userName }) => numberIn(userName ?? ""));
    },
  },
];

/** Calls of the longest addition, and some more. */
const CALLS_MAX = 40;

/** Four files that are added to, while the file system fails at one call or from one on. */
class DiskWorld implements FuzzWorld {
  readonly #folder = mkdtempSync(join(tmpdir(), "fuzz-disk-"));
  readonly #acknowledged = KEPT.map(() => new Set<number>());
  #nr = 0;

  next(chance: Chance): Uint8Array {
    return Uint8Array.of(
      chance.below(KEPT.length),
      chance.below(CALLS_MAX),
      chance.below(ERRNOS.length),
      chance.below(2),
    );
  }

  async hand(message: Uint8Array): Promise<void> {
    const [which = 0, after = 0, errno = 0, lasts = 0] = message;
    const index = which % KEPT.length;
    const file = KEPT[index] as KeptFile;
    const acknowledged = this.#acknowledged[index] as Set<number>;
    const path = join(this.#folder, file.name);
    const nr = (this.#nr = (this.#nr + 1) % 250);
    acknowledged.delete(nr);
    const how = {
      after,
      errno: ERRNOS[errno % ERRNOS.length] as (typeof ERRNOS)[number],
      lasts: lasts === 1,
    };
    const { error } = await withFileSystemFault(how, () => file.add(path, nr));
    const told = `${file.name}, ${how.errno} at call ${after}${how.lasts ? " and on" : ""}`;
    if (error !== undefined && !isHarnessError(error))
      violated(`${told}: untyped ${error instanceof Error ? error.message : typeof error}`);
    if (error === undefined) acknowledged.add(nr);
    await this.#check(file, { path, acknowledged, told });
  }

  async settle(): Promise<void> {
    for (const [index, file] of KEPT.entries()) {
      const path = join(this.#folder, file.name);
      await file.add(path, 251);
      const acknowledged = this.#acknowledged[index] as Set<number>;
      await this.#check(file, {
        path,
        acknowledged: acknowledged.add(251),
        told: `${file.name}, afterwards`,
      });
    }
    const names = KEPT.map(({ name }) => name);
    const others = readdirSync(this.#folder).filter((name) => !names.includes(name));
    if (others.length > 0) violated(`left beside the files: ${others.join(", ")}`);
    rmSync(this.#folder, { recursive: true });
  }

  async #check(
    file: KeptFile,
    { path, acknowledged, told }: { path: string; acknowledged: ReadonlySet<number>; told: string },
  ): Promise<void> {
    const there = new Set(await file.read(path));
    const lost = [...acknowledged].filter((nr) => !there.has(nr));
    if (lost.length > 0) violated(`${told}: acknowledged and lost: ${lost.join(", ")}`);
    const known = statSync(path, { throwIfNoEntry: false });
    if (file.isSecret && known !== undefined && (known.mode & 0o077) !== 0)
      violated(`${told}: others may read it`);
  }
}

export const diskBoundary: FuzzBoundary = {
  name: "disk",
  what: "files of passkeys and links while any call on the file system fails, once or from then on",
  messagesPerWorld: 64,
  share: 0.002,
  start: () => new DiskWorld(),
};
