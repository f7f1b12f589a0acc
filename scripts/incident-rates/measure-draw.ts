import { drawPlan, sampleOf } from "../../src/oracle/draw-plan.js";
import type { KnobInfo } from "../../src/oracle/knob-info.js";
import { composeRun, fullMask } from "../../src/oracle/plan.js";
import { PlanRefusedError } from "../../src/oracle/runner.js";
import { explain } from "../../src/diagnosis/explain.js";
import { oracleRunner } from "../../src/scenarios/explore/oracle-runner.js";
import type { TraceRecord } from "../../src/core/trace.js";

/** A drawn run with its whole trace. */
export interface DrawnRun {
  readonly records: readonly TraceRecord[];
  readonly explanation: ReturnType<typeof explain>;
  /** The client profile that the plan names. */
  readonly client: string | undefined;
}

/** How often a draw whose plan cannot be played is drawn again. */
const AGAIN_MAX = 50;

/** Plays the draw as the oracle draws it; attempts with fallback factors leave none of these logs, and are passed over. */
export async function playDraw(
  seed: string,
  draw: number,
  knobs: readonly KnobInfo[],
): Promise<DrawnRun | undefined> {
  const sample = sampleOf(draw);
  if (sample === "F") return undefined;
  for (let again = 0; again < AGAIN_MAX; again += 1) {
    const plan = drawPlan({ seed, draw, sample, again, knobs });
    if (plan.deviations.length === 0) continue;
    try {
      const planned = composeRun(plan, fullMask(plan));
      const { records } = await oracleRunner.run(planned);
      const client = planned.knobs["client.profile"];
      return {
        records,
        explanation: explain(records),
        client: typeof client === "string" ? client : undefined,
      };
    } catch (error) {
      if (!(error instanceof PlanRefusedError)) throw error;
    }
  }
  return undefined;
}
