import { describe, expect, test } from "vitest";
import { explain } from "../../../src/diagnosis/explain.js";
import type { TraceRecord } from "../../../src/core/trace.js";
import { CATALOGUE, scenarioNamed } from "../../../src/scenarios/catalogue.js";
import { scenarioOfIncident } from "../../../src/scenarios/explore/scenario-of-incident.js";
import { defineScenario } from "../../../src/scenarios/files/define-scenario.js";
import { runScenario } from "../../../src/scenarios/run.js";
import { catalogueRun } from "../../helpers/catalogue-runs.js";
import { fullRuns } from "../../helpers/full-runs.js";

/** Plays the file of an incident, as `run FILE` does. */
async function again(trace: Parameters<typeof scenarioOfIncident>[0]) {
  const made = await scenarioOfIncident(trace);
  const file = JSON.parse(JSON.stringify({ id: "incident", ...made.file })) as typeof made.file;
  const run = await runScenario(defineScenario(file), { seed: "7" });
  return { made, run };
}

const single = CATALOGUE.filter(
  ({ expect: { mechanisms }, script: [first, ...others] }) =>
    mechanisms.length === 1 && others.length === 0 && (first?.do === "register" || first?.do === "login"),
);
const step = Math.max(1, Math.floor(single.length / fullRuns(single.length)));

test.each(single.filter((_, index) => index % step === 0).map(({ id }) => id))(
  "the trace of %s becomes a scenario of the same cause, outcome and ending",
  async (id) => {
    const original = await catalogueRun(scenarioNamed(id), "1");
    const { made, run } = await again(original);
    expect(run.verdict).toBe("as-expected");
    expect(run.explanation.mechanism).toBe(original.explanation.mechanism);
    expect(run.explanation.outcome?.promise).toBe(original.explanation.outcome?.promise);
    expect(run.explanation.endedBy?.timer?.timer).toBe(original.explanation.endedBy?.timer?.timer);
    expect(made.agreesIn).toContain("order");
  },
  60_000,
);

test.each(["user.", "ctap.", "rp.", "timer."])(
  "logs without %s records become a scenario that holds what they show, or none",
  async (layer) => {
    let made = 0;
    for (const { id } of single.filter((_, index) => index % (step * 4) === 0)) {
      const { records } = await catalogueRun(scenarioNamed(id), "1");
      const left = records.filter(({ kind }) => !kind.startsWith(layer));
      const trace = { records: left, explanation: explain(left) };
      const found = await again(trace).catch((error: unknown) => {
        expect(error).toMatchObject({ code: expect.stringMatching(/^INCIDENT_NO_/) as string });
      });
      if (found === undefined) continue;
      made += 1;
      expect([id, found.run.verdict]).toEqual([id, "as-expected"]);
    }
    expect(made).toBeGreaterThan(1);
  },
  120_000,
);

describe("an incident with a page's own timer of 45 s", () => {
  const incident = () =>
    runScenario(scenarioNamed("late-delivery"), {
      seed: "3",
      knobs: { "page.guardMs": 45_000, "key.touchDelayMs": 70_000, "rp.finishMs": 1_500 },
    });

  test("has the times that its records say, and none of them is open", async () => {
    const { made, run } = await again(await incident());
    expect(made.file.knobs).toMatchObject({
      "page.guardMs": 45_000,
      "key.touchDelayMs": 70_000,
      "rp.finishMs": 1_500,
      "client.timeoutMs": 60_000,
    });
    expect(run.explanation.decidedBy).toMatchObject({ timer: "page.guard", budgetMs: 45_000 });
    const open = made.open.map(({ knob }) => knob);
    expect(open).toContain("net.latencyMs");
    for (const measured of Object.keys(made.file.knobs ?? {})) expect(open).not.toContain(measured);
    for (const { fromMs, toMs } of made.open) expect(fromMs).toBeLessThanOrEqual(toMs);
  });

  test("without the authenticator's and the user's records the gesture stays open", async () => {
    const { records } = await incident();
    const left = records.filter(
      ({ kind, actor }) =>
        !kind.startsWith("ctap.") &&
        !kind.startsWith("user.a") &&
        !kind.startsWith("user.p") &&
        actor !== "key",
    );
    const { made } = await again({ records: left, explanation: explain(left) });
    expect(made.file.knobs).not.toHaveProperty(["key.touchDelayMs"]);
    expect(made.file.knobs).toMatchObject({ "page.guardMs": 45_000 });
    const gesture = made.open.find(({ knob }) => knob === "key.touchDelayMs");
    expect(gesture?.toMs).toBeGreaterThan(gesture?.fromMs ?? 0);
  });
});

test.each([
  ["no records", [] as readonly TraceRecord[]],
  ["a fallback alone", CATALOGUE.find(({ script }) => script[0]?.do === "request-code")?.id ?? ""],
])("%s: no scenario can be made, and that is said", async (_, from) => {
  const records = typeof from === "string" ? (await catalogueRun(scenarioNamed(from), "1")).records : from;
  const made = scenarioOfIncident({ records, explanation: explain(records) });
  await expect(made).rejects.toMatchObject({ code: "INCIDENT_NO_CEREMONY" });
});
