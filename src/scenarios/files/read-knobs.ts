import type { KnobSpec } from "../../sim/knobs/knob-spec.js";
import { isObject, membersOf, readShape } from "../../core/read-shape.js";
import type { Reporter } from "../../core/shape.js";
import type { ScenarioFileFault } from "./scenario-file-error.js";
import { groupOf, knobNamesIn, type KnobNameInFile } from "./knob-names.js";
import { shapeOfKnob, type KnobGroups, type KnobsShape } from "./shape.js";

/** Knobs, dotted (`"rp.finishMs"`) or by group (`"rp": { "finishMs": ... }`); read, they are dotted, by present names. */
export function knobsShape(groups: KnobGroups, { midRun }: { readonly midRun: boolean }): KnobsShape {
  return {
    type: "custom",
    groups,
    midRun,
    read: (value, place) => readKnobs({ groups, midRun }, value, place),
  };
}

const KNOB_TWICE: ScenarioFileFault = "SCENARIO_FILE_KNOB_TWICE";
const FIXED_KNOB: ScenarioFileFault = "SCENARIO_FILE_FIXED_KNOB";

type Knobbed = Pick<KnobsShape, "groups" | "midRun">;

function readKnobs(shape: Knobbed, value: unknown, place: Reporter): unknown {
  if (!isObject(value)) {
    place.wrongType("an object");
    return value;
  }
  const names = new Map(knobNamesIn(shape.groups).map((one) => [one.given, one]));
  const groups = new Set([...names.keys()].map(groupOf));
  const knobs = { shape, names, seen: new Set<KnobSpec>() };
  const given = membersOf(value);
  const read = given.flatMap(([name, member]) => {
    const here = place.at(name);
    if (groups.has(name)) {
      if (given.some(([other]) => other.startsWith(`${name}.`))) {
        const hint = `say all of them in one way: inside "${name}", or by names like "${name}.${firstOf(shape.groups[name])}"`;
        here.complain(KNOB_TWICE, "this group is given by dotted names too", hint);
      }
      return readGroup(name, knobs, member, here);
    }
    return readKnob(name, knobs, member, here);
  });
  return Object.fromEntries(read);
}

interface Knobs {
  readonly shape: Knobbed;
  /** By the dotted name in the file. */
  readonly names: ReadonlyMap<string, KnobNameInFile>;
  /** Knobs that were read. */
  readonly seen: Set<KnobSpec>;
}

type Read = readonly (readonly [name: string, value: unknown])[];

function readGroup(group: string, knobs: Knobs, value: unknown, place: Reporter): Read {
  if (!isObject(value)) {
    place.wrongType("an object with this group's knobs");
    return [];
  }
  return membersOf(value).flatMap(([name, member]) =>
    readKnob(`${group}.${name}`, knobs, member, place.at(name)),
  );
}

function readKnob(given: string, { shape, names, seen }: Knobs, value: unknown, place: Reporter): Read {
  const found = names.get(given);
  if (found === undefined) {
    const present = [...names.values()].flatMap(({ given: known, name }) => (known === name ? [name] : []));
    place.unknown(given, [...present, ...Object.keys(shape.groups)], "knob");
    return [];
  }
  const { name, spec } = found;
  if (seen.has(spec)) {
    place.complain(KNOB_TWICE, "this knob is given twice", `by its name ${name}, and by a former one`);
  }
  seen.add(spec);
  if (shape.midRun && spec.fixed === true) {
    const hint = "set it among the knobs of the file";
    place.complain(FIXED_KNOB, "this knob cannot be set in the middle of a run", hint);
  }
  return [[name, readShape(shapeOfKnob(spec), value, place)]];
}

function firstOf(specs: Readonly<Record<string, KnobSpec>> = {}): string {
  return Object.keys(specs)[0] ?? "";
}
