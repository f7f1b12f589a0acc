import type { ClockOffset } from "./clock-offset.js";
import type { CeremonyKind } from "./facts/ceremony.js";
import type { Outcome } from "./facts/outcome.js";
import type { ConsequenceId } from "./consequences.js";
import type { RootCauseId } from "./rules/registry.js";
import type { ConditionId } from "./conditions.js";

/** The timer whose firing made the difference. */
export interface DecidingTimer {
  readonly timer: string;
  readonly owner: string;
  readonly budgetMs: number;
  readonly firedAtMs: number;
}

/** Who or what ended a ceremony: the first end that ended what it was a part of. */
export interface Ending {
  readonly by: "timer" | "authenticator" | "user" | "link" | "client" | "page" | "site";
  /** Absent for a party that the trace does not name. */
  readonly actor?: string;
  readonly timer?: DecidingTimer;
  /** Milliseconds since the trace began. */
  readonly atMs: number;
}

/** What an ending waited for when it came; it had not happened, or had not happened yet. */
export interface ConditionDiagnosis {
  readonly id: ConditionId;
  readonly text: string;
}

/** What a ceremony left behind, or did beside what it was for. */
export interface ConsequenceDiagnosis {
  readonly id: ConsequenceId;
  readonly text: string;
}

/** One ceremony, explained. */
export interface CeremonyDiagnosis {
  readonly kind: CeremonyKind;
  /** Its id in the trace. */
  readonly ceremony: string;
  /** What it came to; absent where no ceremony was seen, or its records cannot be told from another's. */
  readonly outcome?: Outcome;
  /** What ended it; absent for a success and where no record says it. */
  readonly endedBy?: Ending;
  /** Id of the root cause. */
  readonly mechanism: RootCauseId;
  /** What the ending waited for; empty where it waited for nothing that the trace shows. */
  readonly conditions: readonly ConditionDiagnosis[];
  readonly consequences: readonly ConsequenceDiagnosis[];
  readonly decidedBy: DecidingTimer | undefined;
  /**
   * The deadline that mattered minus the moment that had to meet it: negative by how much it was
   * missed, positive by how much was left. Absent when the moment never came or no deadline was set.
   */
  readonly marginMs: number | undefined;
  /** The least and the most that the margin can be, where clocks of which it depends are off by an unknown time. */
  readonly marginRangeMs?: readonly [number, number];
  readonly verdict: string;
  /** Observations with their times, each read from the trace. */
  readonly evidence: readonly string[];
  /** What would have kept it from happening. */
  readonly prevention: readonly string[];
  /** What the trace would have to contain for a decision: layers, or `ceremony ids`; only for `undecided`. */
  readonly missingProbes: readonly string[];
}

/** A whole run, explained. The members of {@link CeremonyDiagnosis} at the top are those of its first trouble. */
export interface Explanation extends CeremonyDiagnosis {
  /** Every ceremony in order. */
  readonly ceremonies: readonly CeremonyDiagnosis[];
  readonly orphans: readonly string[];
  readonly ghosts: readonly string[];
  /** Clocks that were found to be off, or said to be; absent where all agree. */
  readonly clocks?: readonly ClockOffset[];
}
