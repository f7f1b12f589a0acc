import { expect, test } from "vitest";
import { precedenceOf, strongestMatches } from "../../src/diagnosis/choose-rule.js";
import { outcomeOf } from "../../src/diagnosis/facts/outcome.js";
import { gatherFacts } from "../../src/diagnosis/gather-facts.js";
import { defineRule, PASSKEY } from "../../src/diagnosis/rule.js";
import { CATALOGUE } from "../../src/scenarios/catalogue.js";
import { runScenario } from "../../src/scenarios/run.js";

const ruleOf = (id: string, over?: readonly string[]) =>
  defineRule({ id, kinds: PASSKEY, text: "A cause.", ...(over && { over }), match: () => undefined });

test("a rule prevails over whatever those it prevails over prevail over", () => {
  const rules = [ruleOf("a", ["b"]), ruleOf("b", ["c"]), ruleOf("c")];
  expect([...(precedenceOf(rules).get("a") ?? [])].sort()).toEqual(["b", "c"]);
});

test("a circle, and a rule that is not there, are refused", () => {
  expect(() => precedenceOf([ruleOf("a", ["b"]), ruleOf("b", ["a"])])).toThrow(/prevails over itself/);
  expect(() => precedenceOf([ruleOf("a", ["nobody"])])).toThrow(/no rule has the id nobody/);
});

test("in no ceremony of the catalogue do two rules match without a declared precedence", async () => {
  const ambiguous: string[] = [];
  for (const scenario of CATALOGUE) {
    const { records } = await runScenario(scenario, { seed: "precedence" });
    const facts = gatherFacts(records);
    for (const ceremony of facts.ceremonies) {
      const matches = strongestMatches(ceremony, facts, outcomeOf(ceremony, facts));
      if (matches.length > 1) {
        ambiguous.push(`${scenario.id} ${ceremony.id}: ${matches.map(({ rule }) => rule.id).join(", ")}`);
      }
    }
  }
  expect(ambiguous).toEqual([]);
});
