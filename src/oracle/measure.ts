import { minimalCase, truthOf, type OracleCase } from "./case.js";
import { latticeOf, type Lattice, type LatticeDeps } from "./counterfactuals.js";
import { drawPlan, sampleOf, type SampleName } from "./draw-plan.js";
import { judgeCeremony, WELL, type Judgement } from "./judge.js";
import type { KnobInfo } from "./knob-info.js";
import { isPlainlyWell } from "./outcome.js";
import { fullMask, nameOfDeviation, type Plan } from "./plan.js";
import { PlanRefusedError, type Runner, type RunChanges } from "./runner.js";
import { countUnder, emptyTable, mergeTables, type OracleTable } from "./table.js";

/** How often a draw is drawn again before it is given up. */
const AGAIN_MAX = 50;

export interface MeasureOptions {
  readonly seed: string;
  /** Numbers of the draws, from 0. */
  readonly draws: Iterable<number>;
  /** One way of drawing for all draws; every way in turn when absent. */
  readonly sample?: SampleName | undefined;
  readonly knobs: readonly KnobInfo[];
  readonly onCase?: ((found: OracleCase) => void) | undefined;
  readonly onDraw?: ((done: number) => void) | undefined;
}

/** Draws plans, judges every verdict on them by counterfactual runs, and counts. */
export async function measure(deps: LatticeDeps, options: MeasureOptions): Promise<OracleTable> {
  const counter = countingRunner(deps.runner);
  const counting = { ...deps, runner: counter.runner };
  const bases = new Map<string, boolean>();
  const tables: OracleTable[] = [];
  for (const draw of options.draws) {
    const sample = options.sample ?? sampleOf(draw);
    const drawn = await drawSound(counting, { ...options, draw, sample, bases });
    let one: OracleTable = { ...emptyTable(options.seed), draws: 1, redrawn: drawn.redrawn };
    if (drawn.lattice !== undefined)
      one = await judgeDraw(one, { lattice: drawn.lattice, sample, draw, options });
    tables.push(one);
    options.onDraw?.(tables.length);
  }
  return { ...mergeAll(tables, options.seed), runs: counter.count() };
}

/** Merges neighbours until one is left: a long table is not copied for every draw. */
function mergeAll(tables: readonly OracleTable[], seed: string): OracleTable {
  if (tables.length <= 1) return tables[0] ?? emptyTable(seed);
  const half = Math.ceil(tables.length / 2);
  return mergeTables(mergeAll(tables.slice(0, half), seed), mergeAll(tables.slice(half), seed));
}

function countingRunner(runner: Runner): { readonly runner: Runner; readonly count: () => number } {
  let count = 0;
  return {
    runner: {
      run: (planned, changes?: RunChanges) => {
        count += 1;
        return runner.run(planned, changes);
      },
    },
    count: () => count,
  };
}

interface DrawSetup extends MeasureOptions {
  readonly draw: number;
  readonly sample: SampleName;
  /** Whether each base is plainly well, as far as it was asked. */
  readonly bases: Map<string, boolean>;
}

interface Drawn {
  readonly lattice: Lattice | undefined;
  readonly redrawn: Record<string, number>;
}

/** Draws until the base is plainly well without its deviations and every value is accepted. */
async function drawSound(deps: LatticeDeps, { bases, ...setup }: DrawSetup): Promise<Drawn> {
  const redrawn: Record<string, number> = {};
  const refused = (reason: string) => {
    redrawn[reason] = (redrawn[reason] ?? 0) + 1;
  };
  for (let again = 0; again < AGAIN_MAX; again += 1) {
    const plan = drawPlan({ ...setup, again });
    if (plan.deviations.length === 0) {
      refused("no deviation");
      continue;
    }
    try {
      if (!(await isBaseWell(plan, deps, bases))) {
        refused("base not well");
        continue;
      }
      const lattice = await latticeOf(plan, deps);
      // A refusal in one of the counterfactual runs refuses the plan.
      if (!isAllWellSaid(lattice)) await playAll(lattice);
      return { lattice, redrawn };
    } catch (error) {
      if (!(error instanceof PlanRefusedError)) throw error;
      refused(error.code);
    }
  }
  return { lattice: undefined, redrawn };
}

async function isBaseWell(plan: Plan, deps: LatticeDeps, bases: Map<string, boolean>): Promise<boolean> {
  const bare = { ...plan, deviations: [] };
  const key = JSON.stringify(plan.base);
  const known = bases.get(key);
  if (known !== undefined) return known;
  const { full } = await latticeOf(bare, deps);
  const isWell = full.ceremonies.length > 0 && full.ceremonies.every(({ outcome }) => isPlainlyWell(outcome));
  bases.set(key, isWell);
  return isWell;
}

function isAllWellSaid({ full }: Lattice): boolean {
  return full.ceremonies.every(({ outcome, said }) => isPlainlyWell(outcome) && said?.cause === "success");
}

async function playAll(lattice: Lattice): Promise<void> {
  for (let mask = 0; mask <= fullMask(lattice.plan); mask += 1) await lattice.at(mask);
}

interface JudgeSetup {
  readonly lattice: Lattice;
  readonly sample: SampleName;
  readonly draw: number;
  readonly options: MeasureOptions;
}

async function judgeDraw(
  empty: OracleTable,
  { lattice, sample, draw, options }: JudgeSetup,
): Promise<OracleTable> {
  let table = empty;
  for (const ceremony of lattice.full.ceremonies) {
    const judgement = await judgeCeremony(lattice, ceremony);
    if (judgement === WELL) {
      table = { ...table, well: table.well + 1 };
      continue;
    }
    const said = ceremony.said?.cause ?? "not told";
    table = countJudgement(table, judgement, { said, sample, plan: lattice.plan });
    if (judgement.timerEffect !== undefined && ceremony.said?.timer !== undefined) {
      const { timers } = table;
      const { timer } = ceremony.said;
      const before = timers[timer] ?? {};
      const effect = { ...before, [judgement.timerEffect]: (before[judgement.timerEffect] ?? 0) + 1 };
      table = { ...table, timers: { ...timers, [timer]: effect } };
    }
    if (judgement.class === "right") continue;
    const found = await minimalCase(lattice, ceremony, judgement);
    const cluster = {
      said,
      class: judgement.class,
      why: judgement.why,
      truth: truthOf(found),
      count: 1,
      example: `${sample}/${draw}`,
    };
    table = mergeTables(table, { ...emptyTable(options.seed), clusters: [cluster] });
    options.onCase?.({ ...found, sample, draw, seed: options.seed });
  }
  return table;
}

function countJudgement(
  table: OracleTable,
  { class: is, sufficient }: Judgement,
  { said, sample, plan }: { said: string; sample: SampleName; plan: Plan },
): OracleTable {
  const single =
    plan.deviations.length === 1 ? 1 : sufficient?.same.length === 1 ? sufficient.same[0] : undefined;
  const bits = plan.deviations.filter((_, at) => ((single ?? 0) & (1 << at)) !== 0);
  const fault = bits.length === 1 && bits[0] !== undefined ? nameOfDeviation(bits[0]) : "several or none";
  return {
    ...table,
    total: countUnder({ total: table.total }, "total", is)["total"] ?? table.total,
    bySample: countUnder(table.bySample, sample, is),
    byCause: countUnder(table.byCause, said, is),
    byFault: countUnder(table.byFault, fault, is),
    byRoad: countUnder(table.byRoad, plan.base.id.split("+")[0] ?? "", is),
  };
}
