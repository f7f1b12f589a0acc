import { describe, expect, test } from "vitest";
import { scenarioNamed } from "../../../src/scenarios/catalogue.js";
import { defineScenario, parseScenarioFile } from "../../../src/scenarios/files/define-scenario.js";
import type { ScenarioDefinition } from "../../../src/scenarios/files/scenario-file.js";
import { runScenario } from "../../../src/scenarios/run.js";
import { variantOf } from "../../../src/scenarios/variant.js";

/** What may vary in a preset is not handed on: other knobs want other ranges. */
const { draws: _, ...PRESET } = scenarioNamed("late-delivery");
const parse = (value: unknown, name?: string) =>
  parseScenarioFile(JSON.stringify(value), name === undefined ? {} : { name });

describe("a file that extends a preset", () => {
  test("takes from it what it does not say itself", () => {
    expect(parse({ extends: "late-delivery", title: "Ours" }, "stories/ours.json")).toEqual({
      ...PRESET,
      id: "ours",
      title: "Ours",
    });
  });

  test("turns knobs on top of the preset's, in either spelling", () => {
    const dotted = parse({ extends: "late-delivery", knobs: { "rp.finishMs": 2_000 } });
    expect(dotted.knobs).toEqual({ ...PRESET.knobs, "rp.finishMs": 2_000 });
    expect(parse({ extends: "late-delivery", knobs: { rp: { finishMs: 2_000 } } })).toEqual(dotted);
  });

  test.each([
    ["knobs", { knobs: { rp: { finishMs: 2_000 } } }],
    ["script", { script: [{ do: "register" }, { do: "login" }] }],
  ])("with %s of its own promises nothing, unless it says so", async (_, change) => {
    const story = parse({ extends: "late-delivery", ...change });
    expect(story.expect).toBeUndefined();
    expect((await runScenario(story, { seed: "1" })).verdict).toBe("no-expectation");
    const expect_ = { decidedBy: "page.guard" };
    const held = parse({ extends: "late-delivery", ...change, expect: expect_ });
    expect((await runScenario(held, { seed: "1" })).verdict).toBe("as-expected");
  });

  test("is held to what it promises, and to nothing else", async () => {
    const story = parse({
      extends: "late-delivery",
      expect: { mechanisms: ["success"], ledger: { keys: 1 } },
    });
    const { verdict, findings } = await runScenario(story, { seed: "1" });
    expect(verdict).toBe("unexpected");
    expect(findings).toEqual([{ layer: "mechanism", expected: "success", found: "late-delivery" }]);
  });

  test("never bears a preset's name: a stored trace would be taken for the preset's", () => {
    expect(parse({ extends: "plain-login" }, "late-delivery.json").id).toBe("late-delivery/own");
    expect(parse({ extends: "late-delivery" }).id).toBe("late-delivery/own");
  });
});

test("a file may tell a story from scratch", async () => {
  const story = parse({ script: [{ do: "register" }], expect: { ledger: { rows: 1 } } }, "my story.json");
  expect(story).toMatchObject({ id: "my-story", group: "own", title: "my-story", sources: [], knobs: {} });
  expect((await runScenario(story, { seed: "1" })).verdict).toBe("as-expected");
});

test("the reproduction line names what the run was called as", async () => {
  const story = parse({ script: [{ do: "register" }] }, "mine.json");
  const { reproduction } = await runScenario(story, { seed: "1", calledAs: "my stories/mine.json" });
  expect(reproduction).toBe("passkey-harness run 'my stories/mine.json' --seed 1");
});

test("a span without bound is null in a file and infinite in a run", () => {
  const page = [{ kind: "page.called", where: { effectiveMs: null } }];
  const story = parse({ extends: "late-delivery", expect: { page } });
  expect(story.expect?.page?.[0]?.where).toEqual({ effectiveMs: Infinity });
});

describe("what is wrong is named by code, place and the nearest names", () => {
  const story = { extends: "late-delivery" };
  const script = [{ do: "register" }];
  test.each<readonly [string, unknown, string, string, RegExp]>([
    ["no object", [], "WRONG_TYPE", "", /^$/],
    ["neither base nor script", { title: "x" }, "MISSING_MEMBER", "/script", /extends/],
    ["a member that is not", { ...story, knob: {} }, "UNKNOWN_MEMBER", "/knob", /knobs/],
    ["a preset that is not", { extends: "late-delivry" }, "BAD_VALUE", "/extends", /late-delivery\?$/],
    ["a preset's name", { ...story, id: "plain-login" }, "BAD_VALUE", "/id", /plain-login\/own/],
    ["a name for no shell", { ...story, id: "a b" }, "BAD_VALUE", "/id", /^$/],
    [
      "a knob",
      { ...story, knobs: { rp: { comitDelayMs: 1 } } },
      "UNKNOWN_MEMBER",
      "/knobs/rp/comitDelayMs",
      /rp\.commitDelayMs\?$/,
    ],
    ["a group", { ...story, knobs: { rpp: {} } }, "UNKNOWN_MEMBER", "/knobs/rpp", /\brp\b/],
    ["a dotted knob", { ...story, knobs: { "rp.x/y": 1 } }, "UNKNOWN_MEMBER", "/knobs/rp.x~1y", /./],
    [
      "text for a number",
      { ...story, knobs: { "rp.finishMs": "1s" } },
      "WRONG_TYPE",
      "/knobs/rp.finishMs",
      /^$/,
    ],
    [
      "half a millisecond",
      { ...story, knobs: { "rp.finishMs": 0.5 } },
      "BAD_VALUE",
      "/knobs/rp.finishMs",
      /^$/,
    ],
    [
      "never, for what must be",
      { ...story, knobs: { "rp.finishMs": null } },
      "WRONG_TYPE",
      "/knobs/rp.finishMs",
      /^$/,
    ],
    [
      "a choice",
      { ...story, knobs: { rp: { order: "first" } } },
      "BAD_VALUE",
      "/knobs/rp/order",
      /validate-first/,
    ],
    [
      "a group in two spellings",
      { ...story, knobs: { rp: { finishMs: 1 }, "rp.pollMs": 1 } },
      "KNOB_TWICE",
      "/knobs/rp",
      /one way/,
    ],
    ["an empty script", { script: [] }, "BAD_VALUE", "/script", /^$/],
    ["a verb without a name", { script: [{}] }, "MISSING_MEMBER", "/script/0/do", /register/],
    ["a verb", { script: [...script, { do: "log-in" }] }, "BAD_VALUE", "/script/1/do", /login/],
    [
      "a verb's member",
      { script: [{ do: "wait", forMS: 1, forMs: 1 }] },
      "UNKNOWN_MEMBER",
      "/script/0/forMS",
      /forMs/,
    ],
    ["a verb's lack", { script: [{ do: "wait" }] }, "MISSING_MEMBER", "/script/0/forMs", /^$/],
    [
      "a fixed knob in mid-run",
      { script: [{ do: "set", knobs: { key: { pinSet: true } } }] },
      "FIXED_KNOB",
      "/script/0/knobs/key/pinSet",
      /knobs of the file/,
    ],
    ["no promise at all", { ...story, expect: {} }, "BAD_VALUE", "/expect", /decidedBy/],
    [
      "an event",
      { ...story, expect: { page: [{ kind: "page.setled" }] } },
      "BAD_VALUE",
      "/expect/page/0/kind",
      /page\.settled/,
    ],
    [
      "an event of another layer",
      { ...story, expect: { rp: [{ kind: "page.settled" }] } },
      "BAD_VALUE",
      "/expect/rp/0/kind",
      /./,
    ],
    [
      "an event's member",
      { ...story, expect: { page: [{ kind: "page.settled", where: { outcom: 1 } }] } },
      "UNKNOWN_MEMBER",
      "/expect/page/0/where/outcom",
      /outcome/,
    ],
    [
      "an event's word",
      { ...story, expect: { page: [{ kind: "page.settled", where: { outcome: "resolve" } }] } },
      "BAD_VALUE",
      "/expect/page/0/where/outcome",
      /resolved/,
    ],
    [
      "a span backwards",
      { ...story, expect: { page: [{ kind: "page.settled", atMs: [2, 1] }] } },
      "EMPTY_SPAN",
      "/expect/page/0/atMs",
      /\[1, 2\]/,
    ],
    [
      "a mechanism",
      { ...story, expect: { mechanisms: ["late-delivry"] } },
      "BAD_VALUE",
      "/expect/mechanisms/0",
      /late-delivery/,
    ],
    ["a name from the prototype", { ...story, constructor: 1 }, "UNKNOWN_MEMBER", "/constructor", /./],
  ])("%s", (_, value, code, path, hint) => {
    expect(() => parse(value)).toThrow(expect.objectContaining({ code: `SCENARIO_FILE_${code}`, path }));
    expect(() => parse(value)).toThrow(
      expect.objectContaining({
        hint: hint.source === "^$" ? undefined : (expect.stringMatching(hint) as string),
      }),
    );
  });

  test("a member called __proto__ is one nobody knows", () => {
    expect(() => parseScenarioFile('{"extends":"late-delivery","__proto__":{}}')).toThrow(
      expect.objectContaining({ code: "SCENARIO_FILE_UNKNOWN_MEMBER", path: "/__proto__" }),
    );
  });

  test("all of it at once, and the file's name", () => {
    const wrong = { script: [{ do: "registr" }], knobs: { rp: { finishMs: -1 } }, expect: { keys: 1 } };
    const paths = ["/script/0/do", "/knobs/rp/finishMs", "/expect/keys"];
    expect(() => parse(wrong, "my.json")).toThrow(
      expect.objectContaining({
        file: "my.json",
        problems: paths.map((path) => expect.objectContaining({ path }) as unknown),
        message: expect.stringMatching(
          /^my\.json at \/script\/0\/do: .*\n {2}also \/knobs\/rp\/finishMs: /,
        ) as string,
      }),
    );
  });

  test("text that is not JSON", () => {
    expect(() => parseScenarioFile("{ // comment\n}")).toThrow(
      expect.objectContaining({
        code: "SCENARIO_FILE_NOT_JSON",
        hint: expect.stringContaining(".mjs") as string,
      }),
    );
  });
});

describe("a path to extend", () => {
  test("needs somebody who finds it", () => {
    expect(() => parse({ extends: "./base.json" })).toThrow(
      expect.objectContaining({ code: "SCENARIO_FILE_NO_BASE", path: "/extends" }),
    );
  });

  test("is asked for", () => {
    const asked: string[] = [];
    const base = (path: string) => (asked.push(path), PRESET);
    const story = parseScenarioFile('{"extends":"../base.mjs","title":"x"}', { base });
    expect([asked, story.script]).toEqual([["../base.mjs"], PRESET.script]);
  });
});

describe("defineScenario", () => {
  test("extends a story that is at hand", () => {
    const base = defineScenario({ extends: PRESET, knobs: { page: { corrects: true } } });
    const { knobs } = defineScenario({ extends: base, id: "mine", knobs: { "rp.finishMs": 1 } });
    expect(knobs).toEqual({ ...PRESET.knobs, "page.corrects": true, "rp.finishMs": 1 });
  });

  test("takes a variant of a preset as it is", () => {
    const variant = variantOf(PRESET, "mine", { knobs: { "page.corrects": true } });
    const { draws: _, ...plain } = variant;
    expect(defineScenario(variant)).toEqual(plain);
  });

  test("takes absent members for absent", () => {
    const loose = { extends: "late-delivery", title: undefined } as unknown as ScenarioDefinition;
    expect(defineScenario(loose).title).toBe(PRESET.title);
  });

  test.each([
    ["no story", { extends: {} }, "/extends"],
    ["a story with a fault", { extends: { ...PRESET, script: [{ do: "nothing" }] } }, "/extends/script/0/do"],
    ["an unfinished one", { extends: { ...PRESET, extends: "plain-login" } }, "/extends"],
    ["knobs that are a map", { extends: PRESET, knobs: new Map() }, "/knobs"],
  ])("refuses %s", (_, definition, path) => {
    expect(() => defineScenario(definition as unknown as ScenarioDefinition)).toThrow(
      expect.objectContaining({ path, code: expect.stringMatching(/^SCENARIO_FILE_/) as string }),
    );
  });
});
