import { CATALOGUE } from "./catalogue.js";
import { formerIdsOf } from "./catalogue/aliases.js";
import type { Scenario } from "./scenario.js";

export interface ScenarioSearch {
  /** Every one of them has to occur, in any case and anywhere in the text of a scenario; none finds all. */
  readonly words?: readonly string[];
  readonly group?: Scenario["group"] | undefined;
}

/**
 * Finds scenarios of the catalogue by what is written in them: id, former id, title, story, sources, and the ids of
 * the mechanisms they expect. In the order of the catalogue.
 */
export function searchScenarios({ words = [], group }: ScenarioSearch): readonly Scenario[] {
  const wanted = words.map((word) => word.toLowerCase());
  return CATALOGUE.filter((scenario) => {
    if (group !== undefined && scenario.group !== group) return false;
    const text = textOf(scenario);
    return wanted.every((word) => text.includes(word));
  });
}

function textOf({ id, title, story, sources, expect }: Scenario): string {
  return [id, ...formerIdsOf(id), title, story, ...sources, ...expect.mechanisms].join("\n").toLowerCase();
}
