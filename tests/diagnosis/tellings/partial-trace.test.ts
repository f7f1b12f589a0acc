/** What a telling says of the passkey where the trace does not show a side: never more than the records do. */
import { expect, test } from "vitest";
import { explain } from "../../../src/diagnosis/explain.js";
import { tell } from "../../../src/diagnosis/tellings/tell.js";
import { scenarioNamed } from "../../../src/scenarios/catalogue.js";
import { catalogueRun } from "../../helpers/catalogue-runs.js";

const LAYERS = ["page", "ctap", "rp", "timer", "link", "user"] as const;

async function without(id: string, layer: (typeof LAYERS)[number]) {
  const { records } = await catalogueRun(scenarioNamed(id), "demo-1");
  return explain(records.filter(({ kind }) => !kind.startsWith(`${layer}.`)));
}

test.each(LAYERS)(
  "a success that was reported as a failure stays one or is left open, without %s",
  async (layer) => {
    const explanation = await without("late-delivery", layer);
    const [now] = tell(explanation, "customer").lines;
    expect(now).toMatch(/your passkey exists|Your passkey was saved|we cannot tell/);
  },
);

test("without the site no passkey counts as one it does not know", async () => {
  const { outcome, consequences } = await without("plain-registration", "rp");
  expect([outcome?.orphans, consequences.map(({ id }) => id)]).toEqual([[], []]);
});

test("without the authenticator no passkey counts as one that no device holds", async () => {
  const { outcome, consequences } = await without("plain-registration", "ctap");
  expect([outcome?.ghosts, consequences.map(({ id }) => id)]).toEqual([[], []]);
});

test("an empty trace is told as one that shows nothing", () => {
  expect(tell(explain([]), "customer").lines[0]).toMatch(/we cannot tell whether a passkey was saved/);
  expect(tell(explain([]), "support").lines[0]).toBe("At fault: not known");
});

test("an audience or a language that does not exist is refused", () => {
  const explanation = explain([]);
  expect(() => tell(explanation, "nobody" as "customer")).toThrow(/audience/);
  expect(() => tell(explanation, "support", { language: "xx" as "en" })).toThrow(/language/);
});
