import { arg, checkArguments, maybe, parameters } from "../core/argument.js";
import { shape } from "../core/shape.js";
import { TRACE_SCHEMA } from "../core/events/run.js";
import type { TraceRecord } from "../core/trace.js";
import { mergeKnobs, type KnobOverrides } from "../sim/knobs/knobs.js";
import type { Ledger } from "../diagnosis/ledger.js";
import { simWorld } from "../sim/sim-world.js";
import type { World } from "../sim/world.js";
import { check } from "./check.js";
import { explain } from "../diagnosis/explain.js";
import type { Explanation } from "../diagnosis/explanation.js";
import type { TraceSchemaVersion } from "../diagnosis/stored-trace.js";
import type { AssertionFailure, PartialExpectation } from "./expectation.js";
import { play, RUN_LIMITS } from "./play.js";
import { SCENARIO, type UserScenario } from "./scenario.js";

export interface RunOptions {
  readonly seed: string;
  /** Knobs on top of the scenario's own; a run with changed knobs is not checked against the scenario's expectations. */
  readonly knobs?: KnobOverrides;
  /**
   * How much of a CTAPHID report the trace gets. `headers` by default: credential ids, names of users and
   * large-blob keys pass in the clear, and users send traces to others. Captures need `full`.
   */
  readonly frames?: "headers" | "full" | undefined;
  /** What the reproduction line calls the scenario: the file it is in. Its id when absent. */
  readonly calledAs?: string | undefined;
}

const RUN_OPTIONS = parameters<RunOptions>({
  seed: shape.text,
  knobs: maybe(arg.object),
  frames: maybe(shape.oneOf(["headers", "full"])),
  calledAs: maybe(shape.text),
});

export type RunVerdict = "as-expected" | "unexpected" | "no-expectation";

/** Everything one run came to. */
export interface Run {
  readonly scenario: UserScenario;
  readonly seed: string;
  /** Those the caller turned. */
  readonly knobs: KnobOverrides;
  /** Schema of the trace that the records are from. */
  readonly schema: TraceSchemaVersion;
  readonly records: readonly TraceRecord[];
  readonly ledger: Ledger;
  readonly explanation: Explanation;
  readonly findings: readonly AssertionFailure[];
  readonly verdict: RunVerdict;
  /** The command that gives this very run again. */
  readonly reproduction: string;
}

/**
 * Plays a scenario in a world of its own. The same scenario, seed and knobs give the same records, byte for byte.
 *
 * @param scenario of the catalogue or of your own.
 * @param options seed, and knobs on top of the scenario's.
 * @returns records, ledger, explanation, and whether all expectations were met.
 * @throws {KnobError} for knobs that do not exist or do not fit.
 *
 * @example
 * const run = await runScenario(scenarioNamed("late-delivery"), { seed: "1" });
 * console.log(run.explanation.verdict);
 */
export async function runScenario(scenario: UserScenario, options: RunOptions): Promise<Run> {
  checkArguments("runScenario", { scenario: [SCENARIO, scenario], options: [RUN_OPTIONS, options] });
  const { seed, knobs = {}, frames, calledAs } = options;
  const world = simWorld(seed, mergeKnobs(scenario.knobs, knobs), { frames });
  const { env } = world;
  await env.clock.run(playIn(world, scenario, seed), RUN_LIMITS);
  return judge(world, scenario, {
    seed,
    knobs,
    records: env.records,
    expectationsOf: () => scenario.expect,
    reproduction: reproductionOf(calledAs ?? scenario.id, { seed, knobs, frames }),
  });
}

/** Plays a scenario in a world, simulated or attached to a real site. */
export async function playIn(world: World, scenario: UserScenario, seed: string): Promise<void> {
  world.env.trace.emit({ kind: "run.started", scenario: scenario.id, seed, schema: TRACE_SCHEMA });
  await world.prepare();
  await play(world, scenario.script);
}

/** What a run that was played is judged with. */
export interface JudgeSetup extends Pick<Run, "seed" | "knobs" | "records" | "reproduction"> {
  /** The scenario's expectations, as far as they hold for the ledger of this run. */
  readonly expectationsOf: (ledger: Ledger) => PartialExpectation | undefined;
}

/**
 * Judges a run that was played, and records its end.
 *
 * A run with knobs of the caller's is not held to the scenario's expectations.
 */
export function judge(world: World, scenario: UserScenario, setup: JudgeSetup): Run {
  const { seed, knobs, records, reproduction } = setup;
  const ledger = world.ledger();
  const explanation = explain(records, { endedAtMs: world.env.clock.nowMs() });
  const expectation = Object.keys(knobs).length === 0 ? setup.expectationsOf(ledger) : undefined;
  const findings = expectation ? check(expectation, { records, ledger, explanation }) : [];
  const verdict = !expectation ? "no-expectation" : findings.length === 0 ? "as-expected" : "unexpected";
  world.env.trace.emit({ kind: "run.ended", outcome: verdict });
  return {
    scenario,
    seed,
    knobs,
    schema: TRACE_SCHEMA,
    records,
    ledger,
    explanation,
    findings,
    verdict,
    reproduction,
  };
}

/** The command that plays a scenario, by id or file, with these settings. */
export function reproductionOf(name: string, { seed, knobs = {}, frames }: RunOptions): string {
  const captured = frames === "full" ? ["--frames full"] : [];
  return [
    "passkey-harness run",
    quoted(name),
    `--seed ${quoted(seed)}`,
    ...knobArguments(knobs),
    ...captured,
  ].join(" ");
}

/** For a shell: seeds and names of files come from anywhere. */
export function quoted(text: string): string {
  return /^[\w.:/=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Returns `--set` arguments that set these knobs. */
export function knobArguments(knobs: KnobOverrides): readonly string[] {
  return Object.entries(knobs).map(([name, value]) => `--set ${quoted(`${name}=${value ?? "never"}`)}`);
}
