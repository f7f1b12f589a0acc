import { isObject, membersOf, type Place } from "./place.js";
import { readKnobs } from "./read-knobs.js";
import { expectType, readValue } from "./read-value.js";
import type { ObjectShape, Shape, TaggedShape } from "./shape.js";

/** Reads a value, telling `place` of everything that does not fit. @returns it as programs use it. */
export function readShape(shape: Shape, value: unknown, place: Place): unknown {
  switch (shape.type) {
    case "list":
      return readList(shape, value, place);
    case "object":
    case "tagged":
    case "knobs":
      if (!isObject(value)) return expectType(false, place, "an object") && value;
      if (shape.type === "object") return readObject(shape, value, place);
      return shape.type === "tagged" ? readTagged(shape, value, place) : readKnobs(shape, value, place);
    default:
      return readValue(shape, value, place);
  }
}

function readList(shape: Shape & { type: "list" }, value: unknown, place: Place): unknown {
  if (!Array.isArray(value)) {
    expectType(false, place, "a list");
    return value;
  }
  const { of, atLeast = 0, atMost = Infinity } = shape;
  if (value.length < atLeast || value.length > atMost) {
    const count = atLeast === atMost ? `exactly ${atLeast}` : `at least ${atLeast}`;
    place.complain("SCENARIO_FILE_BAD_VALUE", `a list of ${count} is wanted`);
  }
  return value.map((element, index) => readShape(of, element, place.at(index)));
}

function readObject(
  { members, atLeast = 0, anyOf }: ObjectShape,
  value: Readonly<Record<string, unknown>>,
  place: Place,
): unknown {
  const given = membersOf(value);
  const names = new Set(given.map(([name]) => name));
  const missing = (name: string, hint?: string) =>
    place.at(name).complain("SCENARIO_FILE_MISSING_MEMBER", "is missing", hint);
  for (const [name, { optional }] of Object.entries(members)) {
    if (optional !== true && !names.has(name)) missing(name);
  }
  const [first = "", ...others] = anyOf ?? [];
  if (anyOf && !anyOf.some((name) => names.has(name))) missing(first, `or else ${others.join(", ")}`);
  if (given.length < atLeast) {
    place.complain(
      "SCENARIO_FILE_BAD_VALUE",
      "nothing is in it",
      `there are ${Object.keys(members).join(", ")}`,
    );
  }
  const read = given.flatMap(([name, member]) => {
    const shape = Object.hasOwn(members, name) ? members[name] : undefined;
    if (shape !== undefined) return [[name, readShape(shape, member, place.at(name))] as const];
    place.at(name).unknown(name, Object.keys(members), "member");
    return [];
  });
  return Object.fromEntries(read);
}

function readTagged(
  { tag, choices }: TaggedShape,
  value: Readonly<Record<string, unknown>>,
  place: Place,
): unknown {
  const name = Object.hasOwn(value, tag) ? value[tag] : undefined;
  if (name === undefined) {
    const hint = `there are ${Object.keys(choices).join(", ")}`;
    place.at(tag).complain("SCENARIO_FILE_MISSING_MEMBER", "is missing", hint);
    return value;
  }
  const choice = typeof name === "string" && Object.hasOwn(choices, name) ? choices[name] : undefined;
  if (choice !== undefined) return readObject(choice, value, place);
  readValue({ type: "word", words: Object.keys(choices) }, name, place.at(tag));
  return value;
}
