import type { CeremonyKind } from "../../oracle/outcome.js";
import type { RootCauseId } from "../../diagnosis/rules/registry.js";
import type { KnobOverrides } from "../../sim/knobs/knobs.js";

/** What a change of a run does to the outcome of one ceremony. */
export type Effect = "heals" | "changes" | "nothing";

/**
 * How a verdict stands once the run was played again without what it names.
 *
 * `proven`: that changes the outcome. `over-determined`: it brings the outcome about, and something else does as well.
 * `condition`: it states something that is true and that nobody deviates in. `corrected`: it makes no difference, or less
 * than something else that heals. `not-proven`: nothing that was taken away makes a difference. `went-well`: nothing
 * is to be proven.
 */
export type ProofStatus =
  "went-well" | "proven" | "over-determined" | "condition" | "corrected" | "not-proven";

/** One advice of a verdict, and what it does to the run that it is given for. */
export interface TriedAdvice {
  readonly text: string;
  /** The change that was made; absent where the simulation has none for it. */
  readonly change?: KnobOverrides;
  readonly effect: Effect | "heals-together" | "not-tried";
  /** Knobs that had to be at their defaults as well, where the change heals only together with them. */
  readonly together?: KnobOverrides;
}

/** The verdict on one ceremony, held to the runs without its deviations. Plain JSON. */
export interface CeremonyProof {
  /** Id in the trace. */
  readonly ceremony: string;
  readonly kind: CeremonyKind;
  readonly verdict: RootCauseId;
  readonly status: ProofStatus;
  /** Why it has its status, in a few words. */
  readonly why: string;
  /** Deviations that the verdict names. */
  readonly named: readonly string[];
  /** Deviations whose absence alone heals the ceremony. */
  readonly heals: readonly string[];
  /** Deviations whose absence alone gives another outcome that is not well either. */
  readonly changes: readonly string[];
  /** Deviations whose absence alone makes no difference. */
  readonly nothing: readonly string[];
  /** The smallest sets of two and three whose absence heals. */
  readonly healsTogether: readonly (readonly string[])[];
  /** The smallest sets that bring about this very outcome. */
  readonly smallestSets: readonly (readonly string[])[];
  /** The timer that decided, and what lengthening it does. */
  readonly timer?: { readonly name: string; readonly lengthened: Effect };
  readonly advice: readonly TriedAdvice[];
}

/** Every verdict of a run, proven or not. Plain JSON. */
export interface Proof {
  readonly scenario: { readonly id: string; readonly title: string };
  readonly seed: string;
  /** Those the caller turned. */
  readonly knobs: KnobOverrides;
  /** No verdict is corrected or left without proof. */
  readonly proven: boolean;
  /** How many runs were played for it. */
  readonly runs: number;
  readonly ceremonies: readonly CeremonyProof[];
  readonly reproduction: string;
}

/** Statuses of verdicts that do not hold. */
const FALLEN: readonly ProofStatus[] = ["corrected", "not-proven"];

/** Says whether a verdict holds. */
export function holds({ status }: Pick<CeremonyProof, "status">): boolean {
  return !FALLEN.includes(status);
}
