/** What docs/rig.md shows exists: the rig file, actions, options, operations, fingers, error codes; so do the workflows'. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { rig as command } from "../../src/cli/commands/rig.js";
import { OPERATIONS, RIG_SHAPE } from "../../src/rig/inventory/inventory-shape.js";
import { parseInventory } from "../../src/rig/inventory/inventory.js";
import { PROJECT } from "../helpers/project.js";

const read = (path: string) => readFileSync(join(PROJECT, path), "utf8");
const text = read("docs/rig.md");
const sources = [text, read("examples/ci/github.yml"), read("examples/ci/gitlab.yml")].join("\n");

test("the rig file is one", () => {
  const [, json = ""] = /```json\n([\s\S]*?)```/.exec(text) ?? [];
  expect(parseInventory(JSON.parse(json), "rig.json").keys.map(({ label }) => label)).toEqual([
    "blue",
    "red",
  ]);
});

test("operations: all of them", () => {
  const [, list = ""] = /- `allow` lists what jobs may do to a key: ([\s\S]*?)\. Nothing/.exec(text) ?? [];
  expect([...list.matchAll(/`(\w+)`/g)].map(([, name]) => name)).toEqual([...OPERATIONS]);
});

test("fingers: all of them", () => {
  const rows = [...text.matchAll(/^\| `(\w+)` +\|/gm)]
    .map(([, name]) => name)
    .filter((name) => name !== "by");
  const list = RIG_SHAPE.members["fingers"];
  if (list?.type !== "list" || list.of.type !== "tagged") throw new Error("fingers are a list of choices");
  expect(rows).toEqual(Object.keys(list.of.choices));
});

test("actions and options of the command", () => {
  const lines = [...sources.matchAll(/passkey-harness rig (\w+)([^#\n]*)/g)];
  expect(lines.length).toBeGreaterThan(10);
  for (const [, action = "", rest = ""] of lines) {
    expect(command.help, action).toMatch(new RegExp(`^  ${action}\\b`, "m"));
    const own = rest.split(" -- ")[0] ?? "";
    for (const [, option = ""] of own.matchAll(/--([\w-]+)/g))
      expect(Object.keys(command.options)).toContain(option);
  }
});

test("error codes", () => {
  const known = read("src/rig/rig-error.ts");
  const codes = [...text.matchAll(/`(RIG_[A-Z_]+)`/g)].map(([, code = ""]) => code);
  expect(codes.length).toBeGreaterThan(10);
  expect(codes.filter((code) => !known.includes(`"${code}"`))).toEqual([]);
});
