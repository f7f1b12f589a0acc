import { sleep } from "../../core/clock.js";
import { credentialTag } from "../../core/credential-tag.js";
import { fromBase64url, toBase64url } from "../../core/bytes.js";
import type { Env } from "../../core/env.js";
import type { CredentialRecord } from "../../webauthn/rp/stored-credential.js";
import type { Background } from "../../core/background.js";
import type { Knobs } from "../knobs/knobs.js";
import type { LedgerRow } from "../../diagnosis/ledger.js";

export interface SiteRow {
  readonly account: string;
  readonly credential: CredentialRecord;
  /** The read copy has it. */
  readonly visible: boolean;
}

export interface SiteStoreDeps {
  readonly knobs: () => Knobs;
  readonly background: Background;
}

/** The site's database: a primary that finish calls use, and a read copy, maybe behind, that options use. */
export class SiteStore {
  readonly #deps: SiteStoreDeps;
  readonly #rows = new Map<string, SiteRow>();

  constructor(deps: SiteStoreDeps) {
    this.#deps = deps;
  }

  /** From the primary. */
  find(credentialId: string): SiteRow | undefined {
    return this.#rows.get(credentialId);
  }

  /** From the read copy, in the order of registration. */
  readCopyOf(account: string): readonly SiteRow[] {
    return this.primaryOf(account).filter((row) => row.visible);
  }

  /** From the primary, in the order of registration. */
  primaryOf(account: string): readonly SiteRow[] {
    return [...this.#rows.values()].filter((row) => row.account === account);
  }

  /** Lists, for the ledger, every row by tag. */
  get ledgerRows(): readonly LedgerRow[] {
    return [...this.#rows].map(([id, { visible }]) => ({ credential: tagOf(id), visible }));
  }

  /** Whether the column for ids holds this one whole. */
  fits(credentialId: string): boolean {
    return fromBase64url(credentialId).length <= this.#deps.knobs().rp.idColumnBytes;
  }

  /** Writes to the primary now, and to the read copy `rp.replicaLagMs` later. The column cuts off ids too long for it. */
  commit(env: Env, { account, credential }: Omit<SiteRow, "visible">): void {
    const { replicaLagMs, idColumnBytes } = this.#deps.knobs().rp;
    const id = this.fits(credential.id)
      ? credential.id
      : toBase64url(fromBase64url(credential.id).slice(0, idColumnBytes));
    this.#rows.set(id, { account, credential: { ...credential, id }, visible: false });
    env.trace.emit({ kind: "rp.row", credential: tagOf(id), change: "created" });
    if (replicaLagMs === 0) this.#show(env, id);
    else void this.#deps.background.add(this.#replicate(env, id, replicaLagMs));
  }

  /** Takes a row out of both copies at once. */
  remove(env: Env, { credential: { id } }: SiteRow): void {
    if (!this.#rows.delete(id)) return;
    env.trace.emit({ kind: "rp.row", credential: tagOf(id), change: "deleted" });
  }

  removeAll(env: Env): void {
    for (const row of [...this.#rows.values()]) this.remove(env, row);
  }

  /** After an accepted assertion: the counter and what else the record keeps. */
  update(credential: CredentialRecord): void {
    const row = this.#rows.get(credential.id);
    if (row) this.#rows.set(credential.id, { ...row, credential });
  }

  async #replicate(env: Env, id: string, lagMs: number): Promise<void> {
    await sleep(env.clock, lagMs, "rp.replica");
    this.#show(env, id);
  }

  #show(env: Env, id: string): void {
    const row = this.#rows.get(id);
    if (row === undefined) return;
    this.#rows.set(id, { ...row, visible: true });
    env.trace.emit({ kind: "rp.row", credential: tagOf(id), change: "visible" });
  }
}

export function tagOf(credentialId: string): string {
  return credentialTag(fromBase64url(credentialId));
}
