import type { Judged } from "../../oracle/folded-run.js";
import { latticeByAction, latticeOf, type Lattice, type LatticeDeps } from "../../oracle/lattice.js";
import type { Mask } from "../../oracle/plan.js";
import {
  isInterfering,
  scenarioPlan,
  type IsRemovable,
  type ScenarioToJudge,
} from "../../oracle/scenario-plan.js";
import { deviationName } from "./deviation-name.js";
import { isGivenKnob } from "./given-knobs.js";

/** A scenario that can be played with any of its deviations taken away. */
export interface Dissected {
  readonly lattice: Lattice;
  /** Names of the deviations of a mask. */
  readonly names: (mask: Mask) => readonly string[];
}

/** Takes a scenario apart: its faults are deviations; what it is about, and its ceremonies, are not. */
export function dissect(story: ScenarioToJudge, deps: LatticeDeps): Promise<Dissected> {
  return dissectBy(story, deps, { isGiven: isGivenKnob, isRemovable: isInterfering });
}

/** Actions without an effect of their own: a pause, and knobs, which are deviations one by one. */
const EMPTY: readonly string[] = ["wait", "set"];

/** Actions that go on with an attempt: without the last one of an attempt, the next belongs to it. */
const GOING_ON: readonly string[] = ["request-code", "enter-code"];

/** Takes a scenario apart for one ceremony: every knob, and every action but the ceremony's own, is a deviation. */
export function dissectFor(
  { action, outcome }: Judged,
  story: ScenarioToJudge,
  deps: LatticeDeps,
): Promise<Dissected> {
  const own = Number(action.replace("base ", ""));
  const isOfAttempt = (verb: string, at: number) =>
    outcome.kind === "factor" && at < own && GOING_ON.includes(verb);
  const isRemovable: IsRemovable = ({ do: verb }, at) =>
    at !== own && !EMPTY.includes(verb) && !isOfAttempt(verb, at);
  return dissectBy(story, deps, { isGiven: () => false, isRemovable });
}

interface Cut {
  readonly isGiven: (knob: string) => boolean;
  readonly isRemovable: IsRemovable;
}

async function dissectBy(
  story: ScenarioToJudge,
  deps: LatticeDeps,
  { isGiven, isRemovable }: Cut,
): Promise<Dissected> {
  const { plan, compose, actions } = scenarioPlan(story, isGiven, isRemovable);
  const lattice = await latticeOf(plan, { ...deps, compose });
  const names = plan.deviations.map((deviation, at) => deviationName(deviation, actions[at]));
  return {
    lattice: latticeByAction(lattice),
    names: (mask) => names.filter((_, at) => (mask & (1 << at)) !== 0),
  };
}
