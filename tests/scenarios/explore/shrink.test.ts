import { describe, expect, test } from "vitest";
import { scenarioNamed } from "../../../src/scenarios/catalogue.js";
import { defineScenario } from "../../../src/scenarios/files/define-scenario.js";
import type { Outcome } from "../../../src/scenarios/explore/outcome.js";
import { runScenario } from "../../../src/scenarios/run.js";
import { parseCondition } from "../../../src/scenarios/explore/shrink-condition.js";
import { shrink } from "../../../src/scenarios/explore/shrink.js";

const STORY = scenarioNamed("late-delivery");

describe("shrink", () => {
  test("leaves what the story cannot do without", async () => {
    const { before, knobs, outcome, verdict } = await shrink(STORY, { seed: "1" });
    expect(Object.keys(before)).toHaveLength(8);
    // 150 ms for the options and 100 ms in the key come before the gesture, 400 ms for the finish call after it.
    expect(knobs).toEqual({ "page.guardMs": 60_000, "key.touchDelayMs": 59_350, "key.upTimeoutMs": 59_351 });
    expect(outcome).toMatchObject({ mechanisms: ["late-delivery"], decidedBy: "page.guard" });
    expect(verdict).toBe("as-expected");
  });

  test("leaves nothing of a story in which nothing goes wrong", async () => {
    const knobs = { "rp.finishMs": 2_000, "net.latencyMs": 10 };
    expect((await shrink(scenarioNamed("plain-login"), { seed: "1", knobs })).knobs).toEqual({});
  });

  test("keeps what it is told to keep, and no more", async () => {
    const { knobs, outcome } = await shrink(STORY, { seed: "1", keep: ["told=failure"] });
    expect(knobs).toEqual({ "key.touchDelayMs": 30_000 });
    expect(outcome.mechanisms).toEqual(["key-timeout"]);
  });

  test("a condition may be a function", async () => {
    const keep = [({ ledger }: Outcome) => ledger.orphans === 1, "told=failure"];
    const { knobs } = await shrink(STORY, { seed: "1", knobs: { "page.aborts": true }, keep });
    expect(knobs).toHaveProperty(["page.aborts"]);
    expect(knobs).toHaveProperty(["key.ignoresCancel"]);
  });

  test("turns back to another story's knobs when asked", async () => {
    const knobs = { "page.aborts": true, "rp.finishMs": 4_000 };
    const shrunk = await shrink(STORY, { seed: "1", knobs, toward: STORY.knobs });
    expect(shrunk.knobs).toEqual({ "page.aborts": true });
    expect(shrunk.reproduction).toBe("passkey-harness run late-delivery --seed 1 --set page.aborts=true");
  });

  test("never becomes a number where one does", async () => {
    const { knobs } = await shrink(scenarioNamed("plain-registration"), {
      seed: "1",
      knobs: { "key.touchDelayMs": null },
      keep: ["mechanism=key-timeout"],
    });
    expect(knobs).toEqual({ "key.touchDelayMs": 30_000 });
  });

  test("a run that broke a promise breaks it still", async () => {
    const broken = defineScenario({
      extends: "late-delivery",
      knobs: { "mail.delayMs": 200_000 },
      expect: {
        ledger: { rows: 1 },
        rp: [{ kind: "rp.mail", where: { stage: "delivered" }, atMs: [0, 150_000] }],
      },
    });
    const { verdict, knobs, smallest, outcome } = await shrink(broken, { seed: "1" });
    expect(verdict).toBe("unexpected");
    expect(outcome.mechanisms).toEqual(["late-delivery"]);
    // Without the promise the mail would not matter: see the first test.
    expect(knobs["mail.delayMs"]).toBeGreaterThan(5_000);
    const run = await runScenario(smallest, { seed: "1" });
    expect(run.findings.map(({ layer }) => layer)).toEqual(["rp"]);
  });

  test("the reproduction line names the file and turns the scenario's own knobs back", async () => {
    const story = defineScenario({
      script: [{ do: "register" }],
      knobs: { "key.touchDelayMs": 40_000, "rp.finishMs": 1 },
    });
    const { reproduction } = await shrink(story, { seed: "a b", calledAs: "mine.json" });
    expect(reproduction).toBe(
      "passkey-harness run mine.json --seed 'a b' --set rp.finishMs=300 --set key.touchDelayMs=30000",
    );
  });

  test("says how the run ends when it is not as it should stay", async () => {
    await expect(shrink(STORY, { seed: "1", keep: ["page=NotAllowedError"] })).rejects.toMatchObject({
      code: "SHRINK_NOTHING_TO_KEEP",
      message: expect.stringContaining("page resolved; told failure; decided by page.guard") as string,
    });
  });
});

describe("parseCondition", () => {
  const outcome: Outcome = {
    page: ["resolved", "NotAllowedError"],
    told: ["failure"],
    decidedBy: null,
    mechanisms: ["late-delivery", "success"],
    ledger: { keys: 2, rows: 1, orphans: 1, ghosts: 0, mails: 0 },
  };

  test.each([
    ["page=NotAllowedError", true],
    ["page=AbortError", false],
    ["page != AbortError", true],
    ["page!=resolved", false],
    ["told=failure", true],
    ["decidedBy=none", true],
    ["decidedBy=page.guard", false],
    ["mechanism=success", true],
    ["mechanism!=success", false],
    ["orphans=1", true],
    ["orphans>0", true],
    ["keys<2", false],
    ["keys<=2", true],
    ["rows>=2", false],
    ["ghosts!=0", false],
  ])("%s", (text, holds) => {
    expect(parseCondition(text)(outcome)).toBe(holds);
  });

  test.each([
    ["page", /for example/],
    ["pages=resolved", /did you mean page/],
    ["constructor=1", /there are|did you mean/],
    ["page>1", /for example/],
    ["keys=many", /for example/],
    ["mechanism=late-delivry", /late-delivery/],
    ["told=nothing", /for example/],
  ])("refuses %s", (text, hint) => {
    expect(() => parseCondition(text)).toThrow(
      expect.objectContaining({ code: "SHRINK_BAD_CONDITION", hint: expect.stringMatching(hint) as string }),
    );
  });
});
