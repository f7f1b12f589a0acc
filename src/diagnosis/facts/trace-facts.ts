import type { TraceRecord } from "../../core/trace.js";
import type { Ledger } from "../ledger.js";
import type { CeremonyTrace, KeyFact } from "./ceremony.js";
import type { Coverage } from "./coverage.js";
import type { Timestamped } from "./moment.js";
import type { TimerUse } from "./timers.js";

/** A public key the site keeps, from its first record to its last. */
export interface RowFact {
  readonly credential: string;
  /** Ceremony in which it was written. */
  readonly ceremony: string | undefined;
  readonly createdAtMs: number;
  visibleAtMs?: number;
  deletedAtMs?: number;
  /** Ceremony in which it was deleted. */
  deletedBy?: string;
}

export interface MailFact extends Timestamped {
  readonly subject: string;
  readonly stage: string;
  /** Ceremony that caused it; absent where the trace does not say. */
  readonly ceremony: string | undefined;
}

export interface FlagFact extends Timestamped {
  readonly flag: string;
  readonly value: boolean;
  readonly ceremony: string | undefined;
}

/** A lock of the account's fallback factors. */
export interface LockFact extends Timestamped {
  readonly change: string;
  readonly failures: number;
  readonly budgetMs: number;
}

/** Credentials on both sides when a trace ends. */
export interface HeldCredentials {
  readonly keys: ReadonlySet<string>;
  readonly rows: ReadonlySet<string>;
  /** One side could not be read. */
  readonly unknown: boolean;
}

/** A trace, grouped by ceremony. */
export interface TraceFacts {
  /** In the order in which they began. */
  readonly ceremonies: readonly CeremonyTrace[];
  /**
   * Ceremonies whose records cannot be separated: only in a trace of schema 1, where ceremonies overlap in time.
   */
  readonly overlapping: ReadonlySet<string>;
  readonly timers: readonly TimerUse[];
  /** Every key made in the trace, in whatever ceremony or none. */
  readonly keys: readonly KeyFact[];
  /** Keys that came to another authenticator as copies. */
  readonly copies: readonly KeyFact[];
  readonly rows: readonly RowFact[];
  readonly mails: readonly MailFact[];
  readonly flags: readonly FlagFact[];
  readonly locks: readonly LockFact[];
  /** Kinds of probes the trace holds records of at all, by the first part of their records' kind. */
  readonly layers: ReadonlySet<string>;
  /** When each probe would have shown what happened; absent for a trace that was recorded whole. */
  readonly coverage: Coverage | undefined;
  readonly ledger: Ledger;
  /** The trace has spans: a ceremony without its opening record lacks the records of its page. */
  readonly hasSpans: boolean;
  /** Some authenticator recorded what it stores, or a timer of its own. */
  readonly hasAuthenticator: boolean;
  /** Some page recorded what its script did. */
  readonly hasPageScript: boolean;
  /** What is held when the trace ends. */
  readonly held: HeldCredentials;
  readonly rowsByCeremony: ReadonlyMap<string, readonly RowFact[]>;
  /** Rows by the ceremony in which they were deleted. */
  readonly deletedRowsByCeremony: ReadonlyMap<string, readonly RowFact[]>;
  readonly flagsByCeremony: ReadonlyMap<string, readonly FlagFact[]>;
  readonly ceremonyById: ReadonlyMap<string, CeremonyTrace>;
  /** Records of no ceremony. */
  readonly runRecords: readonly TraceRecord[];
  readonly endsAtMs: number;
  /** When the run ended; absent where the trace was cut off before: what it does not show may have happened. */
  readonly runEndedAtMs: number | undefined;
}
