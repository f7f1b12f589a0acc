import { describeCase, minimalCase, truthOf, type OracleCase } from "./case.js";
import { saidByChance } from "./by-chance.js";
import { NO_TROUBLE } from "./cause-factors.js";
import { isPlainlyWell } from "./outcome.js";
import type { Folded, Judged } from "./folded-run.js";
import type { Lattice, LatticeDeps } from "./lattice.js";
import { sampleOf, type SampleName } from "./draw-plan.js";
import { judgeCeremony, WELL, type Judgement } from "./judge.js";
import type { KnobInfo } from "./knob-info.js";
import {
  clocksOff,
  judgePartial,
  missingParties,
  type PartialClass,
  type PartialVerdict,
} from "./partial.js";
import { nameOfDeviation, type Plan } from "./plan.js";
import { drawSoundPlan } from "./sound-plan.js";
import {
  addClasses,
  countOne,
  countUnder,
  emptyTable,
  mergeTables,
  type Numbers,
  type OracleTable,
} from "./table.js";

export interface MeasureOptions {
  readonly seed: string;
  /** Numbers of the draws, from 0. */
  readonly draws: readonly number[];
  /** One way of drawing for all draws; every way in turn when absent. */
  readonly sample?: SampleName | undefined;
  readonly knobs: readonly KnobInfo[];
  /** Explains every trace again without each party, and without some pairs of parties. */
  readonly missing?: boolean | undefined;
  /** Explains every trace again with each party's clock off. */
  readonly clocks?: boolean | undefined;
  /** Called with each verdict that is not right. */
  readonly onCase?: ((found: OracleCase) => void) | undefined;
  /** Called after each draw with how many are done. */
  readonly onDraw?: ((done: number) => void) | undefined;
}

/** Draws plans, judges every verdict on them by counterfactual runs, and counts. The same options give the same table. */
export async function measure(deps: LatticeDeps, options: MeasureOptions): Promise<OracleTable> {
  const { seed, draws, knobs, onDraw } = options;
  const shared = { ...deps, bases: new Map<string, Folded>() };
  const tables: OracleTable[] = [];
  for (const draw of draws) {
    const sample = options.sample ?? sampleOf(draw);
    const { lattice, redrawn } = await drawSoundPlan({ seed, draw, sample, knobs }, shared);
    const empty = { ...emptyTable(seed), draws: 1, redrawn: redrawn.reduce(countOne, {}) };
    const judged = lattice && (await judgeDraw({ lattice, sample, draw, options, deps: shared }));
    tables.push(mergeTables([empty, ...(judged ?? [])], seed));
    onDraw?.(tables.length);
  }
  return mergeTables(tables, seed);
}

interface Draw {
  readonly lattice: Lattice;
  readonly sample: SampleName;
  readonly draw: number;
  readonly options: MeasureOptions;
  readonly deps: LatticeDeps;
}

async function judgeDraw(draw: Draw): Promise<readonly OracleTable[]> {
  const { lattice, options, deps } = draw;
  const tables: OracleTable[] = [];
  for (const ceremony of lattice.full.ceremonies) tables.push(await countCeremony(draw, ceremony));
  const seed = `${options.seed}/${draw.sample}/${draw.draw}`;
  if (options.missing === true) {
    const verdicts = await judgePartial(lattice, missingParties(lattice.records, seed), deps.diagnose);
    tables.push(...(await countPartial(draw, "missing", verdicts)));
  }
  if (options.clocks === true) {
    const verdicts = await judgePartial(lattice, clocksOff(lattice.records), deps.diagnose);
    tables.push(...(await countPartial(draw, "clocks", verdicts)));
  }
  tables.push({ ...emptyTable(options.seed), runs: lattice.runs() });
  return tables;
}

/** Counts one ceremony's verdict on the whole trace. */
async function countCeremony(draw: Draw, ceremony: Judged): Promise<OracleTable> {
  const { lattice, sample, options } = draw;
  const empty = emptyTable(options.seed);
  const judgement = await judgeCeremony(lattice, ceremony);
  if (judgement === WELL) return { ...empty, well: 1 };
  const { class: is, why, timerEffect } = judgement;
  const { said } = ceremony;
  const table: OracleTable = {
    ...empty,
    total: addClasses(empty.total, { [is]: 1 }),
    chance: addClasses(empty.chance, await classByChance(draw, ceremony)),
    bySample: countUnder({}, sample, is),
    bySetup: countUnder({}, setupOf(lattice.plan), is),
    byCause: countUnder({}, said?.cause ?? "not told", is),
    byFault: countUnder({}, faultOf(lattice.plan, judgement), is),
    byReason: countUnder({}, `${is}: ${why}`, is),
    timers: timerEffect === undefined ? {} : countUnder({}, said?.timer ?? "", timerEffect),
  };
  return is === "right" ? table : { ...table, clusters: [await reportCase(draw, ceremony, judgement)] };
}

/** Judges a cause named by lot, where the engine named one of a ceremony that went ill. */
async function classByChance({ lattice, sample, draw, options }: Draw, ceremony: Judged): Promise<Numbers> {
  const { said, place, outcome } = ceremony;
  if (said === undefined || NO_TROUBLE.includes(said.cause) || isPlainlyWell(outcome)) return {};
  const byChance = saidByChance(said, `${options.seed}/${sample}/${draw}/${place}`);
  const judgement = await judgeCeremony(lattice, { ...ceremony, said: byChance });
  return judgement === WELL ? {} : { [judgement.class]: 1 };
}

/** Reports a case with its smallest plan, and returns the cluster that it belongs to. */
async function reportCase(
  { lattice, sample, draw, options }: Draw,
  ceremony: Judged,
  judgement: Judgement,
  partial?: Pick<OracleCase, "change" | "records">,
) {
  // A changed trace belongs to the whole plan.
  const described = partial === undefined ? minimalCase : describeCase;
  const found = { ...(await described(lattice, ceremony, judgement)), ...partial };
  options.onCase?.({ ...found, sample, draw, seed: options.seed });
  return {
    said: ceremony.said?.cause ?? "not told",
    class: partial?.change ?? judgement.class,
    why: found.why,
    truth: truthOf(found),
    count: 1,
    example: `${sample}/${draw}`,
  };
}

/** Classes of partial verdicts that name another cause than the whole trace does. */
const ANOTHER: readonly PartialClass[] = ["right", "coarser", "wrong"];

/** Counts verdicts on traces that are not whole. */
async function countPartial(
  draw: Draw,
  member: "missing" | "clocks",
  verdicts: readonly PartialVerdict[],
): Promise<readonly OracleTable[]> {
  const tables: OracleTable[] = [];
  for (const { change, ceremony, whole, said, class: is, records } of verdicts) {
    const empty = emptyTable(draw.options.seed);
    const table = { ...empty, [member]: countUnder({}, change, is) };
    if (!ANOTHER.includes(is)) {
      tables.push(table);
      continue;
    }
    const judgement = { class: "wrong", why: `${is}; the whole trace: ${whole}` } as const;
    const partial = { change, records };
    const sufficient = undefined;
    const timerEffect = undefined;
    const cluster = await reportCase(
      draw,
      { ...ceremony, said },
      { ...judgement, sufficient, timerEffect },
      partial,
    );
    tables.push({ ...table, clusters: [cluster] });
  }
  return tables;
}

/** Name of a base scenario's setup: its id without the number of logins. */
export function setupOf({ base }: Plan): string {
  return base.id.split("+")[0] ?? base.id;
}

const SEVERAL = "several together, or several ways";

/** The one deviation that brings about an outcome by itself. */
function faultOf({ deviations }: Plan, { sufficient }: Judgement): string {
  const [mask, ...others] = sufficient?.same ?? [];
  if (mask === undefined)
    return deviations.length === 1 && deviations[0] ? nameOfDeviation(deviations[0]) : SEVERAL;
  const bits = deviations.filter((_, at) => (mask & (1 << at)) !== 0);
  return others.length === 0 && bits.length === 1 && bits[0] ? nameOfDeviation(bits[0]) : SEVERAL;
}
