/** What docs/scenarios.md shows is written down, run and read as it stands there. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as scenarios from "../../src/entry/scenarios.js";
import { PROJECT } from "../helpers/project.js";
import { runCli } from "../helpers/run-cli.js";
import { bundled, spawnCli } from "../helpers/spawn-cli.js";

const read = (path: string) => readFileSync(join(PROJECT, path), "utf8");
const PAGE = read("docs/scenarios.md");
const FILES = [...PAGE.matchAll(/^`([\w.-]+)`:\n\n```(\w+)\n([\s\S]*?)^```$/gm)].map(
  ([, name, language, text]) => ({
    name: name as string,
    language: language as string,
    text: text as string,
  }),
);
const SHOWN = [...PAGE.matchAll(/^```sh\npasskey-harness (.*)\n```\n\n```text\n([\s\S]*?)^```$/gm)].map(
  ([, line, output]) => ({ line: line as string, output: (output as string).trimEnd().split("\n") }),
);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(PROJECT, "artifacts-scenarios-"));
  for (const { name, text } of FILES) {
    const entry = JSON.stringify(bundled("scenarios.js"));
    writeFileSync(join(folder, name), text.replace('"passkey-harness/scenarios"', entry));
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

test("it shows files of both kinds, and commands with their output", () => {
  expect(FILES.map(({ name }) => name)).toEqual(["slow-approval.json", "two-logins.json", "impatient.ts"]);
  expect(SHOWN.length).toBe(PAGE.match(/^```sh$/gm)?.length);
});

test.each(SHOWN)("$line", async ({ line, output }) => {
  const names = new Set(FILES.map(({ name }) => name));
  // The tests run elsewhere than a reader would.
  const args = line.split(" ").map((word) => (names.has(word) ? join(folder, word) : word));
  // How Node loads TypeScript is seen in a process that has no test runner's loader.
  const run = args.some((word) => word.endsWith(".ts")) ? spawnCli : runCli;
  const { exitCode, stdout, stderr } = await run(args);
  expect([exitCode, stderr]).toEqual([0, ""]);
  const lines = stdout.replaceAll(`${folder}/`, "").split("\n");
  expect(output.filter((promised) => !lines.includes(promised))).toEqual([]);
});

test.each(FILES.filter(({ language }) => language === "json"))(
  "$name suits the published schema",
  ({ text }) => {
    const validate = new Ajv().compile(JSON.parse(read("docs/scenario-schema.json")) as object);
    expect([validate(JSON.parse(text)), validate.errors]).toEqual([true, null]);
  },
);

describe("names what there is", () => {
  const codes = (text: string) => [
    ...new Set(
      [...text.matchAll(/["`]((?:SCENARIO_FILE|SWEEP|SHRINK)_[A-Z_]+)["`]/g)].map(
        ([, code]) => code as string,
      ),
    ),
  ];

  test("every code of errors, and no other", () => {
    const written = [
      "files/scenario-file-error.ts",
      "explore/sweep-axis.ts",
      "explore/shrink-condition.ts",
    ].flatMap((file) => codes(read(`src/scenarios/${file}`)));
    expect(written.length).toBeGreaterThan(15);
    expect(codes(PAGE).sort()).toEqual([...written].sort());
  });

  test("every member of a file, and no other", () => {
    const { properties } = scenarios.scenarioSchema() as { properties: object };
    const table = PAGE.slice(PAGE.indexOf("| Member"), PAGE.indexOf("A promise speaks"));
    const named = [...table.matchAll(/^\| ([^|]*)/gm)].flatMap(([, cell = ""]) =>
      [...cell.matchAll(/`([$\w]+)`/g)].map(([, name]) => name as string),
    );
    expect(named.sort()).toEqual(Object.keys(properties).sort());
  });

  test("functions that the front door has", () => {
    const offered = scenarios as Record<string, unknown>;
    const named = ["defineScenario", "parseScenarioFile", "loadScenarioFile", "sweep", "shrink"];
    expect(
      named.filter((name) => !PAGE.includes(`\`${name}`) || typeof offered[name] !== "function"),
    ).toEqual([]);
  });

  test.each(["sweep", "shrink", "keep", "toward"])(
    "the option --%s, which the help has too",
    async (option) => {
      const { stdout } = await runCli(["run", "--help"]);
      expect([PAGE.includes(`--${option}`), stdout.includes(`--${option} `)]).toEqual([true, true]);
    },
  );
});
