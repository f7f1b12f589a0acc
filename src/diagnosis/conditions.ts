import { seconds } from "./evidence.js";
import type { CeremonyTrace } from "./facts/ceremony.js";
import { rowOf } from "./facts/site-facts.js";
import type { TraceFacts } from "./facts/trace-facts.js";
import { WAITS, waitsOf, type Wait, type WaitId } from "./facts/waits.js";

/** What an ending can have waited for. */
export type ConditionId = WaitId;

/** A timer that ended a ceremony, or the end of the trace where none did. */
export interface Stretch {
  readonly firedAtMs: number;
  readonly budgetMs: number;
}

interface Condition {
  readonly id: ConditionId;
  readonly text: string;
}

/** The part of a timer's budget from which on a wait that was over by then is named as well. */
const LARGE_SHARE = 0.25;

/**
 * Says what a timer waited for while it ran: the wait that was open when it fired, and every one before that took a
 * quarter of the timer's budget or more.
 *
 * @returns at most one condition of each kind; empty where no record shows a wait.
 */
export function conditionsOf(
  ceremony: CeremonyTrace,
  facts: TraceFacts,
  stretch: Stretch | undefined,
): readonly Condition[] {
  if (stretch === undefined) return [];
  const { firedAtMs, budgetMs } = stretch;
  const armedAtMs = firedAtMs - budgetMs;
  const begun = waitsOf(ceremony, rowOf(ceremony, facts)).filter(({ fromMs }) => fromMs < firedAtMs);
  const open = begun.filter(({ untilMs }) => untilMs === undefined || untilMs >= firedAtMs);
  const innermost = open.at(-1);
  const isLarge = ({ fromMs, untilMs = Infinity }: Wait) =>
    Math.min(untilMs, firedAtMs) - Math.max(fromMs, armedAtMs) >= budgetMs * LARGE_SHARE;
  const named = new Map<ConditionId, Wait>();
  for (const wait of begun) {
    if (wait === innermost || (isLarge(wait) && !(open.includes(wait) && holds(wait, innermost))))
      named.set(wait.id, wait);
  }
  return [...named.values()].map((wait) => ({ id: wait.id, text: sentenceOf(wait) }));
}

/** Whether a wait is open only because one inside it is. */
function holds(outer: Wait, inner: Wait | undefined): boolean {
  return inner !== undefined && inner !== outer && inner.fromMs >= outer.fromMs;
}

function sentenceOf({ id, fromMs, untilMs }: Wait): string {
  const end = untilMs === undefined ? "; it had not come by then" : ` until ${seconds(untilMs)}`;
  return `It waited ${WAITS[id]} from ${seconds(fromMs)} on${end}.`;
}
