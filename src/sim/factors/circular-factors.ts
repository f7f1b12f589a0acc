/** What a change of a factor needs, as a site's rules have it. */
import { checkArguments, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";

export interface FactorRules {
  readonly enrolled: readonly string[];
  /** Factors any one of which opens the settings page; empty when a session is enough. */
  readonly settingsNeedOneOf: readonly string[];
  /** Ways to a session that need no factor, such as recovery codes. */
  readonly withoutFactor: readonly string[];
}

const RULES = parameters<FactorRules>({
  enrolled: shape.list(shape.text),
  settingsNeedOneOf: shape.list(shape.text),
  withoutFactor: shape.list(shape.text),
});

/**
 * Lists factors whose loss locks the user out: no factor that is left opens the page where they could be replaced.
 *
 * A static check of a site's rules; it runs nothing.
 */
export function circularFactors(rules: FactorRules): readonly string[] {
  checkArguments("circularFactors", { rules: [RULES, rules] });
  const { enrolled, settingsNeedOneOf, withoutFactor } = rules;
  if (withoutFactor.length > 0) return [];
  return enrolled.filter((lost) => {
    const left = enrolled.filter((factor) => factor !== lost);
    if (left.length === 0) return true;
    return settingsNeedOneOf.length > 0 && !settingsNeedOneOf.some((factor) => left.includes(factor));
  });
}
