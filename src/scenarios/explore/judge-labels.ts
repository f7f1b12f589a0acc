import { judgeStory, type LabelJudgement } from "../../oracle/judge-story.js";
import type { PlanAction, PlanKnobs } from "../../oracle/plan.js";
import type { Scenario } from "../scenario.js";
import { diagnose, oracleRunner } from "./oracle-runner.js";
import { isStoryKnob } from "./story-knobs.js";

export interface LabelOptions {
  /** Called before each scenario with how many are done. */
  readonly onProgress?: (done: number, next: Scenario) => void;
}

/** Holds the causes that scenarios state to counterfactual runs of these scenarios. */
export async function judgeLabels(
  scenarios: readonly Scenario[],
  { onProgress }: LabelOptions = {},
): Promise<readonly LabelJudgement[]> {
  const judgements: LabelJudgement[] = [];
  for (const [done, scenario] of scenarios.entries()) {
    onProgress?.(done, scenario);
    const { id, knobs, script, expect } = scenario;
    if (expect.mechanisms.every((cause) => cause === "success")) continue;
    const story = {
      id,
      // A scenario's knobs and actions have the shape of a plan's.
      knobs: knobs as PlanKnobs,
      script: script as readonly PlanAction[],
      causes: expect.mechanisms,
    };
    judgements.push(...(await judgeStory(story, { runner: oracleRunner, diagnose }, isStoryKnob)));
  }
  return judgements;
}
