/** Former ids go on working, and say what they are called now. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  ALIASES,
  aliasNote,
  CATALOGUE,
  findScenario,
  resolveScenario,
  scenarioNamed,
} from "../../src/scenarios/catalogue.js";
import { FORMER_IDS } from "../../src/scenarios/catalogue/aliases.js";
import { defineScenario, parseScenarioFile } from "../../src/scenarios/files/define-scenario.js";
import { loadScenarioFile } from "../../src/scenarios/files/load-scenario-file.js";
import { runOfTrace } from "../../src/scenarios/reports/run-of-trace.js";
import { runScenario } from "../../src/scenarios/run.js";

/** Every id of the catalogue before its scenarios were named by behaviour. */
const BEFORE = JSON.parse(readFileSync(new URL("former-ids.json", import.meta.url), "utf8")) as string[];

const IDS = CATALOGUE.map(({ id }) => id);

test("every id the catalogue ever had names a scenario, each another one", () => {
  const present = BEFORE.map((id) => resolveScenario(id).scenario.id);
  expect(new Set(present).size).toBe(294);
});

test("an id that was kept is no alias, and one that was changed is", () => {
  for (const id of BEFORE) {
    const { alias } = resolveScenario(id);
    expect(alias, id).toBe(IDS.includes(id) ? undefined : id);
  }
  expect(BEFORE.filter((id) => resolveScenario(id).alias !== undefined)).toEqual(
    expect.arrayContaining([...ALIASES.keys()]),
  );
});

test("no alias hides a present id, and every line of the table leads to a scenario", () => {
  expect([...ALIASES.keys()].filter((alias) => IDS.includes(alias))).toEqual([]);
  for (const [former, present] of Object.entries(FORMER_IDS)) {
    expect(resolveScenario(former)).toEqual({ scenario: scenarioNamed(present), alias: former });
  }
});

test("a variant follows its scenario, unless it has a line of its own", () => {
  const variant = findScenario("rakuten-error-then-mail/link-flake");
  expect(variant?.scenario.id).toBe("page-guard-late-mail/link-flake");
  const own = findScenario("mercari-pc-passkey-after-qr/hello-off/hello-off-unchecked");
  expect(own?.scenario.id).toBe("platform-passkey-after-qr-login/hello-off/unchecked");
  expect(findScenario("rakuten-error-then-mail/no-such-variant")).toBeUndefined();
});

test("the note names both ids, and there is none for a present one", () => {
  expect(aliasNote(resolveScenario("rakuten-error-then-mail"))).toBe(
    '"rakuten-error-then-mail" is now "page-guard-late-mail"',
  );
  expect(aliasNote(resolveScenario("late-delivery"))).toBeUndefined();
});

test("a misspelt former id is answered with the present one", () => {
  expect(() => resolveScenario("rakuten-eror-then-mail")).toThrow(
    expect.objectContaining({ code: "SCENARIO_UNKNOWN", hint: "did you mean page-guard-late-mail?" }),
  );
});

test("ids name behaviour: companies are in sources only", () => {
  expect(IDS.filter((id) => /rakuten|mercari|monex|google|fallback-line/.test(id))).toEqual([]);
  const reported = CATALOGUE.filter(({ sources }) => /Rakuten|Mercari|Monex/.test(sources.join()));
  expect(reported.length).toBeGreaterThan(40);
});

describe("a scenario file that extends a former id", () => {
  const FILE = { extends: "rakuten-rp-owned-qr", title: "Mine" };
  const seen: unknown[] = [];
  const onAlias = ({ scenario, alias }: { scenario: { id: string }; alias?: string }) =>
    seen.push([alias, scenario.id]);

  test.each([
    ["defined in a program", () => defineScenario(FILE, { onAlias })],
    ["read as text", () => parseScenarioFile(JSON.stringify(FILE), { name: "mine", onAlias })],
    [
      "loaded",
      () =>
        loadScenarioFile(
          "mine.json",
          { read: async () => ({ json: JSON.stringify(FILE) }), beside: (_, name) => name },
          { onAlias },
        ),
    ],
  ])("is %s, and the caller is told", async (_, read) => {
    seen.length = 0;
    const story = await read();
    expect(story.knobs).toEqual(scenarioNamed("rp-owned-qr").knobs);
    expect(seen).toEqual([["rakuten-rp-owned-qr", "rp-owned-qr"]]);
  });

  test("cannot take a former id for its own", () => {
    expect(() => defineScenario({ ...FILE, id: "rakuten-rp-owned-qr" })).toThrow(/id/);
    const text = JSON.stringify({ script: [{ do: "register" }] });
    expect(parseScenarioFile(text, { name: "rakuten-rp-owned-qr.json" }).id).toBe("rakuten-rp-owned-qr/own");
  });
});

test("a stored trace with a former id is held to what its scenario expects", async () => {
  const { records } = await runScenario(scenarioNamed("rp-owned-qr"), { seed: "stored" });
  const stored = records.map((record) =>
    record.kind === "run.started" ? { ...record, scenario: "rakuten-rp-owned-qr" } : record,
  );
  const run = runOfTrace(stored);
  expect(run).toMatchObject({ verdict: "as-expected", alias: "rakuten-rp-owned-qr" });
  expect(run.scenario.id).toBe("rp-owned-qr");
  expect(run.reproduction).toBe("passkey-harness run rp-owned-qr --seed stored");
  expect(runOfTrace(records)).not.toHaveProperty("alias");
});
