import { factorsOf, namesDeviation } from "../../oracle/cause-factors.js";
import { outcomeIn, type Judged } from "../../oracle/folded-run.js";
import { effectOfTimer, judgeCeremony, namedMask, WELL, type Judgement } from "../../oracle/judge.js";
import { bitsOf, fullMask, nameOfDeviation, type Deviation } from "../../oracle/plan.js";
import { isPlainlyWell } from "../../oracle/outcome.js";
import { PlanRefusedError, type Said } from "../../oracle/runner.js";
import { maskThatMatters } from "../../oracle/scenario-plan.js";
import type { Dissected } from "./dissect.js";
import type { CeremonyProof, Effect, ProofStatus, TriedAdvice } from "./proof.js";
import { removeEach, removeTogether } from "./removals.js";

/** What the runs without deviations say of a verdict. */
export type Finding = Pick<
  CeremonyProof,
  "status" | "why" | "named" | "heals" | "changes" | "nothing" | "healsTogether" | "smallestSets"
>;

/** The most deviations of which every set is played. */
const SETS_OF_MAX = 9;

const NOTHING_FOUND = {
  named: [],
  heals: [],
  changes: [],
  nothing: [],
  healsTogether: [],
  smallestSets: [],
} satisfies Partial<Finding>;

const ALL_WELL: Finding = { ...NOTHING_FOUND, status: "went-well", why: "all is well" };

/** Holds a verdict to the runs in which deviations of a scenario are taken away. */
export async function findByRemoval(
  { lattice, names }: Dissected,
  ceremony: Judged & { readonly said: Said },
): Promise<Finding> {
  const { place, said } = ceremony;
  if (said.cause === "success" && isPlainlyWell(ceremony.outcome)) return ALL_WELL;
  const factors = factorsOf(said.cause);
  const named = factors === undefined ? 0 : namedMask(lattice.plan, said, factors);
  const isNamed = (deviation: Deviation) =>
    factors !== undefined && namesDeviation(factors, nameOfDeviation(deviation));
  const effects = await removeEach(lattice, place);
  const withEffect = (wanted: Effect) =>
    names([...effects].reduce((mask, [bit, effect]) => (effect === wanted ? mask | bit : mask), 0));
  const single = {
    named: names(named),
    heals: withEffect("heals"),
    changes: withEffect("changes"),
    nothing: withEffect("nothing"),
  };
  const unset = { ...single, healsTogether: [], smallestSets: [] };
  const within = await maskThatMatters(lattice, isNamed, place);
  const left = bitsOf(within).length;
  if (left > SETS_OF_MAX) return { ...unset, status: "not-proven", why: `${left} deviations matter` };
  const judgement = await judgeCeremony(lattice, ceremony, within);
  if (judgement === WELL) return ALL_WELL;
  const together = await removeTogether(lattice, place, within);
  const found = {
    ...single,
    healsTogether: together.map(names),
    smallestSets: (judgement.sufficient?.same ?? []).map(names),
  };
  const without = await lattice.at(fullMask(lattice.plan) & ~named);
  const makesDifference = outcomeIn(without, place) !== outcomeIn(lattice.full, place);
  const status = statusOf(judgement, makesDifference, found.heals.length + together.length > 0);
  // Taken away together, an action that the ceremony needs may hide what one of the others heals.
  const repair = bitsOf(named).find((bit) => effects.get(bit) === "heals");
  if (repair === undefined || judgement.class === "right") return { ...found, status, why: judgement.why };
  return { ...found, status: "proven", why: `removal of ${names(repair).join("")} repairs it` };
}

/** Reasons of the oracle for which nothing is to be proven: in the end all went well. */
const NO_TROUBLE: readonly string[] = ["recovered", "the user had left"];

function statusOf({ class: is, why }: Judgement, makesDifference: boolean, heals: boolean): ProofStatus {
  if (is === "right") {
    if (NO_TROUBLE.includes(why)) return "went-well";
    return why === "named in a sufficient set" && !makesDifference ? "over-determined" : "proven";
  }
  if (why === "a condition of the story") return "condition";
  return heals ? "corrected" : "not-proven";
}

const TIMER_EFFECTS = { repaired: "heals", changed: "changes", nothing: "nothing" } as const;

/** Says what lengthening the deciding timer does; `undefined` where none decided, or nothing lengthens it. */
export async function lengthenTimer(
  { lattice }: Dissected,
  { place, said }: { readonly place: string; readonly said: Said },
): Promise<CeremonyProof["timer"]> {
  const effect = await effectOfTimer(lattice, place, said);
  if (said.timer === undefined || effect === undefined) return undefined;
  return { name: said.timer, lengthened: TIMER_EFFECTS[effect] };
}

/**
 * Proves a verdict whose cause deviates in nothing: what it names is a default, and changing that heals.
 *
 * @returns the knobs whose change proves it; `undefined` where no change that was tried is of what it names, and heals.
 */
export function provenByChange(
  cause: string,
  tried: readonly Pick<TriedAdvice, "change" | "effect">[],
): string | undefined {
  const factors = factorsOf(cause);
  if (factors === undefined) return undefined;
  const proof = tried.find(
    ({ change = {}, effect }) =>
      effect === "heals" && Object.keys(change).some((knob) => namesDeviation(factors, knob)),
  );
  return proof === undefined ? undefined : Object.keys(proof.change ?? {}).join(" and ");
}

/** A finding where runs were refused. */
export function refused(error: unknown): Finding {
  if (!(error instanceof PlanRefusedError)) throw error;
  return { ...NOTHING_FOUND, status: "not-proven", why: error.message };
}
