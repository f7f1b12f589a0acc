/** What docs/outputs.md shows works, and what it names exists. */
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as diagnosis from "../../src/entry/diagnosis.js";
import * as scenarios from "../../src/entry/scenarios.js";
import { PROJECT } from "../helpers/project.js";
import { runCli } from "../helpers/run-cli.js";

const PAGE = readFileSync(join(PROJECT, "docs/outputs.md"), "utf8");

test("names functions and options that exist", async () => {
  const functions = [...PAGE.matchAll(/`(to[A-Z]\w*)\(/g)].map(([, name]) => name as string);
  expect(functions).toHaveLength(5);
  const offered = { ...scenarios, ...diagnosis } as Record<string, unknown>;
  expect(functions.filter((name) => typeof offered[name] !== "function")).toEqual([]);
  const options = [...PAGE.matchAll(/\| `--(\w+) FILE`/g)].map(([, name]) => name as string);
  for (const command of ["run", "replay"]) {
    const { stdout } = await runCli([command, "--help"]);
    expect(options.filter((option) => !stdout.includes(`--${option} FILE`))).toEqual([]);
  }
});

test("shows a command that writes the files", async () => {
  const [, line = ""] = /^```sh\npasskey-harness (.*)\n```$/m.exec(PAGE) ?? [];
  const folder = mkdtempSync(join(tmpdir(), "passkey-harness-outputs-doc-"));
  try {
    const words = line.split(" ").map((word) => (word.startsWith("run.") ? join(folder, word) : word));
    expect((await runCli(words)).exitCode).toBe(0);
    const files = words.filter((word) => word.startsWith(folder));
    expect(files.map((file) => statSync(file).size > 500)).toEqual([true, true, true, true]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
