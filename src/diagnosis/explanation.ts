import type { CeremonyKind } from "./facts/ceremony.js";
import type { RootCauseId } from "./rules/registry.js";

/** The timer whose firing made the difference. */
export interface DecidingTimer {
  readonly timer: string;
  readonly owner: string;
  readonly budgetMs: number;
  readonly firedAtMs: number;
}

/** One ceremony, explained. */
export interface CeremonyDiagnosis {
  readonly kind: CeremonyKind;
  /** Its id in the trace. */
  readonly ceremony: string;
  readonly mechanism: RootCauseId;
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
  /** What the trace would have to contain for a decision: layers, or `ceremony ids`; only for `undecided`. */
  readonly missingProbes: readonly string[];
}

/** A whole run, explained. The members of {@link CeremonyDiagnosis} at the top are those of its first trouble. */
export interface Explanation extends CeremonyDiagnosis {
  /** Every ceremony in order. */
  readonly ceremonies: readonly CeremonyDiagnosis[];
  readonly orphans: readonly string[];
  readonly ghosts: readonly string[];
}
