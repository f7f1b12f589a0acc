import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { scenarioNamed } from "../../../src/scenarios/catalogue.js";
import { toGitHub } from "../../../src/scenarios/reports/github.js";
import { runScenario, type Run } from "../../../src/scenarios/run.js";
import { hostileRun } from "./hostile.js";

let good: Run;
let broken: Run;
beforeAll(async () => {
  const story = scenarioNamed("plain-registration");
  good = await runScenario(scenarioNamed("late-delivery"), { seed: "demo-1" });
  broken = await runScenario({ ...story, expect: { ...story.expect, decidedBy: "gw.idle" } }, { seed: "s" });
});

test("the summary reads as it was read and found good", async () => {
  const golden = join(import.meta.dirname, "../golden/two-runs.github.md");
  await expect(toGitHub([good, broken]).summary).toMatchFileSnapshot(golden);
});

describe("annotations", () => {
  test("are none when all is as expected", () => expect(toGitHub([good]).annotations).toEqual([]));

  test("are one line for each run that broke a promise, with the finding and the way to have it again", () => {
    const [annotation = "", ...others] = toGitHub([good, broken]).annotations;
    expect(others).toEqual([]);
    expect(annotation).toMatch(/^::error title=passkey-harness plain-registration::timer: expected gw\.idle/);
    expect(annotation).toContain("%0AAgain: passkey-harness run plain-registration --seed s");
  });
});

describe("hostile text", () => {
  test("starts no workflow command of its own", () => {
    const { annotations } = toGitHub([hostileRun()]);
    expect(annotations).toHaveLength(1);
    expect(annotations[0]?.split(/[\r\n]/)).toHaveLength(1);
    const [nothing, command, text] = annotations[0]?.split("::") ?? [];
    expect([nothing, command?.endsWith("@you")]).toEqual(["", true]);
    expect(text).toMatch(/^rp: expected /);
  });

  test("leaves neither its cell nor plain text", () => {
    const { summary } = toGitHub([hostileRun()]);
    const rows = summary.split("\n").filter((line) => line.startsWith("|"));
    expect(rows).toHaveLength(3);
    expect(rows.map((line) => line.split("|").length)).toEqual([8, 8, 8]);
    const withoutOurs = summary.replace(/<\/?code>/g, "");
    expect(withoutOurs).not.toMatch(/<|\[x\]|`|@you|::error|javascript:/);
    expect(summary.split("\n").filter((line) => line.startsWith("#"))).toHaveLength(2);
  });
});
