import { describe, expect, test } from "vitest";
import { SAMPLE_NAMES, SAMPLES, drawPlan, sampleOf } from "../../src/oracle/draw-plan.js";
import { composeRun, fullMask, masksBySize, type Plan } from "../../src/oracle/plan.js";
import { knobInfos } from "../../src/scenarios/explore/oracle-runner.js";
import { listKnobs } from "../../src/sim/knobs/knobs.js";
import { knobValueFits } from "../../src/sim/knobs/knob-value.js";

const knobs = knobInfos();
const specs = new Map(listKnobs().map(({ name, spec }) => [name as string, spec]));

const plan: Plan = {
  base: {
    id: "usb+1",
    knobs: { "key.pinSet": true },
    script: [{ do: "register" }, { do: "login", atMs: 60_000 }],
    groups: [],
  },
  deviations: [
    { kind: "knob", name: "page.guardMs", value: 5_000 },
    { kind: "set", name: "net.loses", value: "finish-answer", atMs: 60_000 },
    { kind: "action", action: { do: "unplug", atMs: 2_500 } },
  ],
};

describe("composing a run", () => {
  test("has exactly the deviations of the mask", () => {
    expect(composeRun(plan, 0)).toEqual({
      knobs: { "key.pinSet": true },
      script: [
        { do: "register", inBackground: true },
        { do: "login", atMs: 60_000 },
      ],
      actionIds: ["base 0", "base 1"],
    });
    expect(composeRun(plan, 0b111)).toEqual({
      knobs: { "key.pinSet": true, "page.guardMs": 5_000 },
      script: [
        { do: "register", inBackground: true },
        { do: "unplug", atMs: 2_500 },
        { do: "set", atMs: 60_000, knobs: { "net.loses": "finish-answer" } },
        { do: "login", atMs: 60_000 },
      ],
      actionIds: ["base 0", "deviation 2", "deviation 1", "base 1"],
    });
  });

  test("waits for a ceremony's end in every run of a plan, or in none", () => {
    const undisturbed = { ...plan, deviations: plan.deviations.slice(0, 2) };
    expect(composeRun(undisturbed, 0b11).script[0]).toEqual({ do: "register" });
  });

  test("subsets come by size", () => {
    expect(masksBySize(0b101)).toEqual([0, 0b001, 0b100, 0b101]);
    expect(masksBySize(fullMask(plan))).toHaveLength(8);
  });
});

describe("drawing plans", () => {
  test("all samples come in turn, each with its share", () => {
    const counts = new Map<string, number>();
    for (let draw = 0; draw < 200; draw += 1) {
      counts.set(sampleOf(draw), (counts.get(sampleOf(draw)) ?? 0) + 1);
    }
    for (const name of SAMPLE_NAMES) expect(counts.get(name)).toBe(SAMPLES[name] * 10);
  });

  test.each(SAMPLE_NAMES)(
    "sample %s: the same seed and number give the same plan, others another",
    (sample) => {
      const one = (seed: string, draw: number) => drawPlan({ seed, draw, sample, again: 0, knobs });
      expect(one("1", 7)).toEqual(one("1", 7));
      const plans = Array.from({ length: 40 }, (_, draw) => JSON.stringify(one("1", draw)));
      expect(new Set(plans).size).toBeGreaterThan(30);
      expect(JSON.stringify(one("2", 7))).not.toBe(plans[7]);
    },
  );

  test.each(SAMPLE_NAMES)(
    "sample %s: every value is one that its knob takes, and differs from the base",
    (sample) => {
      for (let draw = 0; draw < 400; draw += 1) {
        const { base, deviations } = drawPlan({ seed: "values", draw, sample, again: 0, knobs });
        expect(deviations.length).toBeLessThanOrEqual(4);
        for (const deviation of deviations) {
          if (deviation.kind === "action") continue;
          const { name, value } = deviation;
          const spec = specs.get(name);
          expect(spec !== undefined && knobValueFits(spec, value), `${name}=${value}`).toBe(true);
          expect(value).not.toBe(name in base.knobs ? base.knobs[name] : spec?.standard);
          if (deviation.kind === "set") expect(spec?.fixed, name).not.toBe(true);
        }
      }
    },
  );

  test("setups, client profiles, key profiles, mid-run sets and actions all come up", () => {
    const seen = new Set<string>();
    for (let draw = 0; draw < 3_000; draw += 1) {
      const { base, deviations } = drawPlan({ seed: "all", draw, sample: sampleOf(draw), again: 0, knobs });
      seen.add(base.id.split("+")[0] ?? "");
      for (const name of ["client.profile", "key.profile"]) seen.add(`${name}=${base.knobs[name]}`);
      for (const one of deviations) seen.add(one.kind === "action" ? one.action.do : one.kind);
    }
    for (const setup of ["usb", "pin", "fingerprint", "hybrid", "linked", "loopback", "site-qr"]) {
      expect(seen).toContain(setup);
    }
    for (const word of [
      "knob",
      "set",
      "unplug",
      "quit-browser",
      "register",
      "login",
      "reset-key",
      "factor-sms",
    ]) {
      expect(seen).toContain(word);
    }
    for (const name of ["client.profile", "key.profile"] as const) {
      for (const choice of specs.get(name)?.choices ?? []) expect(seen).toContain(`${name}=${choice}`);
    }
  });
});
