import type { TraceRecord } from "../../src/core/trace.js";
import { explain } from "../../src/diagnosis/explain.js";
import type { CeremonyDiagnosis, Explanation } from "../../src/diagnosis/explanation.js";
import { gatherFacts } from "../../src/diagnosis/gather-facts.js";
import type { CeremonyTrace } from "../../src/diagnosis/facts/ceremony.js";
import type { TraceFacts } from "../../src/diagnosis/facts/trace-facts.js";
import type { Layer } from "../../src/diagnosis/rule.js";
import { PROBE_LAYERS } from "../../src/diagnosis/without-probe.js";
import { describeDeviation } from "../../src/oracle/case.js";
import { drawPlan, sampleOf } from "../../src/oracle/draw-plan.js";
import { foldOutcomes, type PlacedOutcome } from "../../src/oracle/outcome.js";
import { composeRun, fullMask, type Plan } from "../../src/oracle/plan.js";
import { PlanRefusedError } from "../../src/oracle/runner.js";
import { knobInfos, oracleRunner } from "../../src/scenarios/explore/oracle-runner.js";

/** One ceremony of a drawn run: what is said of it, what its records say, and what the oracle folds from them. */
export interface DrawnCeremony {
  readonly said: CeremonyDiagnosis;
  readonly trace: CeremonyTrace;
  readonly folded: PlacedOutcome;
}

/** A run of a plan that was drawn, and what the diagnosis says of it. */
export interface DrawnRun {
  /** Names the draw and its deviations, for the message of a test that fails. */
  readonly name: string;
  readonly records: readonly TraceRecord[];
  readonly facts: TraceFacts;
  readonly ceremonies: readonly DrawnCeremony[];
  /** What is said of the trace without the records of one layer, another one for each draw. */
  readonly explainedWithout: () => { readonly layer: Layer; readonly explanation: Explanation };
}

const KNOBS = knobInfos();

/** Draws a plan as the oracle draws, plays it with all its deviations and explains it; plans that are refused are drawn again. */
export async function drawRun(seed: string, draw: number): Promise<DrawnRun> {
  for (let again = 0; ; again += 1) {
    const plan = drawPlan({ seed, draw, sample: sampleOf(draw), again, knobs: KNOBS });
    try {
      const { records, ledger } = await oracleRunner.run(composeRun(plan, fullMask(plan)));
      const layer = PROBE_LAYERS[draw % PROBE_LAYERS.length] as Layer;
      return {
        ...judged(nameOf(plan, seed, draw), records, foldOutcomes({ records, ledger })),
        explainedWithout: once(() => ({
          layer,
          explanation: explain(records.filter(({ kind }) => !kind.startsWith(`${layer}.`))),
        })),
      };
    } catch (error) {
      if (!(error instanceof PlanRefusedError)) throw error;
    }
  }
}

function judged(
  name: string,
  records: readonly TraceRecord[],
  outcomes: readonly PlacedOutcome[],
): Omit<DrawnRun, "explainedWithout"> {
  const facts = gatherFacts(records);
  const ceremonies = explain(records).ceremonies.flatMap((said): readonly DrawnCeremony[] => {
    const trace = facts.ceremonyById.get(said.ceremony);
    const folded = outcomes.find(({ ceremony }) => ceremony === said.ceremony);
    return trace === undefined || folded === undefined ? [] : [{ said, trace, folded }];
  });
  return { name, records, facts, ceremonies };
}

function once<T>(compute: () => T): () => T {
  let known: { readonly value: T } | undefined;
  return () => (known ??= { value: compute() }).value;
}

function nameOf({ base, deviations }: Plan, seed: string, draw: number): string {
  return `${seed}/${sampleOf(draw)}/${draw} ${base.id}: ${deviations.map(describeDeviation).join(", ")}`;
}
