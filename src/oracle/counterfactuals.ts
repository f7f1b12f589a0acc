import type { TraceRecord } from "../core/trace.js";
import { foldOutcomes, isPlainlyWell, outcomeKey, type CeremonyOutcome } from "./outcome.js";
import { composeRun, fullMask, type Mask, type Plan, type PlannedRun } from "./plan.js";
import type { Diagnose, Observation, RunChanges, Runner, Said } from "./runner.js";

/** One ceremony of a run: what came of it, and what is said of it. */
export interface Judged {
  /** The same in every run of a plan: the action that began it, and its number among those of that action. */
  readonly place: string;
  readonly outcome: CeremonyOutcome;
  readonly said: Said | undefined;
}

/** A run of a plan, folded: no records are kept. */
export interface Folded {
  readonly ceremonies: readonly Judged[];
}

/** A ceremony that a run does not have. */
export const ABSENT = "absent";

/** Folds a run: the outcomes by the oracle itself, and beside them what the engine says. */
export function foldRun(planned: PlannedRun, observed: Observation, said: readonly Said[]): Folded {
  const perAction = new Map<string, number>();
  const ceremonies = foldOutcomes(observed).map(({ beganAt, ...outcome }) => {
    const action = actionAt(planned, observed.recordsBefore, beganAt);
    // Attempts with a factor go on from action to action.
    const from = outcome.kind === "factor" ? "factor" : action;
    const nth = (perAction.get(from) ?? 0) + 1;
    perAction.set(from, nth);
    return {
      place: `${from} #${nth}`,
      outcome,
      said: said.find(({ ceremony }) => ceremony === outcome.ceremony),
    };
  });
  return { ceremonies };
}

function actionAt({ actionIds }: PlannedRun, recordsBefore: readonly number[], beganAt: number): string {
  const at = recordsBefore.findLastIndex((before) => before <= beganAt);
  return actionIds[Math.max(at, 0)] ?? "unknown";
}

/** Returns the text of a ceremony's outcome in a run, {@link ABSENT} where the run has no such ceremony. */
export function outcomeIn({ ceremonies }: Folded, place: string): string {
  const found = ceremonies.find((ceremony) => ceremony.place === place);
  return found === undefined ? ABSENT : outcomeKey(found.outcome);
}

/** Says whether a ceremony went well in a run. */
export function isWellIn({ ceremonies }: Folded, place: string): boolean {
  const found = ceremonies.find((ceremony) => ceremony.place === place);
  return found !== undefined && isPlainlyWell(found.outcome);
}

/** Every run of a plan with some of its deviations, played when it is asked for. */
export interface Lattice {
  readonly plan: Plan;
  readonly full: Folded;
  /** Records of the full run. */
  readonly records: readonly TraceRecord[];
  /** The deviation that began a ceremony by itself, as a mask; none for ceremonies of the base. */
  ownAction(place: string): Mask;
  /** The run with these deviations in force. */
  at(mask: Mask): Promise<Folded>;
  /** The full run with something else changed, and without the deviations of a mask. */
  changed(changes: TimerChange, without: Mask): Promise<Folded>;
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
}

/** Plays a plan, and prepares its counterfactual runs. */
export async function latticeOf(plan: Plan, deps: LatticeDeps): Promise<Lattice> {
  const full = fullMask(plan);
  const known = new Map<string, Folded>();
  const once = async (key: string, play: () => Promise<Folded>) => {
    const folded = known.get(key) ?? (await play());
    known.set(key, folded);
    return folded;
  };
  const whole = await playRun(composeRun(plan, full), deps);
  const at = (mask: Mask) =>
    mask === full
      ? Promise.resolve(whole.folded)
      : once(String(mask), () =>
          mask === 0 ? playBase(composeRun(plan, 0), deps) : playFolded(composeRun(plan, mask), deps),
        );
  const changed = (change: TimerChange, without: Mask) =>
    once(JSON.stringify([change, without]), () => {
      const planned = composeRun(plan, full & ~without);
      return playFolded({ ...planned, knobs: { ...planned.knobs, ...change.knobs } }, deps, change.run);
    });
  return { plan, full: whole.folded, records: whole.records, ownAction: actionMask, at, changed };
}

async function playBase(planned: PlannedRun, deps: LatticeDeps): Promise<Folded> {
  const key = JSON.stringify(planned);
  const known = deps.bases?.get(key);
  if (known !== undefined) return known;
  const folded = await playFolded(planned, deps);
  deps.bases?.set(key, folded);
  return folded;
}

function actionMask(place: string): Mask {
  const own = /^deviation (\d+) /.exec(place)?.[1];
  return own === undefined ? 0 : 1 << Number(own);
}

/** Plays one run and folds it. */
export async function playFolded(
  planned: PlannedRun,
  deps: LatticeDeps,
  changes?: RunChanges,
): Promise<Folded> {
  return (await playRun(planned, deps, changes)).folded;
}

async function playRun(
  planned: PlannedRun,
  { runner, diagnose }: LatticeDeps,
  changes?: RunChanges,
): Promise<{ readonly folded: Folded; readonly records: readonly TraceRecord[] }> {
  const observed = await runner.run(planned, changes);
  return { folded: foldRun(planned, observed, diagnose(observed.records)), records: observed.records };
}

/** Sets of deviations that bring about one ceremony's outcome. */
export interface Sufficient {
  /** Smallest sets that bring about the very outcome. */
  readonly same: readonly Mask[];
  /** Smallest sets with which the ceremony does not go well. */
  readonly ill: readonly Mask[];
  /** Single deviations whose absence alone makes all well. */
  readonly repairs: Mask;
}

/** Finds the smallest sufficient sets of a ceremony's outcome, from the runs with every subset of the deviations. */
export async function sufficientSets(
  lattice: Lattice,
  place: string,
  { always = 0 }: { readonly always?: Mask } = {},
): Promise<Sufficient> {
  const full = fullMask(lattice.plan);
  const wanted = outcomeIn(lattice.full, place);
  const same: Mask[] = [];
  const ill: Mask[] = [];
  for (const mask of masksBySize(full)) {
    if ((mask & always) !== always) continue;
    const folded = await lattice.at(mask);
    if (isMinimal(mask, same) && outcomeIn(folded, place) === wanted) same.push(mask);
    if (isMinimal(mask, ill) && !isWellIn(folded, place)) ill.push(mask);
  }
  let repairs = 0;
  for (const bit of bitsOf(full & ~always)) {
    if (isWellIn(await lattice.at(full & ~bit), place)) repairs |= bit;
  }
  return { same, ill, repairs };
}

function isMinimal(mask: Mask, found: readonly Mask[]): boolean {
  return found.every((smaller) => (mask & smaller) !== smaller);
}

/** Every subset of a mask, smaller ones first. */
export function masksBySize(full: Mask): readonly Mask[] {
  const masks = Array.from({ length: full + 1 }, (_, mask) => mask).filter((mask) => (mask & ~full) === 0);
  return masks.sort((a, b) => bitsOf(a).length - bitsOf(b).length || a - b);
}

/** The single bits of a mask. */
export function bitsOf(mask: Mask): readonly Mask[] {
  return Array.from({ length: 31 }, (_, at) => 1 << at).filter((bit) => (mask & bit) !== 0);
}
