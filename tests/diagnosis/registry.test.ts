import { describe, expect, test } from "vitest";
import { CEREMONY_KINDS } from "../../src/diagnosis/facts/ceremony.js";
import type { Rule } from "../../src/diagnosis/rule.js";
import { ROOT_CAUSE_IDS, RULES } from "../../src/diagnosis/rules/registry.js";
import { CATALOGUE } from "../../src/scenarios/catalogue.js";

const rules: readonly Rule[] = RULES;
const ids = rules.map(({ id }) => id);

test("no two rules share an id", () => {
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
});

test("ids are those of the rules in their order, and undecided", () => {
  expect(ROOT_CAUSE_IDS).toEqual([...ids, "undecided"]);
});

describe.each(rules.map((rule) => [rule.id, rule] as const))("%s", (_, { kinds, text }) => {
  test("is tried for some kind of ceremony, and says in one sentence what it is", () => {
    expect(kinds.length).toBeGreaterThan(0);
    expect(kinds.every((kind) => CEREMONY_KINDS.includes(kind))).toBe(true);
    expect(text).toMatch(/^[A-Z][^.|]{10,110}\.$/);
  });
});

test("what the catalogue expects of ceremonies is in the registry", () => {
  const expected = CATALOGUE.flatMap(({ expect: promised }) => promised.mechanisms);
  expect(expected.filter((id) => !ROOT_CAUSE_IDS.includes(id))).toEqual([]);
});
