import { isWellIn, outcomeIn } from "./folded-run.js";
import type { Lattice } from "./lattice.js";
import { bitsOf, fullMask, masksBySize, type Mask } from "./plan.js";

/** Sets of deviations that bring about one ceremony's outcome. */
export interface Sufficient {
  /** Smallest sets that bring about the very outcome. */
  readonly same: readonly Mask[];
  /** Smallest sets with which the ceremony does not go well. */
  readonly ill: readonly Mask[];
  /** Single deviations whose absence alone makes all well. */
  readonly repairs: Mask;
}

/**
 * Finds the smallest sufficient sets of a ceremony's outcome, from the runs with every subset of the deviations.
 *
 * @param within deviations that the sets are made of; all of them when absent.
 */
export async function sufficientSets(
  lattice: Lattice,
  place: string,
  within: Mask = fullMask(lattice.plan),
): Promise<Sufficient> {
  const full = fullMask(lattice.plan);
  // A ceremony that a deviation began is judged in the runs that have it.
  const always = lattice.ownAction(place);
  const wanted = outcomeIn(lattice.full, place);
  const same: Mask[] = [];
  const ill: Mask[] = [];
  for (const mask of masksBySize(within)) {
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
