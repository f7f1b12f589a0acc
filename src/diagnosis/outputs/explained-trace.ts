import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import { membersOf } from "../../core/events/table.js";
import { printable } from "../../core/printable.js";
import { type ObjectShape, shape } from "../../core/shape.js";
import type { TraceRecord } from "../../core/trace.js";
import type { Explanation } from "../explanation.js";
import type { TimerUse } from "../facts/timers.js";
import type { TraceSchemaVersion } from "../stored-trace.js";

/** A trace with what `explain` says of it; a run of `runScenario` or `runOfTrace` is one. */
export interface ExplainedTrace {
  readonly records: readonly TraceRecord[];
  readonly explanation: Explanation;
  /** Schema that the records were written in; what `run.started` says when absent. */
  readonly schema?: TraceSchemaVersion | undefined;
}

export interface ClockOptions {
  /** Moment of the epoch at which the trace began, in milliseconds. */
  readonly startEpochMs?: number;
}

/** Latest moment that is taken, in the year 2223: microseconds of the epoch stay exact numbers. */
const EPOCH_MS_MAX = 8_000_000_000_000;

/** A moment of the epoch, in whole milliseconds. */
export const EPOCH_SHAPE = shape.between({ min: 0, max: EPOCH_MS_MAX });

const CLOCK_OPTIONS = parameters<ClockOptions>({ startEpochMs: maybe(EPOCH_SHAPE) });

/** @throws {ArgumentError} for what is no explained trace, and for options that do not exist. */
export function checkOutput(
  where: string,
  trace: ExplainedTrace,
  options: object,
  optionsShape: ObjectShape = CLOCK_OPTIONS,
): void {
  checkArguments(where, {
    trace: [arg.with("a trace with its explanation", "records", "explanation"), trace],
    options: [optionsShape, options],
  });
}

/** Orders the actors from the user inwards, then out to the site and back by mail; other actors come last. */
const ORDER: readonly string[] = [
  "user",
  "page",
  "browser",
  "link",
  "port",
  "phone",
  "key",
  "gateway",
  "site",
  "mail",
];

/** Sorts names of actors for lanes and columns, each once. */
export function inActorOrder(actors: Iterable<string>): readonly string[] {
  const place = (actor: string) => (ORDER.includes(actor) ? ORDER.indexOf(actor) : ORDER.length);
  return [...new Set(actors)].sort((a, b) => place(a) - place(b));
}

/** Tells the one firing that decided a ceremony from every other. */
export function isDeciding({ explanation }: ExplainedTrace): (use: TimerUse) => boolean {
  const keyOf = (timer: string, owner: string, firedAtMs: number | undefined) =>
    JSON.stringify([timer, owner, firedAtMs]);
  const deciding = new Set(
    [explanation, ...explanation.ceremonies].flatMap(({ decidedBy }) =>
      decidedBy === undefined ? [] : [keyOf(decidedBy.timer, decidedBy.owner, decidedBy.firedAtMs)],
    ),
  );
  return ({ timer, owner, end, endedAtMs }) =>
    end === "fired" && deciding.has(keyOf(timer, owner, endedAtMs));
}

/** Pauses inside a frame exchange are the link's own affair, unless one of them ran out. */
export function isShownTimer({ timer, end }: TimerUse): boolean {
  return end === "fired" || !timer.startsWith("hid.");
}

export type MemberValue = string | number | boolean | readonly string[];

/**
 * Lists the members that a record's kind names, for attributes and arguments. Frames of the link are left out: their
 * bytes hold names and ids. Members that no kind names are left out too, because nothing says what they hold.
 */
export function toldMembers(record: TraceRecord): readonly (readonly [string, MemberValue])[] {
  if (record.kind === "link.hid") return [];
  const values: Readonly<Record<string, unknown>> = { ...record };
  return Object.keys(membersOf(record.kind)).flatMap((name) => {
    const value = toldValue(values[name]);
    return value === undefined ? [] : [[name, value] as const];
  });
}

function toldValue(value: unknown): MemberValue | undefined {
  if (typeof value === "string") return printable(value);
  // A duration without bound is null in what comes from JSON.
  if (value === Infinity || value === null) return "unlimited";
  if (typeof value === "boolean" || Number.isFinite(value)) return value as boolean | number;
  return Array.isArray(value) ? value.map((item) => printable(String(item))) : undefined;
}

/** Milliseconds of the trace in whole microseconds of the clock that the caller names. */
export function microsecondsAt(atMs: number, startEpochMs = 0): number {
  return Math.round((startEpochMs + atMs) * 1_000);
}
