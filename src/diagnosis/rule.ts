import type { CeremonyTrace, CeremonyKind } from "./facts/ceremony.js";
import type { Result } from "./facts/outcome.js";
import type { FactorAttempt } from "./facts/factor-attempt.js";
import type { TimerUse } from "./facts/timers.js";
import type { TraceFacts } from "./facts/trace-facts.js";

/** Kinds of probes, by the first part of their records' kind. */
export type Layer = "page" | "ctap" | "rp" | "timer" | "link" | "user" | "factor";

/** Part of a layer that one party records, or what is known beside the trace: a site's own list, a clock's offset. */
export type PartProbe =
  "page.script" | "ctap.key" | "link.phone" | "link.service" | "user.answers" | "rp.probe" | "clock";

/** A layer, a part of one, or what has to be known beside them. */
export type Probe = Layer | PartProbe;

/** What a rule has to say of a ceremony that bears its signature. */
export interface Match {
  readonly decidedBy?: TimerUse | undefined;
  readonly marginMs?: number | undefined;
  readonly verdict: string;
  readonly evidence: readonly string[];
  readonly prevention: readonly string[];
  /** When the wait is looked at that the cause speaks of, where no timer ended it. */
  readonly waitsUntilMs?: number;
  /** The sentence itself says what the timer waited for: nothing has to be added. */
  readonly saysWhatItWaitedFor?: boolean;
}

/**
 * One cause of how a ceremony went, with the signature it leaves in a trace.
 *
 * Rules stand in the tiers of the registry; within one tier a rule says itself which others it prevails over.
 */
export interface Rule<Id extends string = string> {
  readonly id: Id;
  /** Kinds of ceremonies it is tried for. */
  readonly kinds: readonly CeremonyKind[];
  /** One sentence for the table of causes in the documentation. */
  readonly text: string;
  /** What the ceremony came to where this can be the cause; a failure where absent. */
  readonly results?: readonly Result[];
  /** Ids of rules that may match as well and are then the weaker explanation; `all` for what ended every other one. */
  readonly over?: readonly string[] | "all";
  /**
   * Probes that distinguish the cause from others with the same signature. In a trace that lacks one, the signature
   * may be another cause's, and the ceremony is `undecided`.
   */
  readonly requiredProbes?: (ceremony: CeremonyTrace) => readonly Probe[];
  /** Returns what the rule says of the ceremony; `undefined` when the signature is not there. */
  readonly match: (ceremony: CeremonyTrace, facts: TraceFacts) => Match | undefined;
}

/** Every kind of ceremony with a passkey. */
export const PASSKEY: readonly CeremonyKind[] = ["registration", "login"];
export const REGISTRATION: readonly CeremonyKind[] = ["registration"];
export const LOGIN: readonly CeremonyKind[] = ["login"];

/** Results of a ceremony that a cause has to be found for. */
export const FAILED: readonly Result[] = ["failure", "unfinished"];
export const DENIED: readonly Result[] = ["success-reported-as-failure", "success-not-reported"];
export const TROUBLED: readonly Result[] = [...FAILED, ...DENIED];

/** Ids of the causes that can be said of almost any ceremony, the stronger before the weaker: each prevails over those behind it. */
export const UMBRELLAS: readonly string[] = [
  "site-call-refused",
  "page-gave-up",
  "client-refused",
  "client-timeout",
  "still-waiting",
];

/** Umbrellas that another one prevails over. */
export function weakerThan(id: string): readonly string[] {
  return UMBRELLAS.slice(UMBRELLAS.indexOf(id) + 1);
}

/** Ids of the causes that speak of an authenticator which found nothing, from which stronger ones say why. */
export const NOTHING_FOUND: readonly string[] = ["other-authenticator", "phone-index-lag", "no-credential"];

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
    results: TROUBLED,
    over: UMBRELLAS,
    ...rule,
    kinds: ["factor"],
    match: (ceremony, facts) =>
      ceremony.attempt === undefined ? undefined : match(ceremony.attempt, ceremony, facts),
  };
}
