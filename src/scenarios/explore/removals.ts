import { isWellIn, outcomeIn } from "../../oracle/folded-run.js";
import type { Lattice } from "../../oracle/lattice.js";
import { bitsOf, fullMask, masksBySize, type Mask } from "../../oracle/plan.js";
import { PlanRefusedError } from "../../oracle/runner.js";
import type { Effect } from "./proof.js";

/** The most deviations that are taken away together. */
const TOGETHER_MAX = 3;

/** Takes each deviation away alone, and says what that does to a ceremony. */
export async function removeEach(lattice: Lattice, place: string): Promise<ReadonlyMap<Mask, Effect>> {
  const full = fullMask(lattice.plan);
  const effects = new Map<Mask, Effect>();
  for (const bit of bitsOf(full)) effects.set(bit, await effectWithout(lattice, place, bit));
  return effects;
}

/** Finds the smallest sets of two and three of some deviations whose absence heals a ceremony. */
export async function removeTogether(
  lattice: Lattice,
  place: string,
  within: Mask,
): Promise<readonly Mask[]> {
  const healing: Mask[] = [];
  for (const gone of masksBySize(within)) {
    const size = bitsOf(gone).length;
    if (size === 0 || healing.some((smaller) => (gone & smaller) === smaller)) continue;
    if (size > TOGETHER_MAX) break;
    if ((await effectWithout(lattice, place, gone)) === "heals") healing.push(gone);
  }
  return healing.filter((gone) => bitsOf(gone).length > 1);
}

/** A run that is refused without a deviation shows nothing. */
async function effectWithout(lattice: Lattice, place: string, gone: Mask): Promise<Effect> {
  try {
    const without = await lattice.at(fullMask(lattice.plan) & ~gone);
    if (isWellIn(without, place)) return "heals";
    return outcomeIn(without, place) === outcomeIn(lattice.full, place) ? "nothing" : "changes";
  } catch (error) {
    if (error instanceof PlanRefusedError) return "nothing";
    throw error;
  }
}
