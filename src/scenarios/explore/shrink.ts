import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import type { KnobSpec, KnobValue } from "../../sim/knobs/knob-spec.js";
import { listKnobs, mergeKnobs, parseKnobs, type KnobOverrides } from "../../sim/knobs/knobs.js";
import { outcomeKey, outcomeOf, type Outcome } from "./outcome.js";
import { reproductionOf, runScenario, type Run, type RunVerdict } from "../run.js";
import { SCENARIO, type UserScenario } from "../scenario.js";
import { parseCondition, type OutcomeCondition, ShrinkError } from "./shrink-condition.js";

export interface ShrinkOptions {
  readonly seed: string;
  /** Turned on top of the scenario's own, and shrunk with them. */
  readonly knobs?: KnobOverrides;
  /**
   * How the smaller run must still end: conditions as {@link parseCondition} reads them, all of which hold.
   * Absent: with the very same outcome, and with every promise broken that was broken.
   */
  readonly keep?: readonly (string | OutcomeCondition)[];
  /** What knobs are turned back to, by dotted name; for those that are not in it, their defaults. */
  readonly toward?: KnobOverrides;
  /** What the reproduction line calls the scenario: the file it is in. */
  readonly calledAs?: string | undefined;
  /** Called after each run, for those who wait. */
  readonly onRun?: (runs: number) => void;
}

const OPTIONS = parameters<ShrinkOptions>({
  seed: shape.text,
  knobs: maybe(arg.object),
  keep: maybe(shape.list(arg.any)),
  toward: maybe(arg.object),
  calledAs: maybe(shape.text),
  onRun: maybe(arg.callable),
});

/** The smallest plan that was found. */
export interface Shrunk {
  readonly scenario: { readonly id: string; readonly title: string };
  readonly seed: string;
  /** Of the run before it was shrunk. */
  readonly verdict: RunVerdict;
  /** Knobs off their target before. */
  readonly before: KnobOverrides;
  /** Those without which the run ends otherwise, with the smallest deviation. */
  readonly knobs: KnobOverrides;
  readonly outcome: Outcome;
  /** The scenario with these knobs, to be run or stored. */
  readonly smallest: UserScenario;
  /** The run of it, by the scenario's own name and settings. */
  readonly run: Run;
  readonly runs: number;
  readonly reproduction: string;
}

/** Longer than anything in a run waits: stands for `never` where a number is to be found in its place. */
const A_DAY_MS = 86_400_000;

/** Two numbers that only work together creep; after this often round they have crept enough. */
const ROUNDS_MAX = 8;

/**
 * Turns back every knob of a run that does not matter, and the others as far as they can be.
 *
 * First each knob by itself goes back to its target, until none can; then each number is moved towards it by
 * halving, to the last unit, and the knobs are tried again. The result is the same every time. No single knob of
 * it can be turned back. A number whose target is `never` stays as it is; `never` becomes a number where one of
 * at most a day does.
 *
 * @param scenario whose knobs are made fewer and smaller.
 * @param options seed, knobs, what of the outcome has to stay.
 * @returns the smallest scenario found, its run, and how many runs it took.
 * @throws {ShrinkError} `SHRINK_NOTHING_TO_KEEP` when the run does not end as `keep` says;
 *   `SHRINK_BAD_CONDITION`.
 * @throws {KnobError} for knobs that do not exist or do not fit.
 *
 * @example
 * const { smallest, runs } = await shrink(scenarioNamed("late-delivery"), { seed: "1" });
 */
export async function shrink(scenario: UserScenario, options: ShrinkOptions): Promise<Shrunk> {
  checkArguments("shrink", { scenario: [SCENARIO, scenario], options: [OPTIONS, options] });
  const { seed, calledAs = scenario.id } = options;
  const plan = planOf(scenario, options);
  const { expect, ...unheld } = scenario;
  const held = expect && Object.keys(options.knobs ?? {}).length === 0 ? scenario : unheld;
  const first = await runScenario({ ...held, knobs: plan.full(plan.knobs) }, { seed });
  // Only promises that were broken must be broken again: a smaller plan need not keep the others.
  const story = first.verdict === "unexpected" ? scenario : unheld;
  const keeps = conditionFor(first, options);
  if (!keeps(first)) {
    const text = `the run does not end so: ${describeOutcome(outcomeOf(first))}`;
    throw new ShrinkError("SHRINK_NOTHING_TO_KEEP", text);
  }
  let runs = 1;
  const play = (knobs: Settings) => {
    runs += 1;
    options.onRun?.(runs);
    return runScenario({ ...story, knobs: plan.full(knobs) }, { seed, calledAs });
  };
  const knobs = await smallest(plan, async (candidate) => keeps(await play(candidate)));
  const run = await play(knobs);
  const reproduction = reproductionOf(calledAs, { seed, knobs: plan.overrides(knobs) });
  return {
    scenario: { id: scenario.id, title: scenario.title },
    seed,
    verdict: first.verdict,
    before: plan.knobs,
    knobs,
    outcome: outcomeOf(run),
    smallest: { ...story, knobs: plan.full(knobs) },
    run: { ...run, reproduction },
    runs,
    reproduction,
  };
}

/** Whether a run with these knobs still ends as it must. */
type Holds = (knobs: Settings) => Promise<boolean>;

/** Knobs off their target, by dotted name. */
type Settings = Readonly<Record<string, KnobValue>>;

interface Plan {
  readonly knobs: Settings;
  readonly target: (name: string) => KnobValue;
  readonly spec: (name: string) => KnobSpec;
  /** Knobs that a run needs on top of the defaults. */
  full(knobs: Settings): KnobOverrides;
  /** What the command line must say on top of the scenario's own knobs. */
  overrides(knobs: Settings): KnobOverrides;
}

function planOf(scenario: UserScenario, { knobs = {}, toward = {} }: ShrinkOptions): Plan {
  const specs = new Map(listKnobs().map(({ name, spec }) => [name as string, spec]));
  const given = mergeKnobs(scenario.knobs, knobs) as Settings;
  const targets = parseKnobs(toward) as Settings;
  const own: Readonly<Record<string, KnobValue | undefined>> = parseKnobs(scenario.knobs);
  const spec = (name: string) => specs.get(name) as KnobSpec;
  const target = (name: string) => targets[name] ?? (name in targets ? null : spec(name).standard);
  // In the order of the table, so that the order in which knobs were written does not matter.
  const names = [...specs.keys()];
  const valueOf = (name: string) => (name in given ? (given[name] as KnobValue) : spec(name).standard);
  const pick = (wanted: (name: string) => boolean, value: (name: string) => KnobValue): Settings =>
    Object.fromEntries(names.filter(wanted).map((name) => [name, value(name)]));
  const inForce = (settings: Settings, name: string) =>
    name in settings ? (settings[name] as KnobValue) : target(name);
  return {
    spec,
    target,
    knobs: pick((name) => valueOf(name) !== target(name), valueOf),
    full: (settings) =>
      pick(
        (name) => inForce(settings, name) !== spec(name).standard,
        (name) => inForce(settings, name),
      ),
    overrides: (settings) =>
      pick(
        (name) => inForce(settings, name) !== (own[name] === undefined ? spec(name).standard : own[name]),
        (name) => inForce(settings, name),
      ),
  };
}

/** Holds runs to the conditions, or to what the first one came to. */
function conditionFor(first: Run, { keep }: ShrinkOptions): (run: Run) => boolean {
  if (keep !== undefined && keep.length > 0) {
    const conditions = keep.map((one) => (typeof one === "string" ? parseCondition(one) : one));
    return (run) => {
      const outcome = outcomeOf(run);
      return conditions.every((holds) => holds(outcome));
    };
  }
  const key = outcomeKey(outcomeOf(first));
  const broken = brokenBy(first);
  return (run) => {
    const again = new Set(brokenBy(run));
    return outcomeKey(outcomeOf(run)) === key && broken.every((promise) => again.has(promise));
  };
}

function brokenBy({ findings }: Run): readonly string[] {
  return findings.map(({ layer, expected }) => `${layer}: ${expected}`);
}

async function smallest(plan: Plan, holds: Holds): Promise<Settings> {
  let knobs = await withoutIdle(plan.knobs, holds);
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const nearer = await withNearerNumbers(knobs, { plan, holds });
    if (JSON.stringify(nearer) === JSON.stringify(knobs)) break;
    knobs = await withoutIdle(nearer, holds);
  }
  return knobs;
}

/** Turns single knobs back for as long as one can be. */
async function withoutIdle(settings: Settings, holds: Holds): Promise<Settings> {
  let knobs = settings;
  for (let again = true; again;) {
    again = false;
    for (const name of Object.keys(knobs)) {
      const { [name]: _, ...rest } = knobs;
      if (!(await holds(rest))) continue;
      knobs = rest;
      again = true;
    }
  }
  return knobs;
}

interface Search {
  readonly plan: Plan;
  readonly holds: Holds;
}

async function withNearerNumbers(settings: Settings, search: Search): Promise<Settings> {
  let knobs = settings;
  for (const name of Object.keys(knobs)) {
    const target = search.plan.target(name);
    if (!["ms", "count"].includes(search.plan.spec(name).kind) || target === null) continue;
    const from = await startOf(name, knobs, search);
    if (from === undefined) continue;
    knobs = { ...knobs, [name]: await nearest(name, { ...knobs, [name]: from }, search) };
  }
  return knobs;
}

/** The number to move from; a day for `never`, if a day does as well. */
async function startOf(name: string, knobs: Settings, { plan, holds }: Search): Promise<number | undefined> {
  const value = knobs[name];
  if (typeof value === "number") return value;
  if (plan.spec(name).kind !== "ms") return undefined;
  return (await holds({ ...knobs, [name]: A_DAY_MS })) ? A_DAY_MS : undefined;
}

/** Halves the way between the target, with which the run ends otherwise, and a value with which it does not. */
async function nearest(name: string, knobs: Settings, { plan, holds }: Search): Promise<number> {
  let [far, near] = [knobs[name] as number, plan.target(name) as number];
  while (Math.abs(far - near) > 1) {
    const middle = far > near ? Math.floor((far + near) / 2) : Math.ceil((far + near) / 2);
    if (await holds({ ...knobs, [name]: middle })) far = middle;
    else near = middle;
  }
  return far;
}

function describeOutcome({ page, told, decidedBy, mechanisms, ledger }: Outcome): string {
  const list = (items: readonly string[]) => (items.length === 0 ? "nothing" : items.join(", "));
  const ledgerCounts = Object.entries(ledger).map(([name, count]) => `${count} ${name}`);
  return `page ${list(page)}; told ${list(told)}; decided by ${decidedBy ?? "no timer"}; ${list(mechanisms)}; ${ledgerCounts.join(", ")}`;
}
