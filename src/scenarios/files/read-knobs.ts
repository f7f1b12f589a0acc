import type { KnobSpec } from "../../sim/knobs/knob-spec.js";
import { groupOf, knobNamesIn, type KnobNameInFile } from "./knob-names.js";
import { isObject, membersOf, type Place } from "./place.js";
import { expectType, readValue } from "./read-value.js";
import { shapeOfKnob, type KnobsShape } from "./shape.js";

/**
 * Reads knobs, dotted (`"rp.finishMs"`) or by group (`"rp": { "finishMs": ... }`).
 *
 * @returns them dotted, by their present names.
 */
export function readKnobs(
  shape: KnobsShape,
  value: Readonly<Record<string, unknown>>,
  place: Place,
): Readonly<Record<string, unknown>> {
  const names = new Map(knobNamesIn(shape.groups).map((one) => [one.given, one]));
  const groups = new Set([...names.keys()].map(groupOf));
  const knobs = { shape, names, seen: new Set<KnobSpec>() };
  const given = membersOf(value);
  const read = given.flatMap(([name, member]) => {
    const here = place.at(name);
    if (groups.has(name)) {
      if (given.some(([other]) => other.startsWith(`${name}.`))) {
        const hint = `say all of them in one way: inside "${name}", or by names like "${name}.${firstOf(shape.groups[name])}"`;
        here.complain("SCENARIO_FILE_KNOB_TWICE", "this group is given by dotted names too", hint);
      }
      return readGroup(name, knobs, member, here);
    }
    return readKnob(name, knobs, member, here);
  });
  return Object.fromEntries(read);
}

interface Knobs {
  readonly shape: KnobsShape;
  /** By the dotted name in the file. */
  readonly names: ReadonlyMap<string, KnobNameInFile>;
  /** Knobs that were read. */
  readonly seen: Set<KnobSpec>;
}

type Read = readonly (readonly [name: string, value: unknown])[];

function readGroup(group: string, knobs: Knobs, value: unknown, place: Place): Read {
  if (!isObject(value)) {
    expectType(false, place, "an object with this group's knobs");
    return [];
  }
  return membersOf(value).flatMap(([name, member]) =>
    readKnob(`${group}.${name}`, knobs, member, place.at(name)),
  );
}

function readKnob(given: string, { shape, names, seen }: Knobs, value: unknown, place: Place): Read {
  const found = names.get(given);
  if (found === undefined) {
    const present = [...names.values()].flatMap(({ given: known, name }) => (known === name ? [name] : []));
    place.unknown(given, [...present, ...Object.keys(shape.groups)], "knob");
    return [];
  }
  const { name, spec } = found;
  if (seen.has(spec)) {
    const hint = `by its name ${name}, and by a former one`;
    place.complain("SCENARIO_FILE_KNOB_TWICE", "this knob is given twice", hint);
  }
  seen.add(spec);
  if (shape.midRun && spec.fixed === true) {
    const hint = "set it among the knobs of the file";
    place.complain("SCENARIO_FILE_FIXED_KNOB", "this knob cannot be set in the middle of a run", hint);
  }
  return [[name, readValue(shapeOfKnob(spec), value, place)]];
}

function firstOf(specs: Readonly<Record<string, KnobSpec>> = {}): string {
  return Object.keys(specs)[0] ?? "";
}
