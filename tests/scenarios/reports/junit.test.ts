import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { scenarioNamed } from "../../../src/scenarios/catalogue.js";
import { toJUnit } from "../../../src/scenarios/reports/junit.js";
import { runOfTrace } from "../../../src/scenarios/reports/run-of-trace.js";
import { runScenario, type Run } from "../../../src/scenarios/run.js";
import { outputOf, programNamed } from "../../helpers/programs.js";
import { hostileRun } from "./hostile.js";

let good: Run;
let broken: Run;
let turned: Run;
beforeAll(async () => {
  const story = scenarioNamed("plain-registration");
  good = await runScenario(scenarioNamed("late-delivery"), { seed: "demo-1" });
  broken = await runScenario({ ...story, expect: { ...story.expect, decidedBy: "gw.idle" } }, { seed: "s" });
  turned = await runScenario(scenarioNamed("late-delivery"), { seed: "s", knobs: { "page.guardMs": null } });
});

test("a good, a broken and an unheld run read as they were read and found good", async () => {
  const golden = join(import.meta.dirname, "../golden/three-runs.junit.xml");
  await expect(toJUnit([good, broken, turned])).toMatchFileSnapshot(golden);
});

const PYTHON = programNamed("python3");
if (PYTHON === undefined) console.log("junit.test.ts skips its parser: python3 is not installed");

interface Element {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
  readonly children: readonly Element[];
}

const READ = `
import json, sys, xml.etree.ElementTree as tree
def told(e): return {"tag": e.tag, "attributes": e.attrib, "text": e.text or "", "children": [told(c) for c in e]}
print(json.dumps(told(tree.fromstring(sys.stdin.buffer.read()))))
`;

function parsed(xml: string): Element {
  return JSON.parse(outputOf(PYTHON as string, ["-c", READ], xml)) as Element;
}

const all = (element: Element, tag: string): readonly Element[] => [
  ...(element.tag === tag ? [element] : []),
  ...element.children.flatMap((child) => all(child, tag)),
];

describe.skipIf(PYTHON === undefined)("to an XML parser that is not ours", () => {
  test("counts, cases, failures and properties are where readers look for them", () => {
    const suites = parsed(toJUnit([good, broken, turned]));
    expect(suites.attributes).toMatchObject({ tests: "3", failures: "1", errors: "0" });
    expect(all(suites, "testcase").map(({ attributes }) => attributes["name"])).toEqual([
      "late-delivery, seed demo-1",
      "plain-registration",
      "late-delivery, seed s",
    ]);
    expect(all(suites, "failure").map(({ attributes }) => attributes["message"])).toEqual([
      "timer: expected gw.idle, found no timer",
    ]);
    expect(all(suites, "skipped")).toHaveLength(1);
    const [first] = all(suites, "properties");
    const properties = Object.fromEntries(
      (first?.children ?? []).map(({ attributes }) => [attributes["name"], attributes["value"]]),
    ) as Record<string, unknown>;
    expect(properties).toMatchObject({
      seed: "demo-1",
      "deciding-timer": "page.guard",
      "margin-ms": "-38000",
      mechanisms: "late-delivery",
    });
  });

  test("a failure tells how to have it again", () => {
    const [failure] = all(parsed(toJUnit([broken])), "failure");
    expect(failure?.text).toContain("Again: passkey-harness run plain-registration --seed s");
  });

  test("hostile text is text", () => {
    const suites = parsed(toJUnit([hostileRun()]));
    expect(all(suites, "testcase")).toHaveLength(1);
    expect(all(suites, "script")).toEqual([]);
    expect(all(suites, "failure")[0]?.attributes["message"]).toContain("<script>");
  });

  test("a recording of no story is a case of its own class", () => {
    const [one] = all(
      parsed(
        toJUnit([
          runOfTrace([{ atMs: 0, actor: "key", span: "run", kind: "ctap.cancel", command: "reset" }]),
        ]),
      ),
      "testcase",
    );
    expect(one?.attributes).toEqual({ classname: "passkey-harness.recorded", name: "recording" });
  });
});
