import type { Lattice } from "./lattice.js";
import { bitsOf, fullMask, type Mask } from "./plan.js";

/** Returns the lattice of the same plan with fewer deviations: its runs are those of the whole lattice. */
export async function partOf(lattice: Lattice, mask: Mask): Promise<Lattice> {
  const bits = bitsOf(mask);
  const deviations = lattice.plan.deviations.filter((_, at) => (mask & (1 << at)) !== 0);
  const widen = (small: Mask) =>
    bits.reduce((wide, bit, at) => ((small & (1 << at)) !== 0 ? wide | bit : wide), 0);
  const narrow = (wide: Mask) =>
    bits.reduce((small, bit, at) => ((wide & bit) !== 0 ? small | (1 << at) : small), 0);
  const gone = fullMask(lattice.plan) & ~mask;
  return {
    ...lattice,
    plan: { ...lattice.plan, deviations },
    full: await lattice.at(mask),
    ownAction: (place) => narrow(lattice.ownAction(place)),
    compose: (small) => lattice.compose(widen(small)),
    at: (small) => lattice.at(widen(small)),
    changed: (change, without) => lattice.changed(change, gone | widen(without)),
  };
}
