import { factorsOf, namesDeviation } from "./cause-factors.js";
import type { Aftermath, CauseFactors } from "./causes/cause-row.js";
import { CONDITION_FACTORS } from "./causes/conditions.js";
import { endIn, isWellIn, outcomeIn, type Judged } from "./folded-run.js";
import type { Lattice } from "./lattice.js";
import { sufficientSets, type Sufficient } from "./sufficient-sets.js";
import {
  isOpenOffer,
  isPlainlyWell,
  isWellButForStores,
  isWellButUntold,
  isWellInTheEnd,
  isWellOnOtherScreen,
} from "./outcome.js";
import { fullMask, nameOfDeviation, type Mask, type Plan } from "./plan.js";
import { PlanRefusedError, type Said } from "./runner.js";
import { changeWithout, knobsOfTimer } from "./timer-knobs.js";

/**
 * How a verdict stands against the counterfactual runs.
 *
 * `right`: taking away what is named changes the outcome, or it is one of several sufficient causes. `proximate`:
 * what is named is true, a timer that fired or what ended the ceremony sooner, and something else, not named, is what
 * repairs it. `wrong`: taking it away changes nothing, or a trouble is named where there is none, or the ceremony is not told. `false-success`: a ceremony that
 * went ill is said to have succeeded. `unmapped`: nobody has said which deviations the cause names.
 */
export type VerdictClass = "right" | "proximate" | "wrong" | "undecided" | "false-success" | "unmapped";

export const VERDICT_CLASSES: readonly VerdictClass[] = [
  "right",
  "proximate",
  "wrong",
  "undecided",
  "false-success",
  "unmapped",
];

/** What became of the named timer once it was taken out. */
export type TimerEffect = "repaired" | "changed" | "nothing";

/** One ceremony's verdict, judged. */
export interface Judgement {
  readonly class: VerdictClass;
  /** Why it has its class, in a word or two. */
  readonly why: string;
  readonly sufficient: Sufficient | undefined;
  readonly timerEffect: TimerEffect | undefined;
}

/** A ceremony that went well and is said to have: nothing to judge. */
export const WELL = "well";

/**
 * Judges what is said of one ceremony of a plan; {@link WELL} where there is nothing to say and nothing is said.
 *
 * @param within deviations that sufficient sets are made of; all of them when absent.
 */
export async function judgeCeremony(
  lattice: Lattice,
  { place, outcome, said }: Judged,
  within?: Mask,
): Promise<Judgement | typeof WELL> {
  const isWell = isPlainlyWell(outcome);
  const cause = said?.cause;
  if (isWell && cause === "success") return WELL;
  if ((cause === "still-waiting" || cause === "offer-withdrawn") && isOpenOffer(outcome)) return WELL;
  if (isWell && said !== undefined) {
    return cause === "undecided" ? plain("undecided", "all is well") : plain("wrong", "trouble in a success");
  }
  const sufficient = await sufficientSets(lattice, place, within);
  const of = (is: VerdictClass, why: string, timerEffect?: TimerEffect): Judgement => ({
    class: is,
    why,
    sufficient,
    timerEffect,
  });
  if (said === undefined) return of("wrong", "not told");
  if (said.cause === "undecided") return of("undecided", "no cause named");
  if (said.cause === "success") {
    if (isWellInTheEnd(outcome)) return of("right", "recovered");
    if (isWellButUntold(outcome)) return of("right", "the user had left");
    if (isWellOnOtherScreen(outcome)) return of("right", "told on another screen");
    return of("false-success", isWellButForStores(outcome) ? "stores do not match" : "not a success");
  }
  const factors = factorsOf(said.cause);
  if (factors === undefined) return of("unmapped", said.cause);
  return judgeNamed(lattice, { place, said, factors, sufficient, of });
}

function plain(is: VerdictClass, why: string): Judgement {
  return { class: is, why, sufficient: undefined, timerEffect: undefined };
}

/** Deviations that the sentence names: by its cause, or by its timer. */
export function namedMask({ deviations }: Plan, said: Said, factors: CauseFactors): Mask {
  const ofTimer = said.timer === undefined ? [] : knobsOfTimer(said.timer);
  const rows = [factors, ...(said.waitedFor ?? []).flatMap((wait) => CONDITION_FACTORS[wait] ?? [])];
  return deviations.reduce((mask, deviation, at) => {
    const name = nameOfDeviation(deviation);
    const isNamed = rows.some((row) => namesDeviation(row, name)) || ofTimer.includes(name);
    return isNamed ? mask | (1 << at) : mask;
  }, 0);
}

interface Named {
  readonly place: string;
  readonly said: Said;
  readonly factors: CauseFactors;
  readonly sufficient: Sufficient;
  readonly of: (is: VerdictClass, why: string, timerEffect?: TimerEffect) => Judgement;
}

async function judgeNamed(
  lattice: Lattice,
  { place, said, factors, sufficient, of }: Named,
): Promise<Judgement> {
  const { same, repairs } = sufficient;
  const own = lattice.ownAction(place);
  // A ceremony that a deviation began is no cause of its own, except where that alone suffices.
  const itself = own !== 0 && !same.includes(own) ? own : 0;
  const named = namedMask(lattice.plan, said, factors) & ~itself;
  if (same.some((mask) => (mask & named) !== 0)) return of("right", "named in a sufficient set");
  const others = repairs & ~named;
  const without = await lattice.at(fullMask(lattice.plan) & ~named);
  if (named !== 0 && outcomeIn(without, place) !== outcomeIn(lattice.full, place)) {
    if (isWellIn(without, place)) return of("right", "removal repairs it");
    return others === 0
      ? of("right", "removal changes it")
      : of("proximate", "removal changes it, and something not named repairs it");
  }
  const timerEffect = await effectOfTimer(lattice, place, said);
  if (timerEffect === "repaired") {
    return of(
      "right",
      others === 0 ? "timer repairs it" : "timer repairs it, as something not named does",
      timerEffect,
    );
  }
  if (timerEffect === "changed") {
    return others === 0
      ? of("right", "timer changes it", timerEffect)
      : of("proximate", "timer changes it, and something not named repairs it", timerEffect);
  }
  if (factors.after !== undefined && isAfter(factors.after, lattice, place)) {
    return of("right", `after ${factors.after}`, timerEffect);
  }
  if (timerEffect === "nothing") return of("proximate", "the timer fired, and repairs nothing", timerEffect);
  if (factors.condition === true) return of("proximate", "a condition of the scenario");
  if (named !== 0 && endIn(without, place) !== endIn(lattice.full, place)) {
    return of("proximate", "removal changes only when it ended");
  }
  return of("wrong", named === 0 ? "names no deviation" : "removal changes nothing");
}

/** Takes the named timer out of the run; `undefined` where no timer is named, or nothing takes it out. */
export async function effectOfTimer(
  lattice: Lattice,
  place: string,
  { timer }: Said,
): Promise<TimerEffect | undefined> {
  const change = timer === undefined ? undefined : changeWithout(timer);
  if (timer === undefined || change === undefined) return undefined;
  const own = knobsOfTimer(timer);
  const ofKnob = lattice.plan.deviations.reduce(
    (mask, deviation, at) => (own.includes(nameOfDeviation(deviation)) ? mask | (1 << at) : mask),
    0,
  );
  const changed = await lattice.changed(change, ofKnob).catch(unlessRefused);
  if (changed === undefined) return undefined;
  if (isWellIn(changed, place)) return "repaired";
  return outcomeIn(changed, place) === outcomeIn(lattice.full, place) ? "nothing" : "changed";
}

/** A run without the timer may never come to rest. */
function unlessRefused(error: unknown): undefined {
  if (!(error instanceof PlanRefusedError)) throw error;
}

/** Some ceremony before this one left behind what the sentence names. */
function isAfter(what: Aftermath, { full }: Lattice, place: string): boolean {
  const at = full.ceremonies.findIndex((ceremony) => ceremony.place === place);
  const earlier = full.ceremonies.slice(0, at).map(({ outcome }) => outcome);
  if (what === "an unfinished ceremony") {
    const beganAt = full.ceremonies[at]?.outcome.beganAt ?? 0;
    return earlier.some(({ settledAt }) => settledAt > beganAt);
  }
  if (what === "a failed attempt")
    return earlier.some(({ kind, accepted }) => kind === "factor" && !accepted);
  return earlier.some(({ kind, row, orphan, ghost }) => kind === "registration" && (!row || orphan || ghost));
}
