import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import { judgeScenario, type LabelJudgement } from "../../oracle/judge-labels.js";
import type { PlanAction, PlanKnobs } from "../../oracle/plan.js";
import type { Scenario } from "../scenario.js";
import { isGivenKnob } from "./given-knobs.js";
import { diagnose, oracleRunner } from "./oracle-runner.js";

export interface LabelOptions {
  /** Called before each scenario with how many are done. */
  readonly onProgress?: (done: number, next: Scenario) => void;
}

const OPTIONS = parameters<LabelOptions>({ onProgress: maybe(arg.callable) });

/** Holds the causes that scenarios state to counterfactual runs of these scenarios. */
export async function judgeLabels(
  scenarios: readonly Scenario[],
  options: LabelOptions = {},
): Promise<readonly LabelJudgement[]> {
  checkArguments("judgeLabels", {
    scenarios: [shape.list(arg.object), scenarios],
    options: [OPTIONS, options],
  });
  const { onProgress } = options;
  const judgements: LabelJudgement[] = [];
  for (const [done, scenario] of scenarios.entries()) {
    onProgress?.(done, scenario);
    const { id, knobs, script, expect } = scenario;
    if (expect.mechanisms.every((cause) => cause === "success")) continue;
    const labelled = {
      id,
      // A scenario's knobs and actions have the shape of a plan's.
      knobs: knobs as PlanKnobs,
      script: script as readonly PlanAction[],
      causes: expect.mechanisms,
    };
    judgements.push(...(await judgeScenario(labelled, { runner: oracleRunner, diagnose }, isGivenKnob)));
  }
  return judgements;
}
