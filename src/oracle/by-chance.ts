import { seededEntropy } from "../core/entropy.js";
import { CAUSE_FACTORS } from "./cause-factors.js";
import { CONDITION_FACTORS } from "./causes/conditions.js";
import { pickFrom } from "./draw-value.js";
import type { Said } from "./runner.js";

const CAUSES = Object.keys(CAUSE_FACTORS);
const WAITS = Object.keys(CONDITION_FACTORS);

/**
 * Names a cause by lot, and as many waits as the engine named: how often that is judged right says how much of the
 * engine's rate the oracle gives away.
 */
export function saidByChance({ ceremony, waitedFor = [] }: Said, seed: string): Said {
  const entropy = seededEntropy(`oracle/chance/${seed}`);
  return {
    ceremony,
    cause: pickFrom(CAUSES, entropy),
    waitedFor: waitedFor.map(() => pickFrom(WAITS, entropy)),
    text: "by chance",
  };
}
