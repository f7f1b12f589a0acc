/** The published schema of scenario files and the shape it is made from say the same. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { KNOB_SPECS } from "../../src/sim/knobs/registry.js";
import { ALIASES, CATALOGUE } from "../../src/scenarios/catalogue.js";
import { scenarioSchema } from "../../src/scenarios/files/scenario-schema.js";
import { PROJECT } from "../helpers/project.js";

const SCHEMA = scenarioSchema();

test("has a version of its own, in its name too", () => {
  expect(SCHEMA).toMatchObject({ $id: "urn:passkey-harness:scenario:1", version: 1 });
});

test("describes every knob once, with its default", () => {
  const definitions = SCHEMA["definitions"] as Record<string, { description?: string; default?: unknown }>;
  for (const [group, specs] of Object.entries(KNOB_SPECS)) {
    for (const [name, spec] of Object.entries(specs as Record<string, { doc: string; standard: unknown }>)) {
      const { description, default: standard } = definitions[`knob ${group}.${name}`] ?? {};
      expect({ description, standard }).toEqual({ description: spec.doc, standard: spec.standard });
    }
  }
});

test("offers every preset to be extended, by its id and then by former ones", () => {
  const { extends: base } = SCHEMA["properties"] as { extends: { anyOf: [{ enum: readonly string[] }] } };
  expect(base.anyOf[0].enum).toEqual([...CATALOGUE.map(({ id }) => id), ...ALIASES.keys()]);
});

test("the package publishes it", () => {
  const { exports, files } = JSON.parse(readFileSync(join(PROJECT, "package.json"), "utf8")) as {
    exports: Record<string, unknown>;
    files: string[];
  };
  expect(exports["./scenario-schema.json"]).toBe("./docs/scenario-schema.json");
  expect(files).toContain("docs");
});
