import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CATALOGUE } from "../../src/scenarios/catalogue.js";

const PAGE = readFileSync(new URL("../../docs/verdicts.md", import.meta.url), "utf8");

test("the table of verdicts has every cause that a story injects, and how many stories do", () => {
  const causes = new Map<string, number>();
  for (const { expect: promised } of CATALOGUE) {
    for (const cause of new Set(promised.mechanisms)) causes.set(cause, (causes.get(cause) ?? 0) + 1);
  }
  const rows = [...PAGE.matchAll(/^\| `([^`]+)` +\| +(\d+) +\|$/gm)].map(([, id, count]) => `${id} ${count}`);
  expect(rows).toEqual([...causes].map(([id, count]) => `${id} ${count}`).sort());
});
