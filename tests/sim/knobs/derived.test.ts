/** A knob is one line in its actor's table: type, parser, file reader, schema, list and page come from there. */
import { describe, expect, test } from "vitest";
import { knobsPage } from "../../../scripts/knobs-page.js";
import { readScenarioFile } from "../../../src/scenarios/files/resolve-scenario.js";
import { scenarioSchema } from "../../../src/scenarios/files/scenario-schema.js";
import { defaultsOf, optionsIn, type KnobTable } from "../../../src/sim/knobs/knob-spec.js";
import { listKnobs, parseKnobAssignment, withKnobs } from "../../../src/sim/knobs/knobs.js";
import { KNOB_SPECS } from "../../../src/sim/knobs/registry.js";
import { HID_KNOBS } from "../../../src/sim/hid/hid-knobs.js";
import { PHONE_STANDARD } from "../../../src/sim/phone/phone-options.js";
import { PHONE_KNOBS } from "../../../src/sim/phone/phone-knobs.js";
import { runCli } from "../../helpers/run-cli.js";

const ROWS = Object.entries<KnobTable>(KNOB_SPECS).flatMap(([group, table]) =>
  Object.entries(table).map(([own, spec]) => ({ group, own, name: `${group}.${own}`, spec })),
);

const { definitions } = scenarioSchema() as { definitions: Readonly<Record<string, object>> };
const PAGE = knobsPage();
const LISTED = JSON.parse((await runCli(["knobs", "--json"])).stdout) as {
  knobs: { name: string; default: unknown; text: string }[];
};

test("the list has every row of every table, and no other", () => {
  expect(listKnobs()).toEqual(ROWS.map(({ name, spec }) => ({ name, spec })));
  expect(LISTED.knobs.map(({ name }) => name)).toEqual(ROWS.map(({ name }) => name));
});

describe.each(ROWS)("$name", ({ group, own, name, spec }) => {
  const { standard, doc } = spec;

  test("is read from the command line and from files, in either spelling", () => {
    expect(parseKnobAssignment(`${name}=${standard ?? "never"}`)).toEqual({ [name]: standard });
    const script = [{ do: "register" }];
    const dotted = readScenarioFile({ script, knobs: { [name]: standard } });
    const grouped = readScenarioFile({ script, knobs: { [group]: { [own]: standard } } });
    expect([dotted.knobs, grouped.knobs]).toEqual([{ [name]: standard }, { [name]: standard }]);
  });

  test("has its text and default in the schema, in the list and on the page", () => {
    expect(definitions[`knob ${name}`]).toMatchObject({ description: doc, default: standard });
    expect(LISTED.knobs).toContainEqual(expect.objectContaining({ name, default: standard, text: doc }));
    expect(PAGE).toContain(`| \`${name}\`${spec.fixed ? " (fixed)" : ""} |`);
  });
});

test("an actor takes its options from its table, defaults included", () => {
  expect(PHONE_STANDARD).toMatchObject(defaultsOf(PHONE_KNOBS));
  expect(optionsIn(HID_KNOBS, withKnobs().hid)).toEqual(defaultsOf(HID_KNOBS));
});
