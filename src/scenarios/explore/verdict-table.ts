import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import type { CeremonyDiagnosis } from "../../diagnosis/explanation.js";
import type { RootCauseId } from "../../diagnosis/rules/registry.js";
import type { Layer } from "../../diagnosis/rule.js";
import {
  addProbes,
  type MissingProbeVerdict,
  judgeWithoutProbes,
  type ProbeRate,
} from "../../diagnosis/without-probe.js";
import { CATALOGUE } from "../catalogue.js";
import { checkVerdict } from "../check.js";
import type { AssertionFailure } from "../expectation.js";
import { type Run, runScenario } from "../run.js";
import { SCENARIO, type Scenario } from "../scenario.js";
import { DRAW_OPTIONS, sampleScenario, type SampleOptions } from "./sample-scenario.js";
import { scenarioHolds } from "./scenario-holds.js";

export interface VerdictOptions {
  /** Number of samples of each scenario. */
  readonly draws: number;
  readonly seed: string;
  /** The whole catalogue when absent. */
  readonly scenarios?: readonly Scenario[];
  /** Called before each scenario with how many are done. */
  readonly onProgress?: (done: number, next: Scenario) => void;
}

const OPTIONS = parameters<VerdictOptions>({
  draws: arg.count,
  seed: shape.text,
  scenarios: maybe(shape.list(arg.object)),
  onProgress: maybe(arg.callable),
});

/** How often ceremonies with one cause were said to have another, or the same. */
export interface VerdictCell {
  readonly truth: RootCauseId | "none";
  readonly said: RootCauseId | "none";
  readonly ceremonies: number;
}

/** One sample that was judged wrongly, or that was not the scenario any more. */
export interface WrongSample {
  readonly scenario: string;
  readonly draw: number;
  readonly findings: readonly AssertionFailure[];
  /** Command that reports this run. */
  readonly reproduction: string;
}

export interface PresetRate {
  readonly scenario: string;
  readonly draws: number;
  readonly right: number;
}

/** Counts how many verdicts on sampled scenarios are right. Plain JSON. */
export interface VerdictTable {
  readonly seed: string;
  /** Runs of each scenario. */
  readonly draws: number;
  readonly runs: number;
  /** Runs in which every ceremony's mechanism and the deciding timer were the scenario's. */
  readonly right: number;
  readonly cells: readonly VerdictCell[];
  readonly presets: readonly PresetRate[];
  readonly wrong: readonly WrongSample[];
  /** Samples that left their scenario: the true cause is not known, and the sampled range is too wide. */
  readonly astray: readonly WrongSample[];
  /** The same traces with one probe taken out of each, where the whole trace was judged rightly. */
  readonly probes: readonly ProbeRate[];
  /** Verdicts that were given without the probe that would have shown another cause. */
  readonly guessed: readonly (MissingProbeVerdict & Omit<WrongSample, "findings">)[];
}

/**
 * Samples every scenario's parameters and compares the verdict with the cause that the scenario injected.
 *
 * The true cause is the one that the scenario declares beside its knobs; records and ledger alone decide whether
 * the cause still holds in a sample ({@link scenarioHolds}). The same options give the same table.
 */
export async function verdictTable(options: VerdictOptions): Promise<VerdictTable> {
  checkArguments("verdictTable", { options: [OPTIONS, options] });
  const { draws, seed, scenarios = CATALOGUE, onProgress } = options;
  const cells = new Map<string, VerdictCell>();
  const presets: PresetRate[] = [];
  const wrong: WrongSample[] = [];
  const astray: WrongSample[] = [];
  const probes = new Map<Layer, ProbeRate>();
  const guessed: VerdictTable["guessed"][number][] = [];
  for (const scenario of scenarios) {
    onProgress?.(presets.length, scenario);
    let right = 0;
    for (let draw = 1; draw <= draws; draw += 1) {
      const run = await runSample(scenario, { seed, draw });
      const found = { scenario: scenario.id, draw, reproduction: run.reproduction };
      const lost = scenarioHolds(scenario.expect, run);
      if (lost.length > 0) {
        astray.push({ ...found, findings: lost });
        continue;
      }
      countCeremonies(cells, scenario.expect.mechanisms, run.explanation.ceremonies);
      const findings = checkVerdict(scenario.expect, run);
      if (findings.length > 0) {
        wrong.push({ ...found, findings });
        continue;
      }
      right += 1;
      const withoutProbe = judgeWithoutProbes(run);
      addProbes(
        probes,
        [...withoutProbe.rates].map(([layer, rate]) => ({ layer, ...rate })),
      );
      guessed.push(...withoutProbe.wrong.map((verdict) => ({ ...found, ...verdict })));
    }
    presets.push({ scenario: scenario.id, draws, right });
  }
  return {
    seed,
    draws,
    runs: scenarios.length * draws,
    right: presets.reduce((sum, preset) => sum + preset.right, 0),
    cells: [...cells.values()],
    presets,
    wrong,
    astray,
    probes: [...probes.values()],
    guessed,
  };
}

/** Runs one sample of a scenario. */
export async function runSample(scenario: Scenario, options: SampleOptions): Promise<Run> {
  checkArguments("runSample", { scenario: [SCENARIO, scenario], options: [DRAW_OPTIONS, options] });
  const { seed, draw } = options;
  const drawn = sampleScenario(scenario, { seed, draw });
  const run = await runScenario(drawn.scenario, { seed: drawn.seed });
  return { ...run, reproduction: reproduce(scenario.id, { seed, draw }) };
}

function countCeremonies(
  cells: Map<string, VerdictCell>,
  truths: readonly RootCauseId[],
  said: readonly CeremonyDiagnosis[],
): void {
  for (let at = 0; at < Math.max(truths.length, said.length); at += 1) {
    const cell = { truth: truths[at] ?? "none", said: said[at]?.mechanism ?? "none" } as const;
    const key = `${cell.truth}/${cell.said}`;
    cells.set(key, { ...cell, ceremonies: (cells.get(key)?.ceremonies ?? 0) + 1 });
  }
}

function reproduce(id: string, { seed, draw }: { readonly seed: string; readonly draw: number }): string {
  return `passkey-harness confusion ${id} --seed ${quoted(seed)} --draw ${draw}`;
}

/** For a shell: seeds come from anywhere. */
function quoted(text: string): string {
  return /^[\w.:/-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Merges tables of different scenarios with the same seed and number of samples, in the order given. */
export function joinVerdictTables(tables: readonly VerdictTable[]): VerdictTable {
  const cells = new Map<string, VerdictCell>();
  const probes = new Map<Layer, ProbeRate>();
  for (const table of tables) {
    for (const cell of table.cells) {
      const key = `${cell.truth}/${cell.said}`;
      cells.set(key, { ...cell, ceremonies: (cells.get(key)?.ceremonies ?? 0) + cell.ceremonies });
    }
    addProbes(probes, table.probes);
  }
  const sum = (of: (table: VerdictTable) => number) => tables.reduce((all, table) => all + of(table), 0);
  return {
    seed: tables[0]?.seed ?? "",
    draws: tables[0]?.draws ?? 0,
    runs: sum(({ runs }) => runs),
    right: sum(({ right }) => right),
    cells: [...cells.values()],
    presets: tables.flatMap(({ presets }) => presets),
    wrong: tables.flatMap(({ wrong }) => wrong),
    astray: tables.flatMap(({ astray }) => astray),
    probes: [...probes.values()],
    guessed: tables.flatMap(({ guessed }) => guessed),
  };
}
