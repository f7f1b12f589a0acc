import type { TraceRecord } from "../core/trace.js";
import { foldRun, placedByAction, type Folded } from "./folded-run.js";
import { composeRun, fullMask, type Mask, type Plan, type PlannedRun } from "./plan.js";
import type { Diagnose, RunChanges, Runner } from "./runner.js";

/** Every run of a plan with some of its deviations, played when it is asked for. */
export interface Lattice {
  readonly plan: Plan;
  /** The run with all deviations in force. */
  readonly full: Folded;
  /** Returns knobs and script of the run in which the deviations of a mask are in force. */
  compose(mask: Mask): PlannedRun;
  /** Records of the full run. */
  readonly records: readonly TraceRecord[];
  /** The deviation that began a ceremony by itself, as a mask; none for ceremonies of the base. */
  ownAction(place: string): Mask;
  /** The run with these deviations in force. */
  at(mask: Mask): Promise<Folded>;
  /** The full run with a timer taken out, and without the deviations of a mask. */
  changed(change: TimerChange, without: Mask): Promise<Folded>;
  /** How many different runs were asked for. */
  runs(): number;
}

/** A timer that is taken out of a run: by its knob, or by a change of the client. */
export interface TimerChange {
  readonly knobs: Readonly<Record<string, number | null>>;
  readonly run?: RunChanges;
}

export interface LatticeDeps {
  readonly runner: Runner;
  readonly diagnose: Diagnose;
  /** Runs of bases without a deviation, which many plans share. */
  readonly bases?: Map<string, Folded>;
  /** Composes the run in which the deviations of a mask are in force; {@link composeRun} when absent. */
  readonly compose?: (plan: Plan, mask: Mask) => PlannedRun;
}

/** Plays a plan, and prepares its counterfactual runs. */
export async function latticeOf(plan: Plan, deps: LatticeDeps): Promise<Lattice> {
  const { compose: composed = composeRun } = deps;
  const compose = (mask: Mask) => composed(plan, mask);
  const full = fullMask(plan);
  const known = new Map<string, Folded>();
  const once = async (key: string, play: () => Promise<Folded>) => {
    const folded = known.get(key) ?? (await play());
    known.set(key, folded);
    return folded;
  };
  const whole = await playRun(compose(full), deps);
  known.set(String(full), whole.folded);
  return {
    plan,
    full: whole.folded,
    compose,
    records: whole.records,
    ownAction: actionMask,
    at: (mask) => once(String(mask), () => playMask(mask, compose(mask), deps)),
    changed: (change, without) =>
      once(JSON.stringify([change, without]), async () => {
        const rest = compose(full & ~without);
        const run = { ...rest, knobs: { ...rest.knobs, ...change.knobs } };
        return (await playRun(run, deps, change.run)).folded;
      }),
    runs: () => known.size,
  };
}

/** Returns the same lattice with ceremonies named by the actions that began them, for plans that leave actions out. */
export function latticeByAction(lattice: Lattice): Lattice {
  return {
    ...lattice,
    full: placedByAction(lattice.full),
    at: async (mask) => placedByAction(await lattice.at(mask)),
    changed: async (change, without) => placedByAction(await lattice.changed(change, without)),
  };
}

function actionMask(place: string): Mask {
  const own = /^deviation (\d+) /.exec(place)?.[1];
  return own === undefined ? 0 : 1 << Number(own);
}

/** A base without deviations is played once for all plans on it. */
async function playMask(mask: Mask, planned: PlannedRun, deps: LatticeDeps): Promise<Folded> {
  const key = mask === 0 ? JSON.stringify(planned) : undefined;
  const known = key === undefined ? undefined : deps.bases?.get(key);
  if (known !== undefined) return known;
  const { folded } = await playRun(planned, deps);
  if (key !== undefined) deps.bases?.set(key, folded);
  return folded;
}

async function playRun(
  planned: PlannedRun,
  { runner, diagnose }: LatticeDeps,
  changes?: RunChanges,
): Promise<{ readonly folded: Folded; readonly records: readonly TraceRecord[] }> {
  const observed = await runner.run(planned, changes);
  return { folded: foldRun(planned, observed, diagnose(observed.records)), records: observed.records };
}
