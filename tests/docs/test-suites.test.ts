/** What docs/test-suites.md names exists: methods, options, matchers, error codes, names to import. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { passkeyMatchers } from "../../src/page/matchers/matchers.js";
import { PlaywrightPasskeys } from "../../src/page/playwright/playwright-passkeys.js";
import { assertPasskeys } from "../../src/page/runners/node-test.js";
import { WindowPasskeys } from "../../src/page/window/window-passkeys.js";
import { PROJECT } from "../helpers/project.js";

const read = (path: string) => readFileSync(join(PROJECT, path), "utf8");
const text = read("docs/test-suites.md");
const all = (pattern: RegExp, within = text) => [
  ...new Set([...within.matchAll(pattern)].map(([, name = ""]) => name)),
];
const section = (title: string) => text.split(/^## /m).find((part) => part.startsWith(title)) ?? "";

test("methods of passkeys", () => {
  const methods = all(/passkeys\.(\w+)\(/g);
  expect(methods.length).toBeGreaterThan(10);
  const has = (name: string) => name in PlaywrightPasskeys.prototype || name in WindowPasskeys.prototype;
  expect(methods.filter((name) => !has(name))).toEqual([]);
});

test("options: all of them, and no others", () => {
  const rows = all(/^\| `(\w+)`/gm, section("Devices"));
  const source = read("src/page/passkeys.ts");
  const table = /parameters<PasskeyOptions>\(\{([\s\S]*?)\}\);/.exec(source)?.[1] ?? "";
  // The title is the test's; the folder belongs to the runners that attach nothing.
  const known = [...all(/^ {2}(\w+):/gm, table).filter((name) => name !== "title"), "reportFolder"];
  expect([...rows].sort()).toEqual([...known].sort());
});

test("matchers: all of them, and no others", () => {
  expect(all(/^\| `(\w+)\(/gm, section("Matchers")).sort()).toEqual(Object.keys(passkeyMatchers).sort());
  expect(Object.keys(assertPasskeys)).toHaveLength(5);
});

test("error codes: all of them, and no others", () => {
  const codes = all(/^\| `([A-Z_]+)`/gm);
  const sources = ["src/page/page-rig-error.ts", "src/page/conductor.ts"].map(read).join("\n");
  const known = all(/"([A-Z]+(?:_[A-Z]+)+)"/g, sources);
  expect([...codes].sort()).toEqual([...known].sort());
});

test("names to import", () => {
  for (const [, entry = "", gives = ""] of text.matchAll(
    /^\| `passkey-harness\/([\w-]+)` +\|[^|]*\|([^|]*)\|/gm,
  )) {
    const exported = read(`src/entry/${entry}.ts`);
    // Fixtures are names of the test's, and not of the package.
    const fixtures = ["passkeys", "key", "phone", "site", "clock"];
    const names = all(/`(\w+)(?:\(\))?`/g, gives).filter((name) => !fixtures.includes(name));
    expect(names.filter((name) => !exported.includes(name))).toEqual([]);
  }
});
