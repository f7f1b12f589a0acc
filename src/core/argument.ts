import { HarnessError } from "./errors.js";
import { dottedPath, Place, type ShapeCodes } from "./place.js";
import { readShape } from "./read-shape.js";
import type { CustomShape, MemberShape, ObjectShape, Reads, Shape } from "./shape.js";

export type ArgumentFault =
  /** A parameter object has a member that does not exist; the hint names the nearest ones. */
  "ARGUMENT_UNKNOWN_MEMBER" | "ARGUMENT_MISSING_MEMBER" | "ARGUMENT_WRONG_TYPE" | "ARGUMENT_BAD_VALUE";

const CODES: ShapeCodes<ArgumentFault> = {
  unknownMember: "ARGUMENT_UNKNOWN_MEMBER",
  missingMember: "ARGUMENT_MISSING_MEMBER",
  wrongType: "ARGUMENT_WRONG_TYPE",
  badValue: "ARGUMENT_BAD_VALUE",
};

/**
 * A function or constructor of this library was called with what it cannot take. Nothing was done.
 *
 * @example
 * try {
 *   simulatedUser(env, { touch: 5 });
 * } catch (error) {
 *   console.log(error.code, error.hint); // ARGUMENT_UNKNOWN_MEMBER did you mean touchMs?
 * }
 */
export class ArgumentError extends HarnessError<ArgumentFault> {
  /** Path of the argument or member, such as `behaviour.prompts.touch.actMs`. */
  readonly path: string;

  constructor(
    code: ArgumentFault,
    message: string,
    detail: { readonly path: string; readonly hint?: string },
  ) {
    super(code, message, detail.hint === undefined ? {} : { hint: detail.hint });
    this.path = detail.path;
  }

  override toJSON() {
    return { ...super.toJSON(), path: this.path };
  }
}

/**
 * Checks what a caller without a compiler may have got wrong.
 *
 * @param where name of the function or class, for the message.
 * @param args shape and value of each argument, by name.
 * @throws {ArgumentError} for the first problem; a name that does not exist comes before one that is missing.
 */
export function checkArguments(
  where: string,
  args: Readonly<Record<string, readonly [shape: Shape, value: unknown]>>,
): void {
  const place = new Place(CODES);
  for (const [name, [shape, value]] of Object.entries(args)) readShape(shape, value, place.at(name));
  const { problems } = place;
  // A mistyped name leaves the right one missing: the typing error is the cause.
  const problem = problems.find(({ code }) => code === CODES.unknownMember) ?? problems[0];
  if (problem === undefined) return;
  const path = dottedPath(problem.path);
  const hint = problem.hint === undefined ? {} : { hint: problem.hint };
  throw new ArgumentError(problem.code, `${where}: ${path}: ${problem.text}`, { path, ...hint });
}

/** A row for every member of a parameter object; optional members are marked so. */
type Rows<T> = {
  readonly [Name in keyof T]-?: undefined extends T[Name]
    ? MemberShape & { readonly optional: true }
    : MemberShape & { readonly optional?: never };
};

/** The shape of a parameter object: the compiler asks for a row for every member of its type. */
export function parameters<T>(members: Rows<T>): ObjectShape {
  return { type: "object", members };
}

/** The member may be left out. */
export function maybe<S extends Shape>(shape: S): S & { readonly optional: true } {
  return { ...shape, optional: true };
}

function satisfying(wanted: string, fits: (value: unknown) => boolean): CustomShape & Reads<unknown> {
  return {
    type: "custom",
    read(value, place) {
      if (!fits(value)) place.wrongType(wanted);
      return value;
    },
  };
}

function hasMethods(value: unknown, methods: readonly string[]): boolean {
  if (typeof value !== "object" || value === null) return false;
  return methods.every((name) => typeof (value as Readonly<Record<string, unknown>>)[name] === "function");
}

const isObjectWith = (value: unknown, ...names: readonly string[]) =>
  typeof value === "object" && value !== null && names.every((name) => name in value);

/** Shapes of values that only programs can hand over. */
export const arg = {
  any: satisfying("a value", (value) => value !== undefined),
  callable: satisfying("a function", (value) => typeof value === "function"),
  /** Whole, zero or more. */
  count: { type: "integer", min: 0 } as Shape & Reads<number>,
  port: { type: "integer", min: 0, max: 65_535 } as Shape & Reads<number>,
  number: { type: "number" } as Shape & Reads<number>,
  /** From 0 to 1. */
  chance: { type: "share" } as Shape & Reads<number>,
  bytesOrText: satisfying(
    "a Uint8Array or base64url text",
    (value) => value instanceof Uint8Array || typeof value === "string",
  ),
  bytes: satisfying("a Uint8Array", (value) => value instanceof Uint8Array),
  signal: satisfying("an AbortSignal", (value) => hasMethods(value, ["addEventListener", "throwIfAborted"])),
  object: satisfying("an object", (value) => typeof value === "object" && value !== null),
  env: satisfying("an environment, as virtualEnv(seed) or systemEnv() make one,", (value) =>
    isObjectWith(value, "clock", "entropy", "crypto", "trace"),
  ),
  crypto: satisfying("a CryptoProvider, such as nodeCrypto,", (value) => hasMethods(value, ["sha256"])),

  /** @param wanted noun phrase for the message; @param methods those the value has to have. */
  having: (wanted: string, ...methods: readonly string[]) =>
    satisfying(wanted, (value) => hasMethods(value, methods)),

  /** @param wanted noun phrase for the message; @param names members the value has to have, of any type. */
  with: (wanted: string, ...names: readonly string[]) =>
    satisfying(wanted, (value) => isObjectWith(value, ...names)),
};

/** A parameter object with further members. */
export function withMembers(
  { members }: ObjectShape,
  more: Readonly<Record<string, MemberShape>>,
): ObjectShape {
  return { type: "object", members: { ...members, ...more } };
}

/** An object whose member `do` says what its other members are. */
export function choices(rows: Readonly<Record<string, ObjectShape>>): Shape {
  const entries = Object.entries(rows).map(
    ([name, row]) => [name, withMembers(row, { do: { type: "word", words: [name] } })] as const,
  );
  return { type: "tagged", tag: "do", prefix: "", choices: Object.fromEntries(entries) };
}
