import { namesHint, type Place } from "./place.js";
import type { ScalarShape, Shape } from "./shape.js";

/** Reads one value, telling `place` when it does not fit. @returns it as programs use it. */
export function readValue(shape: ScalarShape, value: unknown, place: Place): unknown {
  // JSON has no infinity: a span of time without bound is written as null.
  if (value === null && shape.nullable === true) return shape.type === "number" ? Infinity : null;
  switch (shape.type) {
    case "text":
      return readText(shape, value, place);
    case "word":
      return readWord(shape, value, place);
    case "flag":
      expectType(typeof value === "boolean", place, wanted("true or false", shape));
      return value;
    case "whole":
      return readNumber(wholeOf(shape), shape, value, place);
    case "share":
    case "number":
      return readNumber(NUMBERS[shape.type], shape, value, place);
  }
}

/** Tells `place` unless the type is right. */
export function expectType(good: boolean, place: Place, what: string): boolean {
  if (!good) place.complain("SCENARIO_FILE_WRONG_TYPE", `${what} is wanted`);
  return good;
}

function wanted(what: string, { nullable }: Shape): string {
  return nullable === true ? `${what}, or null,` : what;
}

function readText(shape: ScalarShape & { readonly type: "text" }, value: unknown, place: Place): unknown {
  if (!expectType(typeof value === "string", place, wanted("text", shape))) return value;
  const { pattern, words = [], taken = [], wanted: what = "another text" } = shape;
  const text = value as string;
  if (taken.includes(text)) {
    place.complain("SCENARIO_FILE_BAD_VALUE", "this name is taken", `${text}/own would be free`);
  } else if (pattern !== undefined && !words.includes(text) && !new RegExp(pattern, "u").test(text)) {
    const hint = words.length > 0 ? namesHint(text, words) : undefined;
    place.complain("SCENARIO_FILE_BAD_VALUE", `${what} is wanted`, hint);
  }
  return value;
}

function readWord(shape: ScalarShape & { readonly type: "word" }, value: unknown, place: Place): unknown {
  if (!expectType(typeof value === "string", place, wanted("text", shape))) return value;
  const text = value as string;
  if (!shape.words.includes(text)) {
    place.complain("SCENARIO_FILE_BAD_VALUE", "not one of the known words", namesHint(text, shape.words));
  }
  return value;
}

interface NumberKind {
  readonly fits: (number: number) => boolean;
  readonly what: string;
}

function wholeOf({ min = 0, max }: ScalarShape & { readonly type: "whole" }): NumberKind {
  return {
    fits: (number) => Number.isSafeInteger(number) && number >= min && number <= (max ?? number),
    what: max === undefined ? "a whole number, zero or more," : `a whole number from ${min} to ${max}`,
  };
}

const NUMBERS = {
  share: { fits: (number: number) => number >= 0 && number <= 1, what: "a number from 0 to 1" },
  number: { fits: (number: number) => !Number.isNaN(number), what: "a number" },
} as const satisfies Readonly<Record<string, NumberKind>>;

function readNumber({ fits, what }: NumberKind, shape: ScalarShape, value: unknown, place: Place): unknown {
  if (!expectType(typeof value === "number", place, wanted("a number", shape))) return value;
  if (!fits(value as number)) place.complain("SCENARIO_FILE_BAD_VALUE", `${wanted(what, shape)} is wanted`);
  return value;
}
