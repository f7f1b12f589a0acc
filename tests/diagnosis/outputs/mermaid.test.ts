import { describe, expect, test } from "vitest";
import { toMermaid } from "../../../src/diagnosis/outputs/mermaid.js";
import { CATALOGUE } from "../../../src/scenarios/catalogue.js";
import { catalogueRun } from "../../helpers/catalogue-runs.js";
import { someOf } from "../../helpers/full-runs.js";
import { hostileRun } from "../../scenarios/reports/hostile.js";
import { explained, played } from "./explained.js";

/** Text after a colon: no `;` or `#` but in an entity, and no markup but the line break. */
const TEXT = "(?:[^;#<>:{}\\[\\]%\\\\]|#\\d+;|<br/>)+";
/** Grammar of the statements that are written, from Mermaid's documentation of sequence diagrams. */
const STATEMENTS = [
  new RegExp(`^ {2}participant p\\d+ as ${TEXT}$`, "u"),
  new RegExp(`^ {2}p\\d+--?>>p\\d+: ${TEXT}$`, "u"),
  new RegExp(`^ {2}Note over p\\d+(,p\\d+)?: ${TEXT}$`, "u"),
];

function problemsOf(diagram: string): readonly string[] {
  const [head, ...lines] = diagram.trimEnd().split("\n");
  const declared = new Set(lines.flatMap((line) => /^ {2}participant (p\d+) /.exec(line)?.[1] ?? []));
  return [
    ...(head === "sequenceDiagram" ? [] : ["no sequenceDiagram"]),
    ...lines.filter((line) => !STATEMENTS.some((statement) => statement.test(line))),
    ...lines
      .flatMap((line) => [...(line.split(":", 1)[0] ?? "").matchAll(/\bp\d+/g)].map(String))
      .filter((id) => !declared.has(id)),
  ];
}

test.each(someOf(CATALOGUE).map((scenario) => [scenario.id, scenario] as const))(
  "%s is a diagram that can be read",
  async (_, scenario) => {
    const run = await catalogueRun(scenario, "1");
    const diagram = toMermaid(run);
    expect(problemsOf(diagram)).toEqual([]);
    const steps = diagram.split("\n").filter((line) => /->>|Note/.test(line)).length;
    expect(steps).toBeLessThanOrEqual(57 + run.explanation.ceremonies.length);
  },
);

test("what is hostile, or empty, is one as well", () => {
  expect(problemsOf(toMermaid(hostileRun()))).toEqual([]);
  expect(toMermaid(hostileRun())).not.toMatch(/<script|onerror="|javascript:/);
  expect(problemsOf(toMermaid(explained([])))).toEqual([]);
});

test("the grammar finds what breaks it", () => {
  const refused = [
    "  p1->>p1: a; b",
    "  p1->>p1: a #1",
    "  p1->>p9: a",
    "  Note over p1: <b>",
    "  p1->p1: a",
    "  p1->>p1:",
  ];
  for (const line of refused) {
    expect(problemsOf(`sequenceDiagram\n  participant p1 as x\n${line}\n`), line).not.toEqual([]);
  }
});

describe("late-delivery", () => {
  test("tells the story, and the verdict below it", async () => {
    const lines = toMermaid(await played("late-delivery")).split("\n");
    const at = (text: string) => lines.findIndex((line) => line.includes(text));
    expect(lines.slice(1, 8).map((line) => line.replace(/.* as /, ""))).toEqual([
      "user",
      "page",
      "browser",
      "link",
      "key",
      "site",
      "mail",
    ]);
    expect(lines[at("registration/options")]).toBe("  p2->>p6: 0.050 s registration/options");
    const story = [
      "makeCredential",
      "TIMER page.guard fired",
      "could not be created",
      "answers#58; approved",
      "create() resolved",
    ];
    const places = story.map(at);
    expect(places.every((place) => place > 0)).toBe(true);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(at("registration c1#58; late-delivery")).toBeGreaterThan(places.at(-1) as number);
    expect(at("Left out")).toBe(-1);
  });
});

test("says how much of what it leaves out", async () => {
  const run = await played("usb-channel-busy-forever/no-limit");
  const diagram = toMermaid(run).replaceAll("<br/>", " ");
  const [, left, all] = /Left out (\d+) of (\d+) steps/.exec(diagram) ?? [];
  const drawn = diagram.split("\n").filter((line) => /->>|Note over p\d+:/.test(line)).length;
  expect(Number(all) - Number(left)).toBe(drawn);
  expect(diagram).toContain(" of link.busy");
});
