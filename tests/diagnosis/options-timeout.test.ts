import { describe, expect, test } from "vitest";
import { explain } from "../../src/diagnosis/explain.js";
import { scenarioNamed } from "../../src/scenarios/catalogue.js";
import { runScenario } from "../../src/scenarios/run.js";

const SLOW = { "rp.optionsMs": 65_000 } as const;

/** The ceremony whose options the gateway gave up on: the last one of its scenario. */
async function explained(id: string, knobs: Readonly<Record<string, unknown>>) {
  const scenario = scenarioNamed(id);
  const script = [...scenario.script];
  script.splice(-1, 0, { do: "set", knobs });
  const { explanation, records } = await runScenario({ ...scenario, script }, { seed: "options" });
  return { last: explanation.ceremonies.at(-1), records };
}

describe("a gateway that times out before the options", () => {
  test.each([
    ["plain-registration", "registration"],
    ["plain-login", "login"],
  ])("is the cause in %s", async (id, kind) => {
    const { last } = await explained(id, SLOW);
    expect(last).toMatchObject({ kind, mechanism: "options-timeout", decidedBy: { timer: "gw.idle" } });
    expect(last?.verdict).toMatch(/^gw\.idle fired first: the gateway answered the options call/);
  });

  // The counterfactual: with a gateway that waits, the same slow site ends well.
  test.each(["plain-registration", "plain-login"])("is none in %s where the gateway waits", async (id) => {
    const { last } = await explained(id, { ...SLOW, "gw.idleMs": null });
    expect(last?.mechanism).toBe("success");
  });

  test("names no timer in a trace without timers", async () => {
    const { records } = await explained("plain-registration", SLOW);
    const withoutProbe = explain(records.filter(({ kind }) => !kind.startsWith("timer.")));
    expect(withoutProbe.ceremonies.at(-1)?.decidedBy).toBeUndefined();
  });
});
