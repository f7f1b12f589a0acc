import { describeRecord, toneOf } from "../../core/events/describe.js";
import { printable } from "../../core/printable.js";
import type { TraceRecord } from "../../core/trace.js";
import type { CeremonyDiagnosis } from "../explanation.js";
import { inOrder } from "../facts/order.js";
import { timersOf, type TimerUse } from "../facts/timers.js";
import {
  checkOutput,
  type ClockOptions,
  type ExplainedTrace,
  inActorOrder,
  isDeciding,
  isShownTimer,
  microsecondsAt,
  toldMembers,
} from "./explained-trace.js";
import { flowsOf } from "./flows.js";
import { type SpanNode, spanTreeOf } from "./span-tree.js";

const PID = 1;
/** Thread of what belongs to no actor: the verdict. */
const VERDICT_TID = 1;
/** A record that a flow passes through is a slice of this length, because flows bind to slices alone. */
const RECORD_US = 1;

type Json = Readonly<Record<string, unknown>>;

interface Sheet {
  readonly decided: (use: TimerUse) => boolean;
  readonly tidOf: (actor: string) => number;
  readonly us: (atMs: number) => number;
  readonly endMs: number;
}

/**
 * A trace as Chrome trace-event JSON, for ui.perfetto.dev, chrome://tracing and the Firefox Profiler.
 *
 * Each actor is a thread. Spans and timers are async slices, what happened are instants, and flows lead through each
 * exchange and each ceremony from actor to actor. The verdicts are the first thread, and in `otherData`.
 *
 * @param trace a run, or records with what `explain` says of them.
 * @param options `startEpochMs`: without it times count from the beginning of the trace.
 * @returns the text of a JSON file. Times in it are microseconds.
 * @throws {ArgumentError} for what is no explained trace.
 *
 * @example
 * writeFileSync("run.perfetto.json", toTraceEvents(run));
 */
export function toTraceEvents(trace: ExplainedTrace, options: ClockOptions = {}): string {
  checkOutput("toTraceEvents", trace, options);
  const records = inOrder(trace.records);
  const timers = timersOf(records).filter(isShownTimer);
  const spans = spanTreeOf(records);
  const actors = inActorOrder([
    ...records.filter(isShown).map(({ actor }) => actor),
    ...timers.map(({ owner }) => owner),
    ...spans.map(({ actor }) => actor),
  ]);
  const tids = new Map(actors.map((actor, index) => [actor, VERDICT_TID + 1 + index]));
  const sheet: Sheet = {
    decided: isDeciding(trace),
    tidOf: (actor) => tids.get(actor) ?? VERDICT_TID,
    us: (atMs) => microsecondsAt(atMs, options.startEpochMs),
    endMs: records.at(-1)?.atMs ?? 0,
  };
  const { flows, passed } = flowsOf(records);
  const events = [
    ...namesOf(actors),
    ...spans.flatMap((span) => spanEvents(span, sheet)),
    ...timers.flatMap((use, index) => timerEvents(use, index, sheet)),
    ...records.filter(isShown).map((record) => recordEvent(record, passed.has(record), sheet)),
    ...flows.flatMap((flow, index) => flowEvents(flow, index + 1, sheet)),
    ...trace.explanation.ceremonies.map((ceremony) => verdictEvent(ceremony, sheet)),
  ];
  const { explanation } = trace;
  const otherData = { verdict: printable(explanation.verdict), mechanism: explanation.mechanism };
  return `${JSON.stringify({ traceEvents: events, displayTimeUnit: "ms", otherData })}\n`;
}

function isShown(record: TraceRecord): boolean {
  return record.kind !== "timer.fired" && describeRecord(record) !== undefined;
}

function namesOf(actors: readonly string[]): readonly Json[] {
  const threads = ["verdict", ...actors].flatMap((name, index) => {
    const at = { ph: "M", ts: 0, pid: PID, tid: VERDICT_TID + index };
    return [
      { ...at, name: "thread_name", args: { name: printable(name) } },
      { ...at, name: "thread_sort_index", args: { sort_index: index } },
    ];
  });
  const process = { ph: "M", ts: 0, pid: PID, tid: VERDICT_TID };
  return [{ ...process, name: "process_name", args: { name: "passkey-harness" } }, ...threads];
}

function spanEvents(span: SpanNode, { tidOf, us }: Sheet): readonly Json[] {
  const own = {
    name: `${span.name} ${span.label}`,
    cat: "span",
    id: printable(span.id),
    pid: PID,
    tid: tidOf(span.actor),
  };
  const args = { ceremony: told(span.ceremony), status: span.status };
  return [
    { ...own, ph: "b", ts: us(span.fromMs), args },
    { ...own, ph: "e", ts: us(span.toMs) },
  ];
}

function timerEvents(
  use: TimerUse,
  index: number,
  { decided: isDecided, tidOf, us, endMs }: Sheet,
): readonly Json[] {
  const { timer, owner, budgetMs, armedAtMs, endedAtMs = Math.max(endMs, armedAtMs), end, ceremony } = use;
  const decided = isDecided(use);
  const own = {
    name: printable(timer),
    cat: "timer",
    id: `timer ${index + 1}`,
    pid: PID,
    tid: tidOf(owner),
  };
  const args = {
    budgetMs: Number.isFinite(budgetMs) ? budgetMs : "unlimited",
    end,
    decided,
    ceremony: told(ceremony),
  };
  // A timer whose end is known and not its beginning was armed before the trace began.
  const fromUs = us(Math.max(armedAtMs, 0));
  return [
    { ...own, ph: "b", ts: fromUs, args, ...(decided && { cname: "terrible" }) },
    { ...own, ph: "e", ts: Math.max(us(endedAtMs), fromUs) },
  ];
}

function recordEvent(record: TraceRecord, isPassed: boolean, { tidOf, us }: Sheet): Json {
  return {
    name: describeRecord(record),
    cat: `${record.kind},${toneOf(record)}`,
    ...(isPassed ? { ph: "X", dur: RECORD_US } : { ph: "i", s: "t" }),
    ts: us(record.atMs),
    pid: PID,
    tid: tidOf(record.actor),
    args: { ...Object.fromEntries(toldMembers(record)), ceremony: told(record.ceremony) },
  };
}

function flowEvents(flow: readonly TraceRecord[], id: number, { tidOf, us }: Sheet): readonly Json[] {
  return flow.map((record, index) => ({
    name: "flow",
    cat: "flow",
    id,
    ph: index === 0 ? "s" : index === flow.length - 1 ? "f" : "t",
    // Binds to the slice that is open at the moment instead of to the next one.
    bp: "e",
    ts: us(record.atMs),
    pid: PID,
    tid: tidOf(record.actor),
  }));
}

/** The moment of a verdict is that of the timer which decided, else that of the ending, else the end of the trace. */
function verdictEvent(diagnosis: CeremonyDiagnosis, { us, endMs }: Sheet): Json {
  const { mechanism, verdict, decidedBy, endedBy, marginMs, evidence, prevention, missingProbes } = diagnosis;
  return {
    name: `${diagnosis.kind} ${printable(diagnosis.ceremony)}: ${mechanism}`,
    cat: "verdict",
    ph: "i",
    s: "g",
    ts: us(decidedBy?.firedAtMs ?? endedBy?.atMs ?? endMs),
    pid: PID,
    tid: VERDICT_TID,
    args: {
      verdict: printable(verdict),
      timer: told(decidedBy?.timer),
      marginMs,
      evidence: evidence.map(printable),
      prevention: prevention.map(printable),
      missingProbes: missingProbes.map(printable),
    },
  };
}

function told(text: string | undefined): string | undefined {
  return text === undefined ? undefined : printable(text);
}
