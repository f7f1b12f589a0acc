/**
 * What a ceremony came to, by the name of what made it so.
 *
 * The letters are those of the mechanisms behind late-passkey reports: A late-delivery,
 * B gateway-504-late-commit, E client-timer-orphan, G read-replica-lag.
 */
export type MechanismId =
  | "success"
  | "late-delivery"
  | "gateway-504-late-commit"
  | "client-timer-orphan"
  | "read-replica-lag"
  | "user-refused"
  | "key-timeout"
  | "client-timeout"
  | "page-gave-up"
  | "no-credential"
  | "already-registered"
  | "challenge-expired"
  | "undecided";

/** The timer whose firing made the difference. */
export interface DecidingTimer {
  readonly timer: string;
  readonly owner: string;
  readonly budgetMs: number;
  readonly firedAtMs: number;
}

/** One ceremony, explained. */
export interface CeremonyAccount {
  readonly kind: "registration" | "login";
  /** The site's id of it, or its number in the trace. */
  readonly ceremony: string;
  readonly mechanism: MechanismId;
  readonly decidedBy: DecidingTimer | undefined;
  /**
   * The deadline that mattered minus the moment that had to meet it: negative by how much it was
   * missed, positive by how much was left. Absent when the moment never came or no deadline was set.
   */
  readonly marginMs: number | undefined;
  readonly verdict: string;
  /** Observations with their times, each read from the trace. */
  readonly evidence: readonly string[];
  /** What would have kept it from happening. */
  readonly prevention: readonly string[];
  /** Layers the trace would have to contain for a decision; only for `undecided`. */
  readonly missingProbes: readonly string[];
}

/** A whole run, explained. The members of {@link CeremonyAccount} at the top are those of its first trouble. */
export interface Explanation extends CeremonyAccount {
  /** Every ceremony in order. */
  readonly ceremonies: readonly CeremonyAccount[];
  readonly orphans: readonly string[];
  readonly ghosts: readonly string[];
}
