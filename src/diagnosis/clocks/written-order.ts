import type { TraceRecord } from "../../core/trace.js";
import { inOrder } from "../facts/order.js";
import { causalPairs } from "./causal-pairs.js";
import { inCausalOrder } from "./causal-order.js";

/** Kinds that begin something, in the order in which one actor writes them in one moment; all others come after. */
const FIRST: readonly string[] = [
  "run.started",
  "span.started",
  "rp.request",
  "page.called",
  "ctap.request",
  "timer.armed",
  "user.prompted",
  "user.answered",
  "timer.fired",
  "timer.disarmed",
];
/** Kinds that end something, in that order; all others come before. */
const LAST: readonly string[] = [
  "ctap.response",
  "rp.response",
  "page.settled",
  "user.saw",
  "span.ended",
  "run.ended",
];

/** Steps of {@link stepOf}. */
const STEPS = 3;

/**
 * Puts records whose order was lost into the order in which they were written, as far as it follows from what they
 * say: by time, and in one moment what was begun before what was ended.
 *
 * @returns the same array where the records are in order of time. Logs that follow one another keep the order of
 *   each; lines of one log that are mixed do not.
 */
export function inWrittenOrder(records: readonly TraceRecord[]): readonly TraceRecord[] {
  const sorted = inOrder(records);
  if (sorted === records) return records;
  const likely = isMixed(records) ? [...sorted].sort(byKind) : sorted;
  return inCausalOrder(likely, causalPairs(likely));
}

/** Says whether the log of one actor is out of order in itself. */
function isMixed(records: readonly TraceRecord[]): boolean {
  const last = new Map<string, number>();
  return records.some(({ actor, atMs }) => {
    const isBack = atMs < (last.get(actor) ?? -Infinity);
    last.set(actor, atMs);
    return isBack;
  });
}

function byKind(a: TraceRecord, b: TraceRecord): number {
  return a.atMs - b.atMs || rankOf(a) - rankOf(b) || numberIn(a.span) - numberIn(b.span);
}

function rankOf(record: TraceRecord): number {
  const first = FIRST.indexOf(record.kind);
  if (first >= 0) return first;
  const last = LAST.indexOf(record.kind);
  if (last >= 0) return FIRST.length + STEPS + last;
  return FIRST.length + stepOf(record);
}

/** A message arrives after it was sent, and is read after it arrived; a row is visible after it was written. */
function stepOf(record: TraceRecord): number {
  if (record.kind === "rp.row") return record.change === "visible" ? 1 : 0;
  if (record.kind !== "factor.code") return 0;
  if (record.change === "issued" || record.change === "sent-again") return 0;
  return record.change === "arrived" || record.change === "filtered" ? 1 : 2;
}

/** Spans are numbered in the order in which they were opened. */
function numberIn(span: string): number {
  return Number(/(?<!\d)\d+$/.exec(span)?.[0] ?? 0);
}
