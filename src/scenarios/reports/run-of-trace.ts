import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import { TRACE_SCHEMA } from "../../core/events/run.js";
import type { TraceRecord } from "../../core/trace.js";
import type { KnownOffsets } from "../../diagnosis/clock-offset.js";
import { explain } from "../../diagnosis/explain.js";
import { foldLedger } from "../../diagnosis/facts/fold-ledger.js";
import type { StoredTrace } from "../../diagnosis/stored-trace.js";
import { findScenario } from "../catalogue.js";
import { check } from "../check.js";
import { expectationOnSite } from "../run-on-site.js";
import { reproductionOf, type Run } from "../run.js";
import type { Scenario } from "../scenario.js";

/** What reports need of a run: one that was just played, or one read from a trace whose scenario may be unknown. */
export interface ReportedRun extends Omit<Run, "scenario"> {
  readonly scenario: Pick<Scenario, "id" | "title" | "story" | "sources" | "knobs"> & {
    /** Absent for a trace of no scenario in the catalogue. */
    readonly group?: Scenario["group"];
  };
  /** The former id by which a stored trace names its scenario; absent when it names the present one. */
  readonly alias?: string;
  /** What else is known of the run, such as the model of a real device; JUnit lists it as properties. */
  readonly properties?: Readonly<Record<string, string>>;
  /** What kept the run from beginning, such as a device that is not there: an error for JUnit, and no failure. */
  readonly error?: { readonly code: string; readonly message: string };
}

export interface RunOfTraceOptions {
  /** Command that reports the trace again, for a trace that no scenario makes. */
  readonly reproduction?: string;
  /** How far the clocks of actors are off, where it is known, in milliseconds. */
  readonly offsets?: KnownOffsets;
}

const OPTIONS = parameters<RunOfTraceOptions>({
  reproduction: maybe(shape.text),
  offsets: maybe(arg.object),
});

/**
 * Turns a stored trace into a run for reports, with a new explanation and the ledger that the records show.
 *
 * A whole trace of a catalogue scenario without changed knobs is checked against the scenario's expectations again;
 * parts of traces, turned knobs and recordings of real devices are held to nothing.
 *
 * @param trace what `parseTrace` returned, or the records of a run that was just recorded.
 */
export function runOfTrace(
  trace: StoredTrace | readonly TraceRecord[],
  options: RunOfTraceOptions = {},
): ReportedRun {
  checkArguments("runOfTrace", { trace: [arg.object, trace], options: [OPTIONS, options] });
  const { reproduction = "passkey-harness replay TRACE", offsets } = options;
  const { schema, records }: StoredTrace =
    "records" in trace ? trace : { schema: TRACE_SCHEMA, records: trace };
  const started = records.find((record) => record.kind === "run.started");
  const ended = records.find((record) => record.kind === "run.ended");
  const found = findScenario(started?.scenario ?? "");
  const story = found?.scenario;
  const explanation = explain(records, { schema, offsets });
  const ledger = foldLedger(records);
  const whole = records[0] === started && records.at(-1) === ended;
  const held = whole && ended !== undefined && ended.outcome !== "no-expectation";
  const real = records.some(({ kind }) => kind === "rp.attached");
  const expectation = real && story ? expectationOnSite(story.expect, ledger) : story?.expect;
  const findings = held && expectation ? check(expectation, { records, ledger, explanation }) : [];
  const verdict = !held || !story ? "no-expectation" : findings.length === 0 ? "as-expected" : "unexpected";
  const seed = started?.seed ?? "";
  return {
    scenario: story ?? recording(started?.scenario),
    ...(found?.alias !== undefined && { alias: found.alias }),
    seed,
    knobs: {},
    schema,
    records,
    ledger,
    explanation,
    findings,
    verdict,
    reproduction: held && story && seed !== "" ? reproductionOf(story.id, { seed }) : reproduction,
  };
}

function recording(id = "recording"): ReportedRun["scenario"] {
  return {
    id,
    title: "A recorded trace",
    story: "Read from a file; no scenario of the catalogue goes with it, so it is held to no promise.",
    sources: [],
    knobs: {},
  };
}
