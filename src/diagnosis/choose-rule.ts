import type { CeremonyTrace } from "./facts/ceremony.js";
import type { Outcome } from "./facts/outcome.js";
import type { TraceFacts } from "./facts/trace-facts.js";
import { FAILED, type Match, type Rule } from "./rule.js";
import { RULES, type RootCauseId } from "./rules/registry.js";

type KnownRule = Rule & { readonly id: RootCauseId };

/** A rule whose signature a ceremony bears. */
export interface MatchedRule {
  readonly rule: KnownRule;
  readonly match: Match;
}

const KNOWN_RULES: readonly KnownRule[] = RULES;
const PREVAILS = precedenceOf(KNOWN_RULES);

/**
 * Finds every rule that a ceremony bears the signature of and that no other of them prevails over.
 *
 * @returns one match, or none; more than one is a fault of the registry, which lacks a declared precedence.
 */
export function strongestMatches(
  ceremony: CeremonyTrace,
  facts: TraceFacts,
  { result }: Pick<Outcome, "result">,
): readonly MatchedRule[] {
  const matched = KNOWN_RULES.flatMap((rule): readonly MatchedRule[] => {
    if (!rule.kinds.includes(ceremony.kind) || !(rule.results ?? FAILED).includes(result)) return [];
    const match = rule.match(ceremony, facts);
    return match === undefined ? [] : [{ rule, match }];
  });
  if (matched.length < 2) return matched;
  return matched.filter(
    ({ rule }) => !matched.some((other) => PREVAILS.get(other.rule.id)?.has(rule.id) === true),
  );
}

/**
 * Closes the declared precedences: a rule prevails over whatever those it prevails over prevail over.
 *
 * @throws {Error} for an id that no rule has, and for a rule that would prevail over itself.
 */
export function precedenceOf(rules: readonly Rule[]): ReadonlyMap<string, ReadonlySet<string>> {
  const ids = rules.map(({ id }) => id);
  const declared = new Map(rules.map(({ id, over = [] }) => [id, over]));
  const below = (id: string, path: readonly string[]): readonly string[] => {
    const weaker = declared.get(id);
    if (weaker === undefined)
      throw new Error(`no rule has the id ${id}, which ${path.at(-1) ?? "?"} prevails over`);
    if (weaker === "all") return ids.filter((other) => other !== id);
    if (path.includes(id)) throw new Error(`${id} prevails over itself: ${[...path, id].join(" > ")}`);
    return weaker.flatMap((other) => [other, ...below(other, [...path, id])]);
  };
  return new Map(rules.map(({ id }) => [id, new Set(below(id, []))]));
}
