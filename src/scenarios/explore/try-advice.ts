import { foldRun, isWellIn, outcomeIn, placedByAction, type Folded } from "../../oracle/folded-run.js";
import { isWellInTheEnd } from "../../oracle/outcome.js";
import type { PlanKnobs, PlannedRun } from "../../oracle/plan.js";
import { PlanRefusedError, type Runner } from "../../oracle/runner.js";
import type { ScenarioToJudge } from "../../oracle/scenario-plan.js";
import { listKnobs, type KnobOverrides } from "../../sim/knobs/knobs.js";
import type { Effect, TriedAdvice } from "./proof.js";
import { changesFor, changesOfDefault } from "./remedies.js";

/** Plays a scenario with changes on top, each of them once. */
export interface ChangedRuns {
  /** The run with a change; `undefined` where it cannot be played. */
  at(change: KnobOverrides): Promise<Folded | undefined>;
  runs(): number;
}

/** Prepares the runs of a scenario with changes on top. */
export function changedRuns(story: ScenarioToJudge, runner: Runner): ChangedRuns {
  const known = new Map<string, Folded | undefined>();
  return {
    async at(change) {
      const key = JSON.stringify(Object.entries(change).sort());
      if (!known.has(key)) known.set(key, await playOrRefuse(withChange(story, change), runner));
      return known.get(key);
    },
    runs: () => known.size,
  };
}

/** A change holds from the start to the end: actions of the script do not set its knobs again. */
function withChange({ knobs, script }: ScenarioToJudge, change: PlanKnobs): PlannedRun {
  const kept = (set: PlanKnobs) =>
    Object.fromEntries(Object.entries(set).filter(([name]) => !(name in change)));
  return {
    knobs: { ...knobs, ...change },
    script: script.map((action) =>
      action.knobs === undefined ? action : { ...action, knobs: kept(action.knobs) },
    ),
    actionIds: script.map((_, at) => `base ${at}`),
  };
}

async function playOrRefuse(planned: PlannedRun, runner: Runner): Promise<Folded | undefined> {
  try {
    return placedByAction(foldRun(planned, await runner.run(planned), []));
  } catch (error) {
    if (error instanceof PlanRefusedError) return undefined;
    throw error;
  }
}

/** A change, and what it does to a ceremony. */
export interface TriedChange {
  readonly change: KnobOverrides;
  readonly effect: Effect;
}

/** One ceremony of a run, and the runs with changes that it is compared with. */
export interface Tried {
  readonly runs: ChangedRuns;
  readonly full: Folded;
  readonly place: string;
}

const BEST_FIRST: readonly Effect[] = ["heals", "changes", "nothing"];

/** Makes the changes that an advice of a cause asks for, and says what the best of them does to a ceremony. */
export async function tryAdvice(
  { cause, text }: { readonly cause: string; readonly text: string },
  tried: Tried,
): Promise<TriedAdvice> {
  const best = await bestOf(changesFor(cause, text), tried);
  return best === undefined ? { text, effect: "not-tried" } : { text, ...best };
}

/**
 * Follows an advice that does not heal alone together with the rest of a smallest set whose absence heals: where two
 * causes are there, the advice against one of them shows only without the other.
 *
 * @param healsTogether names of deviations, `knob=value` with the action that set it.
 */
export async function tryTogether(
  advice: TriedAdvice,
  healsTogether: readonly (readonly string[])[],
  tried: Tried,
): Promise<TriedAdvice> {
  const { change, effect } = advice;
  if (change === undefined || effect === "heals") return advice;
  for (const names of healsTogether) {
    const others = names.map(knobOf).filter((name) => name !== undefined && !(name in change));
    if (others.length !== names.length - 1) continue;
    const defaults = new Map<string, unknown>(listKnobs().map(({ name, spec }) => [name, spec.standard]));
    const together = Object.fromEntries(
      others.map((name) => [name, defaults.get(name ?? "")]),
    ) as KnobOverrides;
    const changed = await tried.runs.at({ ...change, ...together });
    if (changed !== undefined && effectOf(changed, tried) === "heals")
      return { ...advice, effect: "heals-together", together };
  }
  return advice;
}

/** The knob that a deviation turns; `undefined` for an action. */
const knobOf = (deviation: string): string | undefined => /^([\w.]+)=/.exec(deviation)?.[1];

/** Takes away a cause that is a default of the simulation; `undefined` for causes that deviate. */
export function takeDefaultAway(cause: string, tried: Tried): Promise<TriedChange | undefined> {
  return bestOf(changesOfDefault(cause), tried);
}

async function bestOf(changes: readonly KnobOverrides[], tried: Tried): Promise<TriedChange | undefined> {
  const made: TriedChange[] = [];
  for (const change of changes) {
    const changed = await tried.runs.at(change);
    if (changed !== undefined) made.push({ change, effect: effectOf(changed, tried) });
  }
  return made.sort((a, b) => BEST_FIRST.indexOf(a.effect) - BEST_FIRST.indexOf(b.effect))[0];
}

/** A failure that is told and taken back is healed: advice is about how the user ends. */
function effectOf(changed: Folded, { full, place }: Tried): Effect {
  if (isWellIn(changed, place)) return "heals";
  if (outcomeIn(changed, place) === outcomeIn(full, place)) return "nothing";
  return isWellAtLast(changed, place) && !isWellAtLast(full, place) ? "heals" : "changes";
}

function isWellAtLast({ ceremonies }: Folded, place: string): boolean {
  const found = ceremonies.find((ceremony) => ceremony.place === place);
  return found !== undefined && isWellInTheEnd(found.outcome);
}
