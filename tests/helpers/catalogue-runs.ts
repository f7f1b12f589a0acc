import type { Scenario } from "../../src/scenarios/scenario.js";
import { runScenario, type Run } from "../../src/scenarios/run.js";

const played = new Map<string, Promise<Run>>();

/**
 * Runs a story of the catalogue once for each seed and worker, and returns the same run to every test that asks.
 * Tests that only read a run share it; a run is deterministic, which `catalogue.test.ts` proves.
 */
export function catalogueRun(scenario: Scenario, seed: string): Promise<Run> {
  const key = JSON.stringify([scenario.id, seed]);
  const run = played.get(key) ?? runScenario(scenario, { seed });
  played.set(key, run);
  return run;
}
