import { foldOutcomes, isPlainlyWell, outcomeKey, type PlacedOutcome } from "./outcome.js";
import type { PlannedRun } from "./plan.js";
import type { Observation, Said } from "./runner.js";

/** One ceremony of a run: what came of it, and what is said of it. */
export interface Judged {
  /** The same in every run of a plan: the action that began it, and its number among those of that action. */
  readonly place: string;
  /** Id of the action that began it. */
  readonly action: string;
  readonly outcome: PlacedOutcome;
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
  const ceremonies = foldOutcomes(observed).map((outcome) => {
    const action = actionAt(planned, observed.recordsBefore, outcome.beganAt);
    // Attempts with a factor go on from action to action.
    const from = outcome.kind === "factor" ? "factor" : action;
    const nth = (perAction.get(from) ?? 0) + 1;
    perAction.set(from, nth);
    return {
      place: `${from} #${nth}`,
      action,
      outcome,
      said: said.find(({ ceremony }) => ceremony === outcome.ceremony),
    };
  });
  return { ceremonies };
}

/** Names the ceremonies of a run by the actions that began them, attempts with a factor as well. */
export function placedByAction({ ceremonies }: Folded): Folded {
  const perAction = new Map<string, number>();
  return {
    ceremonies: ceremonies.map((one) => {
      const nth = (perAction.get(one.action) ?? 0) + 1;
      perAction.set(one.action, nth);
      return { ...one, place: `${one.action} #${nth}` };
    }),
  };
}

/** Actions that begin no ceremony: one that begins after them is another try of what was begun before. */
const BEGINS_NONE: readonly string[] = ["set", "wait", "unplug", "replug", "quit-browser", "reset-key"];

function actionAt(
  { actionIds, script }: PlannedRun,
  recordsBefore: readonly number[],
  beganAt: number,
): string {
  const at = recordsBefore.findLastIndex(
    (before, nth) => before <= beganAt && !BEGINS_NONE.includes(script[nth]?.do ?? ""),
  );
  return actionIds[Math.max(at, 0)] ?? "unknown";
}

/** Returns the text of a ceremony's outcome in a run, {@link ABSENT} where the run has no such ceremony. */
export function outcomeIn({ ceremonies }: Folded, place: string): string {
  const found = ceremonies.find((ceremony) => ceremony.place === place);
  return found === undefined ? ABSENT : outcomeKey(found.outcome);
}

/** Returns when a ceremony ended in a run: as far as page and user know. */
export function endIn({ ceremonies }: Folded, place: string): number | undefined {
  return ceremonies.find((ceremony) => ceremony.place === place)?.outcome.endedAtMs;
}

/** Says whether a ceremony went well in a run. */
export function isWellIn({ ceremonies }: Folded, place: string): boolean {
  const found = ceremonies.find((ceremony) => ceremony.place === place);
  return found !== undefined && isPlainlyWell(found.outcome);
}
