import { expect, test } from "vitest";
import { CATALOGUE } from "../../src/scenarios/catalogue.js";
import { searchScenarios } from "../../src/scenarios/search-scenarios.js";

const idsFor = (...words: readonly string[]) => searchScenarios({ words }).map(({ id }) => id);

test("finds everything when nothing is asked for", () => {
  expect(searchScenarios({})).toEqual(CATALOGUE);
});

test.each([
  ["its id", "page-guard-late-mail/prevented", "page-guard-late-mail/prevented"],
  ["its former id", "monex-callcentre-reset", "call-centre-factor-reset"],
  ["its title", "half a second before it scans", "ble-windows-poweron-race/waits-first"],
  ["its story", "metadata fetch", "rp-gateway-504-late-commit"],
  ["its sources", "pocket-id/pocket-id 882", "rp-replica-lag"],
  ["its mechanisms", "assertion-window-missed", "next-assertion-30s"],
])("finds a scenario by %s, in any case", (_, word, id) => {
  expect(idsFor(word)).toContain(id);
  expect(idsFor(word.toUpperCase())).toEqual(idsFor(word));
});

test("wants every word", () => {
  const both = idsFor("rakuten", "504");
  expect(both).toContain("rp-owned-qr/gateway");
  expect(both).toEqual(idsFor("rakuten").filter((id) => idsFor("504").includes(id)));
  expect(idsFor("rakuten", "no such word")).toEqual([]);
});

test("keeps to one group", () => {
  const found = searchScenarios({ words: ["rakuten"], group: "gateway" });
  expect(found.length).toBeGreaterThan(0);
  expect(found.every(({ group }) => group === "gateway")).toBe(true);
});
