/** A private key on an authenticator, by its tag. */
export interface LedgerKey {
  readonly authenticator: string;
  readonly credential: string;
  readonly rpId: string;
  /** Tag of the user handle. */
  readonly user: string;
}

/** A public key the site keeps. */
export interface LedgerRow {
  readonly credential: string;
  /** Login options offer it, that is: the replica has it too. */
  readonly visible: boolean;
}

export interface LedgerMail {
  readonly subject: string;
  readonly stage: "queued" | "sent" | "delivered";
}

/** Who holds what: keys on authenticators, rows at the site, flags, mails. Plain JSON. */
export interface LedgerEntries {
  readonly keys: readonly LedgerKey[];
  readonly rows: readonly LedgerRow[];
  readonly flags: Readonly<Record<string, boolean>>;
  readonly mails: readonly LedgerMail[];
  /** Sides nobody could look at: a real site that was not asked, a real key. Their lists are empty then. */
  readonly unknown?: readonly ("keys" | "rows")[];
}

export interface LedgerDiff {
  /** Keys on an authenticator that no row knows: they can sign, and nobody accepts it. */
  readonly orphans: readonly string[];
  /** Rows whose key is nowhere: the site asks for what no authenticator has. */
  readonly ghosts: readonly string[];
}

/** The books of a run at one moment. */
export class Ledger {
  readonly entries: LedgerEntries;

  constructor(entries: LedgerEntries) {
    this.entries = entries;
  }

  /**
   * What is on one side only.
   *
   * Holds for worlds in which every authenticator of the account is in the books. Nothing can be compared with
   * a side that is unknown: the lists are empty then.
   */
  diff(): LedgerDiff {
    if (this.entries.unknown?.length) return { orphans: [], ghosts: [] };
    const keys = new Set(this.entries.keys.map(({ credential }) => credential));
    const rows = new Set(this.entries.rows.map(({ credential }) => credential));
    return {
      orphans: [...keys].filter((credential) => !rows.has(credential)),
      ghosts: [...rows].filter((credential) => !keys.has(credential)),
    };
  }

  toJSON(): LedgerEntries & LedgerDiff {
    return { ...this.entries, ...this.diff() };
  }
}
