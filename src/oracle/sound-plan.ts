import type { Folded } from "./folded-run.js";
import { latticeOf, type Lattice, type LatticeDeps } from "./lattice.js";
import { drawPlan, type DrawOptions } from "./draw-plan.js";
import { isPlainlyWell } from "./outcome.js";
import { fullMask } from "./plan.js";
import { PlanRefusedError } from "./runner.js";

/** How often a draw is drawn again before it is given up. */
const AGAIN_MAX = 50;

/** A plan that can be judged, and why others were drawn in its place. */
export interface SoundPlan {
  /** Absent when no plan was found. */
  readonly lattice: Lattice | undefined;
  /** Plans that were not sound, by reason. */
  readonly redrawn: readonly string[];
}

/** Draws until a plan is sound: its base goes plainly well without the deviations, and every run of it can be played. */
export async function drawSoundPlan(
  options: Omit<DrawOptions, "again">,
  deps: LatticeDeps,
): Promise<SoundPlan> {
  const redrawn: string[] = [];
  for (let again = 0; again < AGAIN_MAX; again += 1) {
    const plan = drawPlan({ ...options, again });
    try {
      const lattice = plan.deviations.length === 0 ? undefined : await latticeOf(plan, deps);
      if (lattice === undefined) redrawn.push("no deviation");
      else if (!isWellRun(await lattice.at(0))) redrawn.push("base not well");
      else {
        // A refusal in any counterfactual run refuses the plan, so that none comes up later.
        if (!isWellAndSaid(lattice.full)) await playAll(lattice);
        return { lattice, redrawn };
      }
    } catch (error) {
      if (!(error instanceof PlanRefusedError)) throw error;
      redrawn.push(error.code);
    }
  }
  return { lattice: undefined, redrawn };
}

/** Says whether every ceremony of a run went plainly well, and there was one. */
export function isWellRun({ ceremonies }: Folded): boolean {
  return ceremonies.length > 0 && ceremonies.every(({ outcome }) => isPlainlyWell(outcome));
}

function isWellAndSaid(folded: Folded): boolean {
  return isWellRun(folded) && folded.ceremonies.every(({ said }) => said?.cause === "success");
}

async function playAll(lattice: Lattice): Promise<void> {
  for (let mask = 0; mask <= fullMask(lattice.plan); mask += 1) await lattice.at(mask);
}
