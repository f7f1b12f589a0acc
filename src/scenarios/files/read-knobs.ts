import type { KnobSpec } from "../../sim/knobs/knob-spec.js";
import { expectType, readValue } from "./read-value.js";
import { isObject, membersOf, type Place } from "./place.js";
import { shapeOfKnob, type KnobsShape } from "./shape.js";

/** Reads knobs, dotted (`"rp.finishMs"`) or by group (`"rp": { "finishMs": ... }`). @returns them dotted. */
export function readKnobs(
  shape: KnobsShape,
  value: Readonly<Record<string, unknown>>,
  place: Place,
): Readonly<Record<string, unknown>> {
  const { groups } = shape;
  const dotted = Object.entries(groups).flatMap(([group, specs]) =>
    Object.entries(specs).map(([name, spec]) => [`${group}.${name}`, spec] as const),
  );
  const specs = new Map<string, KnobSpec>(dotted);
  const given = membersOf(value);
  const read = given.flatMap(([name, member]) => {
    const here = place.at(name);
    if (Object.hasOwn(groups, name)) {
      if (given.some(([other]) => other.startsWith(`${name}.`))) {
        const hint = `say all of them in one way: inside "${name}", or by names like "${name}.${firstOf(groups[name])}"`;
        here.complain("SCENARIO_FILE_KNOB_TWICE", "this group is given by dotted names too", hint);
      }
      return readGroup(name, { shape, specs }, member, here);
    }
    return readKnob(name, { shape, specs }, member, here);
  });
  return Object.fromEntries(read);
}

interface Knobs {
  readonly shape: KnobsShape;
  readonly specs: ReadonlyMap<string, KnobSpec>;
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

function readKnob(name: string, { shape, specs }: Knobs, value: unknown, place: Place): Read {
  const spec = specs.get(name);
  if (spec === undefined) {
    place.unknown(name, [...specs.keys(), ...Object.keys(shape.groups)], "knob");
    return [];
  }
  if (shape.midRun && spec.fixed === true) {
    const hint = "set it among the knobs of the file";
    place.complain("SCENARIO_FILE_FIXED_KNOB", "this knob cannot be turned in the middle of a run", hint);
  }
  return [[name, readValue(shapeOfKnob(spec), value, place)]];
}

function firstOf(specs: Readonly<Record<string, KnobSpec>> = {}): string {
  return Object.keys(specs)[0] ?? "";
}
