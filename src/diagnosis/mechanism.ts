import type { DecidingTimer, MechanismId } from "./explanation.js";
import type { Ceremony, TimerUse, TraceFacts } from "./facts/trace-facts.js";

/** Kinds of probes, by the first part of their records' kind. */
export type Layer = "page" | "ctap" | "rp" | "timer" | "link" | "user" | "factor";

/** What a mechanism has to say once it applies. */
export interface Account {
  readonly decidedBy?: TimerUse | undefined;
  readonly marginMs?: number | undefined;
  readonly verdict: string;
  readonly evidence: readonly string[];
  readonly prevention: readonly string[];
}

/**
 * One way a ceremony can go, with the signature it leaves in a trace.
 *
 * `account` is `undefined` when the signature is not there. Mechanisms are tried in the order of their
 * table, so each may rely on those before it having been ruled out.
 */
export interface Mechanism {
  readonly id: MechanismId;
  /**
   * Layers that tell it from others with the same signature. In a trace that lacks one of them the signature
   * may be anybody's, and nothing is said.
   */
  readonly needs?: (ceremony: Ceremony) => readonly Layer[];
  readonly account: (ceremony: Ceremony, facts: TraceFacts) => Account | undefined;
}

/** `97.152 s` */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(3)} s`;
}

/** `page.guard (page, 60.000 s)` */
export function nameTimer({ timer, owner, budgetMs }: TimerUse): string {
  return `${timer} (${owner}, ${seconds(budgetMs)})`;
}

export function decidingTimer(use: TimerUse | undefined): DecidingTimer | undefined {
  if (use?.end !== "fired" || use.endedAtMs === undefined) return undefined;
  return { timer: use.timer, owner: use.owner, budgetMs: use.budgetMs, firedAtMs: use.endedAtMs };
}

/** Leaves out what a trace did not contain. */
export function evidenceOf(...lines: readonly (string | false | undefined)[]): readonly string[] {
  return lines.filter((line) => typeof line === "string");
}
