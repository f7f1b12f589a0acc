import { expect, test } from "vitest";
import { CATALOGUE, scenarioNamed } from "../../../src/scenarios/catalogue.js";
import { judgeLabels } from "../../../src/scenarios/explore/judge-labels.js";
import { variantOf } from "../../../src/scenarios/variant.js";
import { FULL } from "../../helpers/full-runs.js";

/** Every twelfth scenario; all of them with `FULL=1`. */
const LOOKED_AT = CATALOGUE.filter((_, at) => FULL || at % 12 === 0);

test(
  "the causes that scenarios state change the outcome by their absence",
  { timeout: 600_000 },
  async () => {
    const labels = await judgeLabels(LOOKED_AT);
    expect(labels.length).toBeGreaterThan(10);
    expect(labels.filter(({ class: is }) => is === "wrong" || is === "false-success")).toEqual([]);
  },
);

test("a label that names something else is found out", async () => {
  const late = scenarioNamed("late-delivery");
  const [label] = await judgeLabels([
    variantOf(late, "mislabelled", { expect: { ...late.expect, mechanisms: ["store-full"] } }),
  ]);
  expect(label).toMatchObject({ class: "wrong", label: "store-full" });
  expect(label?.sufficient.flat().join()).toContain("page.guardMs");
});

test("a scenario whose script alone goes ill is not judged", async () => {
  const labels = await judgeLabels([scenarioNamed("rp-retry-excluded-credential")]);
  expect(labels.map(({ class: is }) => is)).toContain("not-judged");
});
