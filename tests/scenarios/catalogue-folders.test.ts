/** One folder of the catalogue for each group, and titles that can be read alone. */
import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { CATALOGUE } from "../../src/scenarios/catalogue.js";
import { CATALOGUE_GROUPS } from "../../src/scenarios/catalogue/groups.js";
import type { Scenario } from "../../src/scenarios/scenario.js";

const FOLDER = resolve(import.meta.dirname, "../../src/scenarios/catalogue");

const folders = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

test("every group has a folder, and every folder is a group", () => {
  expect(folders.sort()).toEqual(Object.keys(CATALOGUE_GROUPS).sort());
});

test.each(folders)("what stands in %s/ is of that group and in the catalogue", async (group) => {
  const lists: Scenario[] = [];
  for (const file of readdirSync(join(FOLDER, group))) {
    const exports = (await import(pathToFileURL(join(FOLDER, group, file)).href)) as Record<string, unknown>;
    for (const value of Object.values(exports))
      if (Array.isArray(value)) lists.push(...(value as Scenario[]));
  }
  expect(lists.length).toBeGreaterThan(0);
  expect(lists.filter((scenario) => scenario.group !== group || !CATALOGUE.includes(scenario))).toEqual([]);
});

test("titles can be read alone, and users are called users", () => {
  for (const { id, title, story } of CATALOGUE) {
    expect(title, id).not.toMatch(/^The same\b|\bas above\b/);
    expect(`${title} ${story}`, id).not.toMatch(/\b(persons?|people|somebody|whoever)\b/i);
  }
});

test("no two titles are alike", () => {
  const titles = CATALOGUE.map(({ title }) => title);
  expect(titles.filter((title, at) => titles.indexOf(title) !== at)).toEqual([]);
});
