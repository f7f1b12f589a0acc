import { KEY_CAUSES } from "./causes/key-causes.js";
import { FACTOR_CAUSES } from "./causes/factor-causes.js";
import { PHONE_CAUSES } from "./causes/phone-causes.js";
import { SITE_CAUSES } from "./causes/site-causes.js";
import type { CauseFactors } from "./causes/cause-row.js";

/**
 * What each cause's sentence names, as deviations whose removal counts as taking that cause away.
 *
 * Written from the sentences, leniently: a sentence that says "the key was not touched" names the user's delay. A
 * cause without a row is counted apart, as unmapped.
 */
export const CAUSE_FACTORS: Readonly<Record<string, CauseFactors>> = {
  ...KEY_CAUSES,
  ...PHONE_CAUSES,
  ...SITE_CAUSES,
  ...FACTOR_CAUSES,
};

/** Causes that name no trouble: what is said of them is judged by the outcome alone. */
export const NO_TROUBLE: readonly string[] = ["success", "undecided"];

/** Returns the row of a cause; `undefined` where nobody has written one. */
export function factorsOf(cause: string): CauseFactors | undefined {
  return Object.hasOwn(CAUSE_FACTORS, cause) ? CAUSE_FACTORS[cause] : undefined;
}

/** Says whether a row names a deviation: a knob by its name or its group (`tunnel.*`), an action as `do:unplug`. */
export function namesDeviation({ names }: CauseFactors, deviation: string): boolean {
  const group = `${deviation.split(".")[0] ?? ""}.*`;
  return names.includes(deviation) || (deviation.includes(".") && names.includes(group));
}
