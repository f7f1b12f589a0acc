import { fromBase64url, fromHex } from "./bytes.js";

/**
 * What a value from outside may be, as data: read by `read-shape.ts`, and written out as JSON Schema where a
 * schema is published. Covers JSON (files, traces, options of a site) and arguments of JavaScript callers.
 */
export type Shape = (
  | TextShape
  /** One of these. */
  | { readonly type: "word"; readonly words: readonly (string | number)[] }
  | { readonly type: "flag" }
  /** A safe integer within bounds, both included. */
  | { readonly type: "integer"; readonly min?: number; readonly max?: number }
  /** From 0 to 1. */
  | { readonly type: "share" }
  /** Any number but NaN, not below `min`. */
  | { readonly type: "number"; readonly min?: number }
  | { readonly type: "list"; readonly of: Shape; readonly atLeast?: number; readonly atMost?: number }
  /** Any names, one kind of value. */
  | { readonly type: "record"; readonly of: Shape }
  | ObjectShape
  | TaggedShape
  | CustomShape
) & {
  /** `null` is allowed; it reads as `Infinity` where a number is wanted, because JSON has no infinity. */
  readonly nullable?: boolean;
  /** One sentence for a published schema. */
  readonly doc?: string;
  /** The name under which a published schema defines it once. */
  readonly named?: string;
};

export interface TextShape {
  readonly type: "text";
  /** A regular expression that finds something in the text. */
  readonly pattern?: string;
  /** Accepted besides what the pattern finds. */
  readonly words?: readonly string[];
  /** Refused whatever else holds. */
  readonly taken?: readonly string[];
  /** What the pattern means, for messages. */
  readonly wanted?: string;
}

export interface ObjectShape {
  readonly type: "object";
  readonly members: Readonly<Record<string, MemberShape>>;
  readonly atLeast?: number;
  /** One of these must be there. */
  readonly anyOf?: readonly string[];
  /** Members without a row are kept as they are; otherwise they are refused. */
  readonly open?: boolean;
}

/** An object whose member `tag` says what the others are. */
export interface TaggedShape {
  readonly type: "tagged";
  readonly tag: string;
  readonly choices: Readonly<Record<string, ObjectShape>>;
  /** Begins the names of the choices in a published schema. */
  readonly prefix: string;
}

/** A value with rules of its own. */
export interface CustomShape {
  readonly type: "custom";
  /** Reports what is wrong to `place`. @returns the value as programs use it. */
  readonly read: (value: unknown, place: Reporter) => unknown;
}

/** Where a reader is, and where it reports what is wrong. */
export interface Reporter {
  at(name: string | number): Reporter;
  wrongType(wanted: string): void;
  missing(hint?: string): void;
  /** Reports a name that does not exist among those that do. */
  unknown(name: string, known: readonly string[], what: string): void;
  /** Reports under a code of the reader's own. */
  complain(code: string, text: string, hint?: string): void;
  badValue(text: string, hint?: string): void;
}

export type MemberShape = Shape & { readonly optional?: true };

/** A value with nothing inside it. */
export type ScalarShape = Extract<
  Shape,
  { readonly type: "text" | "word" | "flag" | "integer" | "share" | "number" }
>;

/** Carries the type of the read value through the compiler; nothing at run time. */
export interface Reads<out T> {
  readonly reads?: T;
}

/** What a shape reads. */
export type ReadBy<S> = S extends Reads<infer T> ? T : unknown;

type Members = Readonly<Record<string, Shape & Reads<unknown>>>;

type ObjectOf<Required extends Members, Optional extends Members> = {
  readonly [Name in keyof Required]: ReadBy<Required[Name]>;
} & { readonly [Name in keyof Optional]?: ReadBy<Optional[Name]> };

const text: TextShape & Reads<string> = { type: "text" };
const flag: Shape & Reads<boolean> = { type: "flag" };
const integer: Shape & Reads<number> = { type: "integer" };

function decoded(wanted: string, decode: (text: string) => Uint8Array): CustomShape & Reads<Uint8Array> {
  return {
    type: "custom",
    read(value, place) {
      if (typeof value !== "string") return place.wrongType("text");
      try {
        return decode(value);
      } catch (error) {
        if (error instanceof RangeError) return place.badValue(`not ${wanted}`);
        throw error;
      }
    },
  };
}

/** Builds shapes whose read values have a type. */
export const shape = {
  text,
  flag,
  integer,
  /** Base64url without padding. */
  bytes: decoded("base64url", fromBase64url),
  hex: decoded("hex digits", fromHex),
  /** Milliseconds, whole or not, without bound where nothing ends it. */
  ms: { type: "number", min: 0 } as Shape & Reads<number>,

  /** A whole number within bounds, both included. */
  between({ min, max }: { readonly min: number; readonly max: number }): Shape & Reads<number> {
    return { type: "integer", min, max };
  },

  oneOf<const T extends string | number>(words: readonly T[]): Shape & Reads<T> {
    return { type: "word", words };
  },

  /** @param wanted what the pattern means, such as "a UUID with hyphens". */
  matching({ source }: RegExp, wanted: string): Shape & Reads<string> {
    return { type: "text", pattern: source, wanted };
  },

  list<T>(of: Shape & Reads<T>): Shape & Reads<readonly T[]> {
    return { type: "list", of };
  },

  record<T>(of: Shape & Reads<T>): Shape & Reads<Readonly<Record<string, T>>> {
    return { type: "record", of };
  },

  /** Exactly these members. */
  object<Required extends Members, Optional extends Members>(
    required: Required,
    optional: Optional,
  ): ObjectShape & Reads<ObjectOf<Required, Optional>> {
    return { type: "object", members: { ...required, ...optionally(optional) } };
  },

  /** These members, and others, which are ignored: a dictionary of WebIDL, or a record of a later version. */
  open<Required extends Members, Optional extends Members>(
    required: Required,
    optional: Optional,
  ): ObjectShape & Reads<ObjectOf<Required, Optional>> {
    return { ...shape.object(required, optional), open: true };
  },

  /** @param read reports to the place and answers `undefined` when the value does not fit. */
  custom<T>(read: (value: unknown, place: Reporter) => T | undefined): CustomShape & Reads<T> {
    return { type: "custom", read };
  },
};

/** The same members, none of them demanded. */
export function optionally(members: Members): Readonly<Record<string, MemberShape>> {
  return Object.fromEntries(
    Object.entries(members).map(([name, member]) => [name, { ...member, optional: true as const }]),
  );
}
