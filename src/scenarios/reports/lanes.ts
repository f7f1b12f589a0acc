import type { TraceRecord } from "../../core/trace.js";
import { describeRecord, toneOf } from "../../core/events/describe.js";
import type { Tone } from "../../core/events/event.js";
import type { DecidingTimer } from "../../diagnosis/explanation.js";
import type { CeremonyTrace } from "../../diagnosis/facts/ceremony.js";
import { gatherFacts } from "../../diagnosis/gather-facts.js";
import { inActorOrder, isShownTimer } from "../../diagnosis/outputs/explained-trace.js";
import type { TimerUse } from "../../diagnosis/facts/timers.js";
import type { ReportedRun } from "./run-of-trace.js";

/** One record that has words, with its number among those that have. */
export interface Happening {
  /** Counted from 1; the anchor of its row. */
  readonly number: number;
  readonly record: TraceRecord;
  readonly text: string;
  readonly tone: Tone;
}

/** What one party did in one moment. */
export interface Mark {
  readonly atMs: number;
  readonly happenings: readonly Happening[];
  /** The strongest of what happened. */
  readonly tone: Tone;
}

export interface Bar extends TimerUse {
  readonly deciding: boolean;
}

export interface Lane {
  readonly actor: string;
  readonly marks: readonly Mark[];
  /** Bars that do not overlap share a row; a row holds one timer only. */
  readonly rows: readonly (readonly Bar[])[];
}

/** A ceremony as one bar over the lanes. */
export interface Span {
  readonly ceremony: CeremonyTrace;
  readonly fromMs: number;
  readonly toMs: number;
}

/** A run sorted for drawing. */
export interface Drawing {
  readonly happenings: readonly Happening[];
  readonly spans: readonly Span[];
  readonly lanes: readonly Lane[];
  readonly timers: readonly Bar[];
  readonly deciding: readonly DecidingTimer[];
}

/** Sorts a run into lanes. Pure. */
export function drawingOf(run: ReportedRun): Drawing {
  const facts = gatherFacts(run.records, run);
  const deciding = decidingTimers(run);
  const decided = new Set(deciding.map((one) => firingKey(one, one.firedAtMs)));
  const timers = facts.timers
    .filter(isShownTimer)
    .map((use) => ({ ...use, deciding: use.end === "fired" && decided.has(firingKey(use, use.endedAtMs)) }));
  const happenings = run.records
    .flatMap((record) => {
      const text = describeRecord(record);
      return text === undefined ? [] : [{ record, text, tone: toneOf(record) }];
    })
    .map((happening, index) => ({ ...happening, number: index + 1 }));
  const actors = inActorOrder([
    ...happenings.map(({ record }) => record.actor),
    ...timers.map(({ owner }) => owner),
  ]);
  return {
    happenings,
    timers,
    deciding,
    spans: facts.ceremonies.filter(({ kind }) => kind !== "factor").map(spanOf),
    lanes: actors.map((actor) => ({
      actor,
      marks: marksOf(happenings.filter(({ record }) => record.actor === actor)),
      rows: rowsOf(timers.filter(({ owner }) => owner === actor)),
    })),
  };
}

function decidingTimers({ explanation }: ReportedRun): readonly DecidingTimer[] {
  const firings = new Map<string, DecidingTimer>();
  for (const { decidedBy } of [explanation, ...explanation.ceremonies]) {
    if (decidedBy === undefined) continue;
    const key = firingKey(decidedBy, decidedBy.firedAtMs);
    if (!firings.has(key)) firings.set(key, decidedBy);
  }
  return [...firings.values()];
}

/** Tells one firing of a timer from every other. */
function firingKey(
  { timer, owner }: Pick<TimerUse, "timer" | "owner">,
  firedAtMs: number | undefined,
): string {
  return JSON.stringify([timer, owner, firedAtMs]);
}

const STRENGTH: readonly Tone[] = ["wire", "user", "good", "fault", "bad"];

function marksOf(happenings: readonly Happening[]): readonly Mark[] {
  const moments = new Map<number, Happening[]>();
  for (const happening of happenings) {
    const { atMs } = happening.record;
    const now = moments.get(atMs);
    if (now === undefined) moments.set(atMs, [happening]);
    else now.push(happening);
  }
  return Array.from(moments, ([atMs, now]) => {
    const tone = now
      .map((one) => one.tone)
      .reduce((a, b) => (STRENGTH.indexOf(b) > STRENGTH.indexOf(a) ? b : a));
    return { atMs, happenings: now, tone };
  });
}

/** Bars come in the order in which they were armed, so that the latest end in a row says whether one more fits behind. */
function rowsOf(timers: readonly Bar[]): readonly (readonly Bar[])[] {
  const rows: { readonly timer: string; readonly bars: Bar[]; endMs: number }[] = [];
  for (const bar of timers) {
    const { timer, armedAtMs, endedAtMs = Infinity } = bar;
    const row = rows.find((one) => one.timer === timer && one.endMs <= armedAtMs);
    if (row === undefined) rows.push({ timer, bars: [bar], endMs: endedAtMs });
    else {
      row.bars.push(bar);
      row.endMs = Math.max(row.endMs, endedAtMs);
    }
  }
  return rows.map(({ bars }) => bars);
}

function spanOf(ceremony: CeremonyTrace): Span {
  const { beganAtMs, called, settled, gaveUp, options, exchanges, finishes, keysCreated } = ceremony;
  const moments = [
    beganAtMs,
    called?.atMs,
    settled?.atMs,
    gaveUp?.atMs,
    options?.answeredAtMs,
    ...exchanges.map(({ answeredAtMs }) => answeredAtMs),
    ...keysCreated.map(({ atMs }) => atMs),
    ...finishes.map(({ answeredAtMs }) => answeredAtMs),
  ].filter((ms) => ms !== undefined);
  return { ceremony, fromMs: Math.min(...moments), toMs: Math.max(...moments) };
}
