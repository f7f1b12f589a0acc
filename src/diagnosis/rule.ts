import type { CeremonyTrace, CeremonyKind } from "./facts/ceremony.js";
import type { FactorAttempt } from "./facts/factor-attempt.js";
import type { TimerUse } from "./facts/timers.js";
import type { TraceFacts } from "./facts/trace-facts.js";

/** Kinds of probes, by the first part of their records' kind. */
export type Layer = "page" | "ctap" | "rp" | "timer" | "link" | "user" | "factor";

/** What a rule has to say of a ceremony that bears its signature. */
export interface Match {
  readonly decidedBy?: TimerUse | undefined;
  readonly marginMs?: number | undefined;
  readonly verdict: string;
  readonly evidence: readonly string[];
  readonly prevention: readonly string[];
}

/**
 * One cause of how a ceremony went, with the signature it leaves in a trace.
 *
 * Rules are tried in the order of the registry, so each may rely on those before it having been ruled out.
 */
export interface Rule<Id extends string = string> {
  readonly id: Id;
  /** Kinds of ceremonies it is tried for. */
  readonly kinds: readonly CeremonyKind[];
  /** One sentence for the table of causes in the documentation. */
  readonly text: string;
  /**
   * Layers that distinguish the cause from others with the same signature. In a trace that lacks one, the signature
   * may be another cause's, and the ceremony is `undecided`.
   */
  readonly requiredProbes?: (ceremony: CeremonyTrace) => readonly Layer[];
  /** Returns what the rule says of the ceremony; `undefined` when the signature is not there. */
  readonly match: (ceremony: CeremonyTrace, facts: TraceFacts) => Match | undefined;
}

/** Every kind of ceremony with a passkey. */
export const PASSKEY: readonly CeremonyKind[] = ["registration", "login"];
export const REGISTRATION: readonly CeremonyKind[] = ["registration"];
export const LOGIN: readonly CeremonyKind[] = ["login"];

/** Declares a rule; its id becomes part of the type of ids. */
export function defineRule<const Id extends string>(rule: Rule<Id>): Rule<Id> {
  return rule;
}

/** What a rule of fallback factors is made of. */
export interface FactorRule<Id extends string> extends Omit<Rule<Id>, "kinds" | "match"> {
  readonly match: (attempt: FactorAttempt, ceremony: CeremonyTrace, facts: TraceFacts) => Match | undefined;
}

/** Declares a rule that is tried for attempts with a fallback factor alone. */
export function defineFactorRule<const Id extends string>({ match, ...rule }: FactorRule<Id>): Rule<Id> {
  return {
    ...rule,
    kinds: ["factor"],
    match: (ceremony, facts) =>
      ceremony.attempt === undefined ? undefined : match(ceremony.attempt, ceremony, facts),
  };
}
