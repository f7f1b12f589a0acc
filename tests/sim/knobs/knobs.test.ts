import { describe, expect, test } from "vitest";
import {
  listKnobs,
  mergeKnobs,
  parseKnobAssignment,
  parseKnobs,
  withKnobs,
  type KnobAlias,
} from "../../../src/sim/knobs/knobs.js";

describe("withKnobs", () => {
  test("without overrides every knob has the default of its table", () => {
    const knobs = withKnobs() as unknown as Record<string, Record<string, unknown>>;
    for (const { name, spec } of listKnobs()) {
      const [group, knob] = name.split(".") as [string, string];
      expect(knobs[group]?.[knob], name).toBe(spec.standard);
    }
  });

  test("an override changes its own knob and no other", () => {
    const knobs = withKnobs({ "page.guardMs": 60_000 });
    expect(knobs.page.guardMs).toBe(60_000);
    expect({ ...knobs, page: { ...knobs.page, guardMs: null } }).toEqual(withKnobs());
  });
});

describe("the table", () => {
  test.each(listKnobs())("$name says what it is, and its unit is in its name", ({ name, spec }) => {
    expect(spec.doc.length).toBeGreaterThan(10);
    expect(name.endsWith("Ms")).toBe(spec.kind === "ms");
    expect(spec.doc).not.toMatch(/\b(person|people|somebody|nobody|anybody|everybody)\b/i);
    expect(parseKnobs({ [name]: spec.standard })).toEqual({ [name]: spec.standard });
  });
});

describe("parseKnobs refuses", () => {
  test.each([
    ["a misspelt name", { "page.gardMs": 1 }, "KNOB_UNKNOWN", /page\.guardMs/],
    ["a name of another group", { "browser.guardMs": 1 }, "KNOB_UNKNOWN", /page\.guardMs/],
    ["a name like nothing", { zzzzzzzzzzzz: 1 }, "KNOB_UNKNOWN", /groups: client/],
    ["a name every object has", { constructor: 1 }, "KNOB_UNKNOWN", /groups|did you mean/],
    ["a negative time", { "page.guardMs": -1 }, "KNOB_INVALID", /null for never/],
    ["a time with a fraction", { "gw.idleMs": 0.5 }, "KNOB_INVALID", /whole milliseconds/],
    ["a time as text", { "gw.idleMs": "60000" }, "KNOB_INVALID", /whole milliseconds/],
    [
      "never where there is no never",
      { "rp.finishMs": null },
      "KNOB_INVALID",
      /^whole milliseconds from 0 to 31536000000$/,
    ],
    ["a period of nothing", { "hid.keepaliveMs": 0 }, "KNOB_INVALID", /from 1 to \d+, or null for never$/],
    ["more than 100 %", { "ble.advertLossPct": 101 }, "KNOB_INVALID", /from 0 to 100 \(%\)$/],
    ["a probability above 1", { "tunnel.breakChance": 1.5 }, "KNOB_INVALID", /^a number from 0 to 1$/],
    ["a status that is no refusal", { "tunnel.httpStatus": 101 }, "KNOB_INVALID", /from 200 to 599/],
    [
      "a knob by both of its names",
      { "link.failP": 0, "tunnel.breakChance": 1 },
      "KNOB_INVALID",
      /link\.failP/,
    ],
    ["a name without its group", { gaurdMs: 1 }, "KNOB_UNKNOWN", /page\.guardMs/],
    ["a switch that is a number", { "page.aborts": 1 }, "KNOB_INVALID", /true or false/],
    ["an unknown choice", { "client.profile": "netscape" }, "KNOB_INVALID", /gecko/],
    ["a list", [1], "KNOB_INVALID", /page\.guardMs/],
    ["nothing", null, "KNOB_INVALID", /page\.guardMs/],
  ])("%s", (_, input, code, hint) => {
    expect(() => parseKnobs(input)).toThrow(
      expect.objectContaining({ code, hint: expect.stringMatching(hint) as string }),
    );
  });
});

describe("a former name", () => {
  test("stands for the present one, and is told", () => {
    const told: KnobAlias[] = [];
    const onAlias = (alias: KnobAlias) => told.push(alias);
    const alias = { alias: "link.failP", name: "tunnel.breakChance" };
    expect(parseKnobs({ "link.failP": 0.5 }, { onAlias })).toEqual({ "tunnel.breakChance": 0.5 });
    expect(parseKnobAssignment("link.failP=0.25", { onAlias })).toEqual({ "tunnel.breakChance": 0.25 });
    expect(told).toEqual([alias, alias]);
  });

  test("is laid over the present one, and the other way round", () => {
    const former = parseKnobs({ "link.failP": 0.5 });
    expect(mergeKnobs({ "tunnel.breakChance": 1 }, former)).toEqual({ "tunnel.breakChance": 0.5 });
    expect(mergeKnobs(former, { "tunnel.breakChance": 1 })).toEqual({ "tunnel.breakChance": 1 });
  });

  test("is no present name", () => {
    const present = new Set<string>(listKnobs().map(({ name }) => name));
    const former = listKnobs().flatMap(({ spec }) => spec.formerly ?? []);
    expect(former.filter((name) => present.has(name))).toEqual([]);
    expect(new Set(former).size).toBe(former.length);
  });
});

describe("parseKnobAssignment", () => {
  test.each([
    ["page.guardMs=60000", { "page.guardMs": 60_000 }],
    ["page.guardMs=60s", { "page.guardMs": 60_000 }],
    ["page.guardMs=1.5min", { "page.guardMs": 90_000 }],
    ["page.guardMs=never", { "page.guardMs": null }],
    ["page.aborts=true", { "page.aborts": true }],
    ["client.profile=gecko", { "client.profile": "gecko" }],
  ])("reads %s", (text, overrides) => {
    expect(parseKnobAssignment(text)).toEqual(overrides);
  });

  test.each(["page.guardMs", "=5", "page.guardMs=soon", "page.aborts=maybe", "key.pinRetries=3s"])(
    "refuses %s",
    (text) => {
      expect(() => parseKnobAssignment(text)).toThrow(expect.objectContaining({ code: "KNOB_INVALID" }));
    },
  );
});
