import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { diskFiles, type ModuleLoader } from "../../../src/cli/scenario/scenario-files.js";
import { loadScenarioFile } from "../../../src/scenarios/files/load-scenario-file.js";
import { PROJECT } from "../../helpers/project.js";
import { runCli } from "../../helpers/run-cli.js";
import { bundled, spawnCli } from "../../helpers/spawn-cli.js";

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "passkey-harness-files-"))));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, content: unknown): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

const STORY = {
  extends: "late-delivery",
  knobs: { page: { guardMs: 30_000 } },
  expect: { decidedBy: "page.guard" },
};
const PROGRAM = `const story = ${JSON.stringify(STORY)};\nexport default story;\n`;
const TYPED = `const guardMs: number = 30_000;\nexport default { extends: "late-delivery", knobs: { page: { guardMs } } };\n`;

describe("run", () => {
  test("plays a file, holds it to its promise and names it in the reproduction line", async () => {
    const path = write("mine.json", STORY);
    const { exitCode, stdout, stderr } = await runCli(["run", path, "--seed", "3"]);
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^mine {2}seed 3 {2}as expected/);
    expect(stdout.trimEnd()).toMatch(new RegExp(`Again: passkey-harness run ${path} --seed 3$`));
  });

  test("exit code 1 for a broken promise", async () => {
    const path = write("broken.json", { ...STORY, expect: { mechanisms: ["success"] } });
    const { exitCode, stdout } = await runCli(["run", path, "--json"]);
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      verdict: "unexpected",
      findings: [{ layer: "mechanism" }],
    });
  });

  test.each(["story.mjs", "story.ts"])("plays a program: %s", async (name) => {
    const path = write(name, name.endsWith(".ts") ? TYPED : PROGRAM);
    const { exitCode, stdout } = await spawnCli(["run", path]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("decided by page.guard of the page: 30.000 s");
  });

  test("what is wrong comes with place and hint, and exit code 2", async () => {
    const path = write("wrong.json", { extends: "late-delivery", knobs: { rp: { comitDelayMs: 1 } } });
    const { exitCode, stderr } = await runCli(["run", path]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("SCENARIO_FILE_UNKNOWN_MEMBER");
    expect(stderr).toContain("wrong.json at /knobs/rp/comitDelayMs: there is no such knob");
    expect(stderr).toContain("hint: did you mean rp.commitDelayMs?");
  });

  test("a folder's name is no preset's", async () => {
    const { exitCode, stdout } = await runCli(["run", join(folder, "nothing"), "--json"]);
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: "SCENARIO_FILE_KIND" } });
  });
});

describe("run --sweep", () => {
  test("prints a table, the thresholds and how to do it again", async () => {
    const args = ["run", "plain-registration", "--sweep", "key.touchDelayMs=0..40000/20000"];
    const { exitCode, stdout, stderr } = await runCli(args);
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(
      /\n +40000 {2}NotAllowedError {2}failure {2}key\.up +key-timeout +0 +0 +0 +0 +0\n/,
    );
    expect(stdout).toMatch(/key\.touchDelayMs {2}29999 \| 30000\n {6}page: resolved -> NotAllowedError/);
    expect(stdout).toContain(
      `Again: passkey-harness ${args.slice(0, 2).join(" ")} --seed 1 --sweep ${args[3] ?? ""}`,
    );
  });

  test("prints one document with --json, and writes a test case for each point", async () => {
    const junit = join(folder, "sweep.xml");
    const axes = ["--sweep", "key.touchDelayMs=0..40000/20000", "--sweep", "page.aborts=*"];
    const { stdout, stderr } = await runCli([
      "run",
      "plain-registration",
      ...axes,
      "--json",
      "--junit",
      junit,
    ]);
    expect(stderr).toBe("");
    const { points, thresholds } = JSON.parse(stdout) as {
      points: unknown[];
      thresholds: { below: unknown }[];
    };
    expect([points.length, thresholds.length]).toEqual([6, 2]);
    const names = [...readFileSync(junit, "utf8").matchAll(/<testcase [^>]*name="([^"]*)"/g)].map(
      ([, name]) => name,
    );
    expect(new Set(names).size).toBe(6);
    expect(names[0]).toBe("plain-registration [key.touchDelayMs=0, page.aborts=false]");
  });
});

interface Shrunken {
  readonly knobs: Readonly<Record<string, unknown>>;
  readonly outcome: { readonly mechanisms: readonly string[] };
  readonly reproduction: string;
  readonly file: unknown;
}

describe("run --shrink", () => {
  test("prints the smallest plan; its line ends as the long one did", async () => {
    const { exitCode, stdout, stderr } = await runCli(["run", "late-delivery", "--shrink", "--json"]);
    expect([exitCode, stderr]).toEqual([0, ""]);
    const { knobs, outcome, reproduction, file } = JSON.parse(stdout) as Shrunken;
    expect(knobs).toEqual({ "page.guardMs": 60_000, "key.touchDelayMs": 59_350, "key.upTimeoutMs": 59_351 });
    const again = await runCli([...reproduction.split(" ").slice(1), "--json"]);
    const { explanation } = JSON.parse(again.stdout) as { explanation: { mechanism: string } };
    expect([explanation.mechanism]).toEqual(outcome.mechanisms);
    const stored = await runCli(["run", write("smallest.json", file), "--json"]);
    expect(JSON.parse(stored.stdout)).toMatchObject({ verdict: "as-expected" });
  }, 120_000);

  test("of an unexpected run exits with 1, and tells what matters", async () => {
    const path = write("late.json", { ...STORY, expect: { mechanisms: ["success"] } });
    const { exitCode, stdout } = await runCli([
      "run",
      path,
      "--shrink",
      "--keep",
      "told=failure",
      "--toward",
      "late-delivery",
    ]);
    expect(exitCode).toBe(1);
    expect(stdout).toContain("1 knobs are not what they are in late-delivery; 0 of them matter:");
  });
});

test.each([
  [["late-delivery", "--sweep", "rp.finishMs=1,2", "--shrink"]],
  [["late-delivery", "--keep", "told=failure"]],
  [["--all", "--shrink"]],
  [["--all", "--sweep", "rp.finishMs=1,2"]],
  [["late-delivery", "--sweep", "rp.finishMs=1,2", "--html", "x.html"]],
  [["late-delivery", "--sweep", "rp.finishMs"]],
  [["late-delivery", "--shrink", "--keep", "page=NotAllowedError"]],
])("run %j is a matter of usage", async (args) => {
  const { exitCode, stdout } = await runCli(["run", ...args]);
  expect([exitCode, stdout]).toEqual([2, ""]);
});

describe("TypeScript on a Node that does not load it", () => {
  const node20 = (found: Readonly<Record<string, string>>, loaded: string[] = []): ModuleLoader => ({
    async import(url) {
      loaded.push(url);
      if (url.endsWith(".ts"))
        throw Object.assign(new TypeError("Unknown"), { code: "ERR_UNKNOWN_FILE_EXTENSION" });
      return import(url) as Promise<unknown>;
    },
    resolveTsx(from) {
      const path = found[from];
      if (path === undefined) throw new Error("not found");
      return path;
    },
  });

  test("is said so, with what would help", async () => {
    const path = write("plain.ts", TYPED);
    await expect(loadScenarioFile(path, diskFiles(node20({})))).rejects.toMatchObject({
      code: "SCENARIO_FILE_NO_TYPESCRIPT",
      file: path,
      message: expect.stringContaining(`Node ${process.versions.node} does not load TypeScript`) as string,
      hint: expect.stringMatching(/Node 22\.18.*tsx.*\.mjs/) as string,
    });
  });

  test.each([
    ["of the project the file is in", () => folder],
    ["of the folder the command was called in", () => "."],
  ])("goes through tsx %s", async (_, where) => {
    const path = write("typed.ts", TYPED);
    const tsx = join(PROJECT, "node_modules/tsx/dist/esm/api/index.mjs");
    const story = await loadScenarioFile(path, diskFiles(node20({ [where()]: tsx })));
    expect(story.knobs["page.guardMs"]).toBe(30_000);
  });
});

describe("a program", () => {
  test.each([
    [
      "that breaks down",
      "throw new Error('no luck');",
      { code: "SCENARIO_FILE_BROKEN", message: expect.stringContaining("no luck") as unknown },
    ],
    ["that cannot be parsed", "export default {", { code: "SCENARIO_FILE_BROKEN" }],
    ["without a story", "export const story = {};", { code: "SCENARIO_FILE_NO_DEFAULT" }],
  ])("%s is refused", async (name, source, error) => {
    const path = write(`${name.replaceAll(" ", "-")}.mjs`, source);
    await expect(loadScenarioFile(path, diskFiles())).rejects.toMatchObject({ ...error, file: path });
  });

  test("that Node reads as CommonJS is told what its package.json lacks", async () => {
    // As npm 11 writes it for a new package; where "type" is absent, Node looks at the syntax.
    write("commonjs/package.json", { name: "consumer", type: "commonjs" });
    const path = write("commonjs/mine.js", PROGRAM);
    const { exitCode, stderr } = await spawnCli(["run", path]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`SCENARIO_FILE_BROKEN: ${path}`);
    expect(stderr).toContain('hint: the package.json above it has no "type": "module"');
  });

  test("may extend JSON beside it, and JSON a program", async () => {
    write("sub/base.mjs", PROGRAM);
    write("sub/middle.json", { extends: "./base.mjs", title: "Middle" });
    const path = write(
      "top.mjs",
      "export default { extends: './sub/middle.json', knobs: { 'rp.finishMs': 1 } };",
    );
    const story = await loadScenarioFile(path, diskFiles());
    expect(story).toMatchObject({
      id: "top",
      title: "Middle",
      knobs: { "page.guardMs": 30_000, "rp.finishMs": 1 },
    });
  });

  test("that defines a broken story is named with the place in it", async () => {
    // Another copy of the package than the one the command belongs to; the packages it needs are found from the project.
    const copy = mkdtempSync(join(PROJECT, "artifacts-copy-"));
    onTestFinished(() => rmSync(copy, { recursive: true }));
    cpSync(dirname(bundled("scenarios.js")), copy, { recursive: true });
    const entry = JSON.stringify(join(copy, "scenarios.js"));
    const path = write(
      "typo.ts",
      `import { defineScenario } from ${entry};\nexport default defineScenario({ script: [{ do: "registr" }] } as never);\n`,
    );
    const { exitCode, stdout } = await spawnCli(["run", path, "--json"]);
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: "SCENARIO_FILE_BAD_VALUE", path: "/script/0/do", file: path },
    });
  });
});
