import { sleep } from "../core/clock.js";
import { credentialTag } from "../core/credential-tag.js";
import { fromBase64url } from "../core/bytes.js";
import type { Env } from "../core/env.js";
import type { StoredCredential } from "../webauthn/rp/stored-credential.js";
import type { Background } from "./background.js";
import type { Knobs } from "./knobs.js";
import type { LedgerRow } from "./ledger.js";

export interface SiteRow {
  readonly account: string;
  readonly credential: StoredCredential;
  /** The read copy has it. */
  readonly visible: boolean;
}

export interface SiteStoreParts {
  readonly knobs: () => Knobs;
  readonly background: Background;
}

/** The site's database: a primary that finish calls use, and a read copy, maybe behind, that options use. */
export class SiteStore {
  readonly #env: Env;
  readonly #parts: SiteStoreParts;
  readonly #rows = new Map<string, SiteRow>();

  constructor(env: Env, parts: SiteStoreParts) {
    this.#env = env;
    this.#parts = parts;
  }

  /** From the primary. */
  find(credentialId: string): SiteRow | undefined {
    return this.#rows.get(credentialId);
  }

  /** From the read copy, in the order of registration. */
  readCopyOf(account: string): readonly SiteRow[] {
    return [...this.#rows.values()].filter((row) => row.account === account && row.visible);
  }

  /** For the books: every row, by tag. */
  get ledgerRows(): readonly LedgerRow[] {
    return [...this.#rows].map(([id, { visible }]) => ({ credential: tagOf(id), visible }));
  }

  /** Writes to the primary now, and to the read copy `rp.replicaLagMs` later. */
  commit(row: Omit<SiteRow, "visible">, ceremony: string): void {
    const { id } = row.credential;
    this.#rows.set(id, { ...row, visible: false });
    this.#env.trace.emit({ kind: "rp.row", credential: tagOf(id), change: "created", ceremony });
    const { replicaLagMs } = this.#parts.knobs().rp;
    if (replicaLagMs === 0) this.#show(id, ceremony);
    else void this.#parts.background.add(this.#replicate(id, { ceremony, lagMs: replicaLagMs }));
  }

  /** After an accepted assertion: the counter and what else the record keeps. */
  update(credential: StoredCredential): void {
    const row = this.#rows.get(credential.id);
    if (row) this.#rows.set(credential.id, { ...row, credential });
  }

  async #replicate(id: string, { ceremony, lagMs }: { ceremony: string; lagMs: number }): Promise<void> {
    await sleep(this.#env.clock, lagMs, "rp.replica");
    this.#show(id, ceremony);
  }

  #show(id: string, ceremony: string): void {
    const row = this.#rows.get(id);
    if (row === undefined) return;
    this.#rows.set(id, { ...row, visible: true });
    this.#env.trace.emit({ kind: "rp.row", credential: tagOf(id), change: "visible", ceremony });
  }
}

export function tagOf(credentialId: string): string {
  return credentialTag(fromBase64url(credentialId));
}
