import { namesHint, Place, type ShapeCodes, type ShapeProblem } from "./place.js";
import type { ObjectShape, Reads, Reporter, ScalarShape, Shape, TaggedShape } from "./shape.js";

/** How a reader names what is wrong. */
export interface ReadTerms<Code extends string> {
  readonly codes: ShapeCodes<Code>;
  /** Name of the root in messages. */
  readonly at?: string;
  /** Makes the error out of the first problem. */
  readonly toError: (problem: ShapeProblem<Code>) => Error;
}

/**
 * Reads a value that has to have a shape.
 *
 * @throws what `toError` makes of the first problem.
 */
export function readAs<T, Code extends string>(
  shape: Shape & Reads<T>,
  value: unknown,
  { codes, at, toError }: ReadTerms<Code>,
): T {
  const place = new Place(codes, at === undefined ? [] : [at]);
  const read = readShape(shape, value, place);
  const [first] = place.problems;
  if (first !== undefined) throw toError(first);
  // The builders tie each shape to the type of what is read by it.
  return read as T;
}

/** Reads a value, reporting to `place` everything that does not fit. @returns the value as programs use it. */
export function readShape(shape: Shape, value: unknown, place: Reporter): unknown {
  // JSON has no infinity: a span of time without bound is written as null.
  if (value === null && shape.nullable === true) return shape.type === "number" ? Infinity : null;
  switch (shape.type) {
    case "list":
      return readList(shape, value, place);
    case "record":
      if (!isObject(value)) return fail(place, value, orNull("an object", shape));
      return Object.fromEntries(
        membersOf(value).map(([name, member]) => [name, readShape(shape.of, member, place.at(name))]),
      );
    case "object":
      return isObject(value)
        ? readObject(shape, value, place)
        : fail(place, value, orNull("an object", shape));
    case "tagged":
      return isObject(value)
        ? readTagged(shape, value, place)
        : fail(place, value, orNull("an object", shape));
    case "custom":
      return shape.read(value, place);
    default:
      return readScalar(shape, value, place);
  }
}

/** A plain object, as JSON makes them, or an instance of a class; no map, no date, no list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return Object.prototype.toString.call(value) === "[object Object]";
}

/** Members that are there: in a program, `undefined` is absence. */
export function membersOf(value: Readonly<Record<string, unknown>>): readonly (readonly [string, unknown])[] {
  return Object.entries(value).filter(([, member]) => member !== undefined);
}

function readList(shape: Shape & { readonly type: "list" }, value: unknown, place: Reporter): unknown {
  if (!Array.isArray(value)) return fail(place, value, orNull("a list", shape));
  const { of, atLeast = 0, atMost = Infinity } = shape;
  if (value.length < atLeast || value.length > atMost) {
    const count = atLeast === atMost ? `exactly ${atLeast}` : `at least ${atLeast}`;
    place.badValue(`a list of ${count} is wanted`);
  }
  return value.map((element, index) => readShape(of, element, place.at(index)));
}

function readObject(shape: ObjectShape, value: Readonly<Record<string, unknown>>, place: Reporter): unknown {
  const { members, atLeast = 0, anyOf, open = false } = shape;
  const given = membersOf(value);
  // What a class inherits is there as well, though it is no member of its own.
  const isThere = (name: string) => value[name] !== undefined && !Object.hasOwn(Object.prototype, name);
  for (const [name, { optional }] of Object.entries(members)) {
    if (optional !== true && !isThere(name)) place.at(name).missing();
  }
  const [first = "", ...others] = anyOf ?? [];
  if (anyOf && !anyOf.some(isThere)) place.at(first).missing(`or else ${others.join(", ")}`);
  if (given.length < atLeast) {
    place.badValue("nothing is in it", `there are ${Object.keys(members).join(", ")}`);
  }
  const read = given.flatMap(([name, member]) => {
    const known = Object.hasOwn(members, name) ? members[name] : undefined;
    if (known !== undefined) return [[name, readShape(known, member, place.at(name))] as const];
    if (open) return [[name, member] as const];
    place.at(name).unknown(name, Object.keys(members), "member");
    return [];
  });
  return Object.fromEntries(read);
}

function readTagged(
  { tag, choices }: TaggedShape,
  value: Readonly<Record<string, unknown>>,
  place: Reporter,
): unknown {
  const name = Object.hasOwn(value, tag) ? value[tag] : undefined;
  if (name === undefined) {
    place.at(tag).missing(`there are ${Object.keys(choices).join(", ")}`);
    return value;
  }
  const choice = typeof name === "string" && Object.hasOwn(choices, name) ? choices[name] : undefined;
  if (choice !== undefined) return readObject(choice, value, place);
  readScalar({ type: "word", words: Object.keys(choices) }, name, place.at(tag));
  return value;
}

function readScalar(shape: ScalarShape, value: unknown, place: Reporter): unknown {
  switch (shape.type) {
    case "text":
      if (typeof value !== "string") return fail(place, value, orNull("text", shape));
      judgeText(shape, value, place);
      return value;
    case "word":
      return readWord(shape, value, place);
    case "flag":
      return typeof value === "boolean" ? value : fail(place, value, orNull("true or false", shape));
    case "integer":
    case "share":
    case "number":
      if (typeof value !== "number") return fail(place, value, orNull(nameOfNumber(shape), shape));
      if (!fitsNumber(shape, value)) place.badValue(`${orNull(nameOfNumber(shape), shape)} is wanted`);
      return value;
  }
}

function judgeText(shape: ScalarShape & { readonly type: "text" }, text: string, place: Reporter): void {
  const { pattern, words = [], taken = [], wanted = "another text" } = shape;
  if (taken.includes(text)) {
    place.badValue("this name is taken", `${text}/own would be free`);
  } else if (pattern !== undefined && !words.includes(text) && !new RegExp(pattern, "u").test(text)) {
    place.badValue(`${wanted} is wanted`, words.length > 0 ? namesHint(text, words) : undefined);
  }
}

function readWord(shape: ScalarShape & { readonly type: "word" }, value: unknown, place: Reporter): unknown {
  const { words } = shape;
  if (words.some((word) => word === value)) return value;
  if (!words.some((word) => typeof word === typeof value)) {
    return fail(place, value, orNull(typeof words[0] === "number" ? "a number" : "text", shape));
  }
  place.badValue("not one of the known words", namesHint(String(value), words.map(String)));
  return value;
}

type NumberShape = ScalarShape & { readonly type: "integer" | "share" | "number" };

function fitsNumber(shape: NumberShape, value: number): boolean {
  switch (shape.type) {
    case "integer":
      return (
        Number.isSafeInteger(value) && value >= (shape.min ?? -Infinity) && value <= (shape.max ?? Infinity)
      );
    case "share":
      return value >= 0 && value <= 1;
    case "number":
      return value >= (shape.min ?? -Infinity);
  }
}

function nameOfNumber(shape: NumberShape): string {
  if (shape.type === "share") return "a number from 0 to 1";
  const name = shape.type === "integer" ? "a whole number" : "a number";
  const { min, max } = { max: undefined, ...shape };
  if (min === undefined) return name;
  if (max !== undefined) return `${name} from ${min} to ${max}`;
  return min === 0 ? `${name}, zero or more,` : `${name} of at least ${min}`;
}

function orNull(what: string, { nullable }: Shape): string {
  return nullable === true ? `${what}, or null,` : what;
}

function fail(place: Reporter, value: unknown, wanted: string): unknown {
  place.wrongType(wanted);
  return value;
}
