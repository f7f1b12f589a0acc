import { posix } from "node:path";
import { describe, expect, test } from "vitest";
import { defineScenario } from "../../../src/scenarios/files/define-scenario.js";
import { loadScenarioFile, type ScenarioFiles } from "../../../src/scenarios/files/load-scenario-file.js";
import { ScenarioFileError } from "../../../src/scenarios/files/scenario-file-error.js";

/** A disk of JSON texts and of modules. */
function filesOf(disk: Readonly<Record<string, unknown>>): ScenarioFiles {
  return {
    async read(path) {
      const content = disk[path];
      if (content === undefined) {
        throw new ScenarioFileError(path, [
          { code: "SCENARIO_FILE_UNREADABLE", path: "", text: "not there" },
        ]);
      }
      return path.endsWith(".json") ? { json: JSON.stringify(content) } : { exports: content };
    },
    beside: (path, name) => posix.join(posix.dirname(path), name),
  };
}

const load = (path: string, disk: Readonly<Record<string, unknown>>) => loadScenarioFile(path, filesOf(disk));

test("a file extends one beside it, which extends a program, which extends a preset", async () => {
  const story = await load("a/mine.json", {
    "a/mine.json": { extends: "../b/base.json", knobs: { page: { corrects: true } } },
    "b/base.json": { extends: "./deep.mjs", title: "Base" },
    "b/deep.mjs": { default: { extends: "late-delivery", knobs: { "rp.finishMs": 1 } } },
  });
  expect(story).toMatchObject({ id: "mine", title: "Base", group: "page-timers" });
  expect(story.knobs).toMatchObject({ "page.guardMs": 60_000, "rp.finishMs": 1, "page.corrects": true });
});

test("a program that was compiled to CommonJS has its story one level further in", async () => {
  const exports = { default: { __esModule: true, default: { extends: "plain-login" } } };
  expect((await load("x.ts", { "x.ts": exports })).id).toBe("x");
});

describe("refuses", () => {
  const extending = (name: string) => ({ extends: name });
  test.each<readonly [string, Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>]>([
    [
      "a file that extends itself",
      { "a.json": extending("./a.json") },
      { code: "CYCLE", file: "a.json", path: "/extends" },
    ],
    [
      "a detour back",
      { "a.json": extending("./b.json"), "b.json": extending("./c/../a.json") },
      { code: "CYCLE", file: "b.json", message: expect.stringContaining("a.json -> b.json -> a.json") },
    ],
    [
      "a base that is not there",
      { "a.json": extending("./b.json") },
      { code: "NO_BASE", file: "a.json", path: "/extends" },
    ],
    [
      "a fault in the base, and names it",
      { "a.json": extending("./b.json"), "b.json": { script: [{ do: "x" }] } },
      { code: "BAD_VALUE", file: "b.json", path: "/script/0/do" },
    ],
    [
      "a base of the base that is not there",
      { "a.json": extending("./b.json"), "b.json": extending("./c.json") },
      { code: "NO_BASE", file: "b.json" },
    ],
  ])("%s", async (_, disk, { code, ...rest }) => {
    await expect(load("a.json", disk)).rejects.toMatchObject({
      code: `SCENARIO_FILE_${String(code)}`,
      ...rest,
    });
  });

  test("a program that exports no story", async () => {
    await expect(load("a.mjs", { "a.mjs": { story: {} } })).rejects.toMatchObject({
      code: "SCENARIO_FILE_NO_DEFAULT",
      hint: expect.stringContaining("export default") as string,
    });
  });

  test("names that never end", async () => {
    const endless = { ...filesOf({}), read: async () => ({ json: '{"extends":"./x/y.json"}' }) };
    await expect(loadScenarioFile("y.json", endless)).rejects.toMatchObject({ code: "SCENARIO_FILE_CYCLE" });
  });
});

test("a story that was defined without a name bears the file's, and one with a name its own", async () => {
  const { id: _, ...nameless } = defineScenario({ extends: "plain-login" });
  const disk = {
    "mine.mjs": { default: { ...nameless, id: "plain-login/own" } },
    "other.mjs": { default: { ...nameless, id: "chosen" } },
  };
  expect((await load("mine.mjs", disk)).id).toBe("mine");
  expect((await load("other.mjs", disk)).id).toBe("chosen");
});
