import { fromBase64url, fromHex } from "./bytes.js";
import { HarnessError } from "./errors.js";
import { nearestNames } from "./nearest-names.js";

/** JSON from outside that is not what it should be; `path` names the member. */
export class JsonShapeError extends HarnessError<
  "JSON_UNKNOWN_MEMBER" | "JSON_MISSING_MEMBER" | "JSON_WRONG_TYPE" | "JSON_BAD_VALUE"
> {
  readonly path: string;

  constructor(
    code: JsonShapeError["code"],
    path: string,
    problem: { readonly text: string; readonly hint?: string },
  ) {
    super(code, `${path}: ${problem.text}`, problem.hint === undefined ? {} : { hint: problem.hint });
    this.path = path;
  }
}

/** Reads one kind of JSON value. @throws {JsonShapeError} */
export type Shape<T> = (value: unknown, path: string) => T;

type Members = Readonly<Record<string, Shape<unknown>>>;

type ObjectOf<Required extends Members, Optional extends Members> = {
  readonly [Name in keyof Required]: ReturnType<Required[Name]>;
} & { readonly [Name in keyof Optional]?: ReturnType<Optional[Name]> };

const HINTS_MAX = 3;

/** What JSON members can be. Lengths and contents are looked at here, never repeated in an error: they may be secret. */
export const shape = {
  text: primitive("text", (value): value is string => typeof value === "string"),
  flag: primitive("true or false", (value): value is boolean => typeof value === "boolean"),
  integer: primitive("a whole number", (value): value is number => Number.isSafeInteger(value)),

  /** A whole number within bounds, both included. */
  between({ min, max }: { readonly min: number; readonly max: number }): Shape<number> {
    return (value, path) => {
      const number = shape.integer(value, path);
      if (number >= min && number <= max) return number;
      throw new JsonShapeError("JSON_BAD_VALUE", path, { text: `${number} is not within ${min} and ${max}` });
    };
  },

  oneOf<const T extends string | number>(choices: readonly T[]): Shape<T> {
    return (value, path) => {
      const found = choices.find((choice) => choice === value);
      if (found !== undefined) return found;
      const near = typeof value === "string" ? nearestNames(value, choices.map(String), HINTS_MAX) : [];
      throw new JsonShapeError("JSON_BAD_VALUE", path, {
        text: "not one of the known values",
        hint: `${near.length > 0 ? "Nearest" : "Known"}: ${(near.length > 0 ? near : choices).join(", ")}.`,
      });
    };
  },

  matching(pattern: RegExp, wanted: string): Shape<string> {
    return (value, path) => {
      const text = shape.text(value, path);
      if (pattern.test(text)) return text;
      throw new JsonShapeError("JSON_BAD_VALUE", path, { text: `${wanted} is wanted` });
    };
  },

  list<T>(element: Shape<T>): Shape<readonly T[]> {
    return (value, path) => {
      if (!Array.isArray(value)) throw wrongType(path, "a list");
      return value.map((item, index) => element(item, `${path}[${index}]`));
    };
  },

  /** Any names, one kind of value. */
  record<T>(member: Shape<T>): Shape<Readonly<Record<string, T>>> {
    return (value, path) => {
      if (typeof value !== "object" || value === null || Array.isArray(value))
        throw wrongType(path, "an object");
      return Object.fromEntries(
        Object.entries(value).map(([name, item]) => [name, member(item, join(path, name))]),
      );
    };
  },

  /** Base64url without padding. */
  bytes: decoded("base64url", fromBase64url),
  hex: decoded("hex digits", fromHex),

  /** Exactly these members. */
  object<Required extends Members, Optional extends Members>(
    required: Required,
    optional: Optional,
  ): Shape<ObjectOf<Required, Optional>> {
    const members = new Map(Object.entries({ ...required, ...optional }));
    return (value, path) => {
      if (typeof value !== "object" || value === null || Array.isArray(value))
        throw wrongType(path, "an object");
      const given = new Map<string, unknown>(Object.entries(value));
      for (const name of Object.keys(required)) {
        if (given.has(name)) continue;
        throw new JsonShapeError("JSON_MISSING_MEMBER", join(path, name), { text: "is missing" });
      }
      const read = [...given].map(([name, member]) => {
        const memberShape = members.get(name);
        if (memberShape === undefined) throw unknownMember(join(path, name), name, [...members.keys()]);
        return [name, memberShape(member, join(path, name))] as const;
      });
      // Built from the very tables the type is derived from.
      return Object.fromEntries(read) as ObjectOf<Required, Optional>;
    };
  },
};

function primitive<T>(wanted: string, is: (value: unknown) => value is T): Shape<T> {
  return (value, path) => {
    if (is(value)) return value;
    throw wrongType(path, wanted);
  };
}

function decoded(wanted: string, decode: (text: string) => Uint8Array): Shape<Uint8Array> {
  return (value, path) => {
    const text = shape.text(value, path);
    try {
      return decode(text);
    } catch (error) {
      if (error instanceof RangeError)
        throw new JsonShapeError("JSON_BAD_VALUE", path, { text: `not ${wanted}` });
      throw error;
    }
  };
}

function wrongType(path: string, wanted: string): JsonShapeError {
  return new JsonShapeError("JSON_WRONG_TYPE", path, { text: `${wanted} is wanted` });
}

function unknownMember(path: string, name: string, known: readonly string[]): JsonShapeError {
  const near = nearestNames(name, known, HINTS_MAX);
  const hint = near.length > 0 ? `Did you mean ${near.join(" or ")}?` : `There are ${known.join(", ")}.`;
  return new JsonShapeError("JSON_UNKNOWN_MEMBER", path, { text: "there is no such member", hint });
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}
