/** A private key on an authenticator, by its tag; `unnamed 1` and on where a real authenticator made it. */
export interface LedgerKey {
  readonly authenticator: string;
  readonly credential: string;
  /** Empty where the trace does not say it. */
  readonly rpId: string;
  /** Tag of the user handle; empty likewise. */
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
  /**
   * Sides that could not be read: a real site that was not asked, a real key. The list of such a side is empty, or holds
   * what is certain to be there without its name.
   */
  readonly unknown?: readonly ("keys" | "rows")[];
}

export interface LedgerDiff {
  /** Keys on an authenticator that no row knows: such a key can sign, and no site accepts the signature. */
  readonly orphans: readonly string[];
  /** Rows whose key is on no authenticator: the site asks for a credential that no authenticator has. */
  readonly ghosts: readonly string[];
}

/** Holds the ledger of a run at one moment. */
export class Ledger {
  readonly entries: LedgerEntries;

  constructor(entries: LedgerEntries) {
    this.entries = entries;
  }

  /**
   * Lists the credentials that are on one side only.
   *
   * The result holds where every authenticator of the account is in the ledger. Nothing can be compared with
   * a side that is unknown: both lists are empty then.
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
