import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { scenarioNamed } from "../../../src/scenarios/catalogue.js";
import { toJson, toText } from "../../../src/scenarios/reports/report.js";
import { runScenario, type Run } from "../../../src/scenarios/run.js";

const golden = (name: string) => readFileSync(join(import.meta.dirname, "../golden", name), "utf8");

let run: Run;
beforeAll(async () => {
  run = await runScenario(scenarioNamed("late-delivery"), { seed: "demo-1" });
});

describe("late-delivery with seed demo-1", () => {
  test("reads as it was read and found good", () => {
    expect(toText(run)).toBe(golden("late-delivery.txt"));
  });

  test("is explained as it was read and found good", () => {
    expect(`${JSON.stringify(run.explanation, null, 2)}\n`).toBe(golden("late-delivery.explanation.json"));
  });
});

const ESCAPE = "\u001b";

describe("the text", () => {
  test("keeps within the width asked for, but for tables and single words", () => {
    const [beforeTables = ""] = toText(run, { width: 72 }).split("\nTimers\n");
    const long = beforeTables.split("\n").filter((line) => line.length > 72);
    expect(long).toEqual([]);
  });

  test("has colour only when asked for, and says the same with it", () => {
    expect(toText(run)).not.toContain(ESCAPE);
    const colored = toText(run, { color: true });
    expect(colored).toContain(ESCAPE);
    expect(stripVTControlCharacters(colored)).toBe(toText(run));
  });

  test("lets no text from a trace steer the terminal", () => {
    const evil = {
      atMs: 1,
      actor: "page",
      span: "run",
      kind: "user.saw",
      where: "page",
      text: `${ESCAPE}[2J`,
    } as const;
    const text = toText({ ...run, records: [evil] });
    expect(text).not.toContain(ESCAPE);
    expect(text).toContain("\uFFFD[2J");
  });

  test("ends with the line that repeats the run", () => {
    expect(toText(run).trimEnd().split("\n").at(-1)).toBe(
      "Again: passkey-harness run late-delivery --seed demo-1",
    );
  });

  test("lists broken promises", async () => {
    const story = scenarioNamed("plain-registration");
    const broken = await runScenario(
      { ...story, expect: { ...story.expect, decidedBy: "gw.idle" } },
      { seed: "s" },
    );
    expect(toText(broken)).toContain("timer: expected gw.idle");
    expect(toText(broken)).toContain("NOT as expected");
  });
});

test("the JSON is one document with the trace in it", () => {
  const document = JSON.parse(JSON.stringify(toJson(run))) as Record<string, unknown>;
  expect(document).toMatchObject({
    schema: 2,
    seed: "demo-1",
    verdict: "as-expected",
    scenario: { id: "late-delivery" },
    explanation: { mechanism: "late-delivery", decidedBy: { timer: "page.guard" } },
    ledger: { orphans: [], ghosts: [] },
  });
  expect(document["records"]).toHaveLength(run.records.length);
});
