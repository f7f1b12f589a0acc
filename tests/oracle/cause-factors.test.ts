import { describe, expect, test } from "vitest";
import { ROOT_CAUSE_IDS } from "../../src/diagnosis/rules/registry.js";
import { CAUSE_FACTORS, factorsOf, namesDeviation, NO_TROUBLE } from "../../src/oracle/cause-factors.js";
import { CONDITION_FACTORS } from "../../src/oracle/causes/conditions.js";
import { WAITS } from "../../src/diagnosis/facts/waits.js";
import { changeWithout, knobsOfTimer } from "../../src/oracle/timer-knobs.js";
import { ACTION_SHAPES } from "../../src/scenarios/files/verb-shapes.js";
import { listKnobs } from "../../src/sim/knobs/knobs.js";
import { CATALOGUE } from "../../src/scenarios/catalogue.js";
import { FIELD_FAULTS } from "../../src/oracle/field-faults.js";
import { SETUPS } from "../../src/oracle/base-scenarios.js";
import { knobValueFits } from "../../src/sim/knobs/knob-value.js";

const specs = new Map(listKnobs().map(({ name, spec }) => [name as string, spec]));
const groups = new Set([...specs.keys()].map((name) => `${name.split(".")[0] ?? ""}.*`));

test.each(ROOT_CAUSE_IDS.filter((id) => !NO_TROUBLE.includes(id)))("%s has a row", (id) => {
  expect(factorsOf(id), `write in src/oracle/causes what "${id}" names`).toBeDefined();
});

test.each(Object.keys(CAUSE_FACTORS))("the row of %s is for a cause that there is", (id) => {
  expect(ROOT_CAUSE_IDS).toContain(id);
});

/** Names of a row that stand for no knob, no group of knobs and no action of a script. */
const unknownIn = (names: readonly string[]) =>
  names.filter((name) =>
    name.startsWith("do:")
      ? !Object.hasOwn(ACTION_SHAPES, name.slice("do:".length))
      : !specs.has(name) && !groups.has(name),
  );

test.each(Object.entries(CAUSE_FACTORS))("%s names knobs and actions that there are", (_, { names }) => {
  const unknown = unknownIn(names);
  expect(unknown).toEqual([]);
});

test.each(Object.entries(CONDITION_FACTORS))(
  "the wait %s names knobs and actions that there are",
  (_, { names }) => {
    const unknown = unknownIn(names);
    expect(unknown).toEqual([]);
  },
);

test("every wait that a diagnosis names has a row", () => {
  expect(Object.keys(CONDITION_FACTORS).sort()).toEqual(Object.keys(WAITS).sort());
});

test("a name, a group of knobs and an action are named", () => {
  const row = { names: ["key.decision", "tunnel.*", "do:unplug"] };
  expect(
    ["key.decision", "tunnel.ttlMs", "do:unplug"].filter((name) => namesDeviation(row, name)),
  ).toHaveLength(3);
  expect(["key.which", "do:login", "do:*"].filter((name) => namesDeviation(row, name))).toEqual([]);
});

/** Timers whose length is built into what the harness simulates. */
const NO_KNOB: readonly string[] = ["key.tokenFirstUse", "key.tokenLife", "key.nextAssertion"];

describe("timers", () => {
  const TIMERS = ["page.guard", "key.up", "tunnel.ttl", "gw.idle", "rp.challenge", "hid.busy", "otp.ttl"];

  test.each(TIMERS)("%s is taken out by a value that its knob takes", (timer) => {
    const change = changeWithout(timer);
    expect(change).toBeDefined();
    for (const [name, value] of Object.entries(change?.knobs ?? {})) {
      const spec = specs.get(name);
      expect(spec !== undefined && knobValueFits(spec, value), `${name}=${value}`).toBe(true);
      expect(knobsOfTimer(timer)).toContain(name);
    }
  });

  test("are known wherever a scenario of the catalogue expects one", () => {
    const expected = new Set(CATALOGUE.flatMap(({ expect: { decidedBy } }) => decidedBy ?? []));
    const unknown = [...expected].filter((timer) => changeWithout(timer) === undefined);
    expect(unknown.filter((timer) => !NO_KNOB.includes(timer))).toEqual([]);
  });

  test("the client's own goes with its profile", () => {
    expect(changeWithout("client.ceremony")).toEqual({ knobs: {}, run: { withoutClientTimer: true } });
    expect(changeWithout("no.such-timer")).toBeUndefined();
  });
});

test.each(FIELD_FAULTS)("$name can happen as it is written", ({ name, from, oneOf = [], setups = [] }) => {
  const spec = specs.get(name);
  for (const value of from ?? oneOf) {
    expect(spec !== undefined && knobValueFits(spec, value), `${name}=${value}`).toBe(true);
  }
  expect(SETUPS.map(({ id }) => id)).toEqual(expect.arrayContaining([...setups]));
});
