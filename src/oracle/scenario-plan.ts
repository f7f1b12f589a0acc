import type { Lattice } from "./lattice.js";
import { partOf } from "./lattice-part.js";
import { outcomeIn } from "./folded-run.js";
import {
  bitsOf,
  fullMask,
  type Deviation,
  type Mask,
  type Plan,
  type PlanAction,
  type PlanKnobs,
  type PlannedRun,
} from "./plan.js";

/** A scenario as the oracle reads it: knobs, script, and what it says of each ceremony. */
export interface ScenarioToJudge {
  readonly id: string;
  readonly knobs: PlanKnobs;
  readonly script: readonly PlanAction[];
}

/** A scenario taken apart: what deviates in it, and how it is put together again with only some of that. */
export interface ScenarioPlan {
  readonly plan: Plan;
  readonly compose: (plan: Plan, mask: Mask) => PlannedRun;
  /** Place in the script of the action that each deviation stands in; `undefined` for knobs from the start. */
  readonly actions: readonly (number | undefined)[];
}

/** Actions that interfere with a ceremony, and are no ceremony themselves. */
const INTERFERING: readonly string[] = ["unplug", "replug", "quit-browser", "reset-key"];

/** The most deviations that a mask has room for; what comes after them is in force in every run. */
const DEVIATIONS_MAX = 30;

/** Where in the scenario a deviation stands: among its knobs, or in an action of the script. */
interface Place {
  readonly action: number | undefined;
  readonly knob: string | undefined;
}

/** Says of an action, by its place in the script, whether a run can do without it. */
export type IsRemovable = (action: PlanAction, at: number) => boolean;

/** Says of an action that it interferes with a ceremony, and is none itself. */
export const isInterfering: IsRemovable = (action) => INTERFERING.includes(action.do);

/**
 * Takes a scenario apart: each of its knobs, each knob that its script sets, and each action that can be left out is
 * a deviation; what is left is its base.
 *
 * @param isGiven says of a knob that it is what the scenario is about, and no fault: the transport, a profile.
 * @param isRemovable says of an action that it can be left out; those that interfere when absent.
 */
export function scenarioPlan(
  scenario: ScenarioToJudge,
  isGiven: (knob: string) => boolean,
  isRemovable: IsRemovable = isInterfering,
): ScenarioPlan {
  const deviations: Deviation[] = [];
  const places: Place[] = [];
  const add = (deviation: Deviation, place: Place) => {
    if (deviations.length === DEVIATIONS_MAX) return;
    deviations.push(deviation);
    places.push(place);
  };
  for (const [name, value] of Object.entries(scenario.knobs)) {
    if (!isGiven(name)) add({ kind: "knob", name, value }, { action: undefined, knob: name });
  }
  scenario.script.forEach((action, at) => {
    const { atMs = 0 } = action;
    if (isRemovable(action, at)) {
      add({ kind: "action", action: { ...action, atMs } }, { action: at, knob: undefined });
    }
    for (const [name, value] of Object.entries(action.knobs ?? {})) {
      if (!isGiven(name)) add({ kind: "set", name, value, atMs }, { action: at, knob: name });
    }
  });
  const plan: Plan = {
    base: { id: scenario.id, knobs: scenario.knobs, script: scenario.script, groups: [] },
    deviations,
  };
  return {
    plan,
    compose: (_, mask) => composeScenario(scenario, places, mask),
    actions: places.map(({ action }) => action),
  };
}

function composeScenario(scenario: ScenarioToJudge, places: readonly Place[], mask: Mask): PlannedRun {
  const gone = places.filter((_, at) => (mask & (1 << at)) === 0);
  const without = (knobs: PlanKnobs, action: number | undefined) =>
    Object.fromEntries(
      Object.entries(knobs).filter(
        ([name]) => !gone.some((place) => place.action === action && place.knob === name),
      ),
    );
  const actions = scenario.script.flatMap((action, at) => {
    if (gone.some((place) => place.action === at && place.knob === undefined)) return [];
    if (action.knobs === undefined) return [{ id: `base ${at}`, action }];
    const knobs = without(action.knobs, at);
    return [{ id: `base ${at}`, action: { ...action, knobs } }];
  });
  return {
    knobs: without(scenario.knobs, undefined),
    script: actions.map(({ action }) => action),
    actionIds: actions.map(({ id }) => id),
  };
}

/** The most deviations whose every subset is played. */
const SUBSETS_OF_MAX = 6;

/** Removes deviations that do not matter to any ceremony, until every subset of the rest can be played. */
export async function partThatMatters(
  lattice: Lattice,
  isKept: (deviation: Deviation) => boolean,
): Promise<Lattice> {
  return partOf(lattice, await maskThatMatters(lattice, isKept));
}

/**
 * Finds deviations that matter to a ceremony, few enough that every subset of them can be played.
 *
 * @param isKept says of a deviation that it is to be left out last.
 * @param only the ceremony that deviations have to matter to; any of them when absent.
 */
export async function maskThatMatters(
  lattice: Lattice,
  isKept: (deviation: Deviation) => boolean,
  only?: string,
): Promise<Mask> {
  const { plan, full } = lattice;
  const places = only === undefined ? full.ceremonies.map(({ place }) => place) : [only];
  let mask = fullMask(plan);
  const isLast = (bit: Mask) => plan.deviations.some((deviation, at) => 1 << at === bit && isKept(deviation));
  const inOrder = [...bitsOf(mask)].sort((a, b) => Number(isLast(a)) - Number(isLast(b)));
  for (const bit of inOrder) {
    if (bitsOf(mask).length <= SUBSETS_OF_MAX) break;
    const smaller = await lattice.at(mask & ~bit);
    const isSame = places.every((place) => outcomeIn(smaller, place) === outcomeIn(full, place));
    if (isSame) mask &= ~bit;
  }
  return mask;
}
