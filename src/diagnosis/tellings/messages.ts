import type { ConditionId } from "../conditions.js";
import type { ConsequenceId } from "../consequences.js";
import type { CeremonyKind } from "../facts/ceremony.js";
import type { RootCauseId } from "../rules/registry.js";
import type { DeniedResult, FailedState, GoodResult, StateId } from "./state.js";

/**
 * Names the values that a message may have in braces:
 * - `{state}`: what a ceremony that did not succeed left, a clause of {@link CustomerMessages.states}; customers only.
 * - `{span}`: budget of the deciding timer.
 * - `{late}`: by how much the deadline was missed.
 * - `{device}`: the device whose timer decided.
 */
export const PLACEHOLDERS = ["state", "span", "late", "device"] as const;
export type Placeholder = (typeof PLACEHOLDERS)[number];

/** Exactly two sentences: what happened with what exists now, and what to do next. */
export type Sentences = readonly [now: string, next: string];

/** One part of the messages by cause; the parts of a language have to hold every cause between them. */
export type CausePart<T> = Partial<Readonly<Record<RootCauseId, T>>>;

/** Words for the values of placeholders; `{count}` is a whole number of 2 or more. */
export interface ValueWords {
  readonly moment: string;
  readonly seconds: string;
  readonly minutes: string;
  readonly hours: string;
  /** Where no record says how long or how late it was. */
  readonly unknownSpan: string;
  readonly unknownLate: string;
  readonly devices: Readonly<Record<"key" | "phone" | "computer" | "other", string>>;
}

/** Every message for a customer, in one language. */
export interface CustomerMessages {
  readonly titles: Readonly<Record<CeremonyKind, string>>;
  readonly values: ValueWords;
  /** What is there after a ceremony that did not succeed: the clause for `{state}`, and what to do where it matters more than the cause. */
  readonly states: Readonly<Record<FailedState, { readonly clause: string; readonly next?: string }>>;
  readonly results: Readonly<Record<CeremonyKind, Readonly<Record<GoodResult, Sentences>>>>;
  /** What takes the place of the cause's sentences; empty where the state says it all. */
  readonly consequences: Readonly<Record<ConsequenceId, { readonly now?: string; readonly next?: string }>>;
  /** Never say whether a passkey or a login is there: that is for `{state}`. */
  readonly causes: Readonly<Record<RootCauseId, Sentences>>;
}

/** Where the fault lies, as a support desk tells parties apart. */
export type Party =
  | "page"
  | "site"
  | "browser"
  | "extension"
  | "computer"
  | "authenticator"
  | "phone"
  | "network"
  | "relay"
  | "delivery"
  | "user"
  | "nobody"
  | "unknown";

/** What a support desk has to know of one cause. */
export interface SupportMessage {
  readonly atFault: Party;
  /** Questions to the customer, the most telling one first. */
  readonly ask: readonly string[];
  /** What to say to the customer, who is addressed as "you". */
  readonly say: string;
}

/** Every message for a support desk, in one language. */
export interface SupportMessages {
  readonly titles: Readonly<Record<CeremonyKind, string>>;
  readonly values: ValueWords;
  readonly labels: Readonly<
    Record<"atFault" | "state" | "waitedFor" | "consequence" | "ask" | "say", string>
  >;
  readonly parties: Readonly<Record<Party, string>>;
  readonly states: Readonly<Record<StateId, string>>;
  /** What the page kept from the customer; `say` takes the place of what the cause says, which speaks of a failure. */
  readonly denied: Readonly<
    Record<DeniedResult, { readonly text: string; readonly say: Readonly<Record<CeremonyKind, string>> }>
  >;
  readonly conditions: Readonly<Record<ConditionId, string>>;
  /** What comes on top of the state; empty where the state says it all. */
  readonly consequences: Readonly<Record<ConsequenceId, { readonly text?: string; readonly ask?: string }>>;
  readonly causes: Readonly<Record<RootCauseId, SupportMessage>>;
}
