import { describe, expect, test } from "vitest";
import { scenarioNamed } from "../../src/scenarios/catalogue.js";
import { runScenario } from "../../src/scenarios/run.js";
import type { KnobOverrides } from "../../src/sim/knobs/knobs.js";

const STORY = scenarioNamed("late-delivery");

test("the first and the last record say what the trace is of", async () => {
  const { records } = await runScenario(STORY, { seed: "s" });
  expect(records[0]).toMatchObject({
    kind: "run.started",
    scenario: "late-delivery",
    seed: "s",
    schema: 2,
    atMs: 0,
  });
  expect(records.at(-1)).toMatchObject({ kind: "run.ended", outcome: "as-expected" });
});

test("a broken promise is a finding", async () => {
  const run = await runScenario({ ...STORY, expect: { ...STORY.expect, decidedBy: null } }, { seed: "s" });
  expect(run.verdict).toBe("unexpected");
  expect(run.findings).toEqual([{ layer: "timer", expected: "no timer", found: "page.guard" }]);
});

describe("with a knob of the caller's", () => {
  test("the story is not held to its promises", async () => {
    const run = await runScenario(STORY, { seed: "s", knobs: { "page.guardMs": null } });
    expect(run.verdict).toBe("no-expectation");
    expect(run.explanation.mechanism).toBe("success");
  });

  test("a guard just longer than the ceremony sees no error; one just shorter does", async () => {
    const mechanism = async (guardMs: number) =>
      (await runScenario(STORY, { seed: "s", knobs: { "page.guardMs": guardMs } })).explanation.mechanism;
    expect(await mechanism(98_051)).toBe("success");
    expect(await mechanism(97_000)).toBe("late-delivery");
  });

  test("a page that corrects itself takes the error back", async () => {
    const { records } = await runScenario(STORY, { seed: "s", knobs: { "page.corrects": true } });
    const seen = records.flatMap((record) =>
      record.kind === "user.saw" && record.where === "page" ? [record.tone] : [],
    );
    expect(seen).toEqual(["failure", "success"]);
  });

  test("a guard that aborts leaves an orphan where the prompt outlives the cancel", async () => {
    const run = await runScenario(STORY, { seed: "s", knobs: { "page.aborts": true } });
    expect(run.explanation).toMatchObject({ mechanism: "page-gave-up", decidedBy: { timer: "page.guard" } });
    expect(run.explanation.orphans).toHaveLength(1);
    expect(run.ledger.diff().orphans).toEqual(run.explanation.orphans);
  });

  test("a key that obeys the cancel leaves none", async () => {
    const knobs = { "page.aborts": true, "key.ignoresCancel": false };
    const run = await runScenario(STORY, { seed: "s", knobs });
    expect(run.ledger.diff()).toEqual({ orphans: [], ghosts: [] });
  });

  test("an impatient key makes the same story a key time-out", async () => {
    const run = await runScenario(STORY, { seed: "s", knobs: { "key.upTimeoutMs": 30_000 } });
    expect(run.explanation).toMatchObject({
      mechanism: "key-timeout",
      decidedBy: { timer: "key.up", owner: "key" },
    });
  });

  test("an impatient gateway in front of a slow site is named", async () => {
    const knobs = { "page.guardMs": null, "rp.finishMs": 150_000 };
    const run = await runScenario(STORY, { seed: "s", knobs });
    expect(run.explanation).toMatchObject({
      mechanism: "gateway-504-late-commit",
      decidedBy: { timer: "gw.idle", owner: "gateway", budgetMs: 60_000 },
      marginMs: -90_000,
    });
  });

  test("a challenge shorter than the browser's patience is named", async () => {
    const knobs = { "page.guardMs": null, "rp.challengeTtlMs": 60_000 };
    const run = await runScenario(STORY, { seed: "s", knobs });
    expect(run.explanation).toMatchObject({
      mechanism: "challenge-expired",
      decidedBy: { timer: "rp.challenge" },
    });
    expect(run.explanation.orphans).toHaveLength(1);
  });

  test("the line that repeats the run names it", async () => {
    const knobs: KnobOverrides = { "page.guardMs": null, "page.corrects": true };
    const run = await runScenario(STORY, { seed: "it's", knobs });
    expect(run.reproduction).toBe(
      "passkey-harness run late-delivery --seed 'it'\\''s' --set page.guardMs=never --set page.corrects=true",
    );
  });

  test("that does not exist, nothing runs", async () => {
    const knobs = { "page.gardMs": 1 } as KnobOverrides;
    await expect(runScenario(STORY, { seed: "s", knobs })).rejects.toMatchObject({ code: "KNOB_UNKNOWN" });
  });
});

test("a person does not wait for ever for a sheet that nobody closes", async () => {
  const run = await runScenario(scenarioNamed("key-never-touched"), {
    seed: "s",
    knobs: { "user.closeSheetMs": null },
  });
  expect(run.records.at(-1)?.atMs).toBeGreaterThanOrEqual(1_800_000);
  expect(run.records.some(({ kind }) => kind === "page.settled")).toBe(false);
});

test("a run that would never end is ended, by its limits and with the timer that went on", async () => {
  const endless = {
    ...STORY,
    knobs: { "link.road": "hybrid", "key.touchDelayMs": null, "phone.platformTimeoutMs": null } as const,
    script: [{ do: "reset-key" } as const],
  };
  await expect(runScenario(endless, { seed: "1" })).rejects.toMatchObject({
    name: "StallError",
    code: "ENDLESS",
    message: expect.stringContaining("hid.keepalive") as string,
  });
});
