/**
 * What one member of a trace record may hold. Strings, numbers, booleans and lists of strings: a sink writes them as
 * JSON and nothing is lost but `Infinity`, which JSON has no word for.
 */
export type Member = (
  | { readonly type: "text" | "name" | "count" | "instant" | "milliseconds" | "flag" | "list" }
  | { readonly type: "word"; readonly words: readonly string[] }
) & { readonly optional?: true; readonly doc?: string };

export type Members = Readonly<Record<string, Member>>;

/** Any string. */
export const text = { type: "text" } as const;
/** A string of one character or more. */
export const name = { type: "name" } as const;
/** A whole number of 0 or more: bytes, an HTTP status, a WebSocket close code. */
export const count = { type: "count" } as const;
/** Milliseconds since the trace began: a finite number of 0 or more. */
export const instant = { type: "instant" } as const;
/** A duration; without bound it is `Infinity` in memory and `null` in a stored trace. */
export const milliseconds = { type: "milliseconds" } as const;
/** `true` or `false`. */
export const flag = { type: "flag" } as const;
/** Any number of strings, in order. */
export const list = { type: "list" } as const;

/** One of the words given. */
export function oneOf<const Word extends string>(...words: readonly Word[]) {
  return { type: "word", words } as const;
}

/** A member that a record may leave out. */
export function optional<const M extends Member>(member: M) {
  return { ...member, optional: true } as const;
}

/** The same member with a description for the published schema. */
export function documented<const M extends Member>(member: M, doc: string) {
  return { ...member, doc } as const;
}

type ValueOf<M extends Member> = M extends { readonly words: readonly (infer Word)[] }
  ? Word
  : M extends { readonly type: "text" | "name" }
    ? string
    : M extends { readonly type: "flag" }
      ? boolean
      : M extends { readonly type: "list" }
        ? readonly string[]
        : number;

type OptionalNames<M extends Members> = {
  [Name in keyof M]: M[Name] extends { readonly optional: true } ? Name : never;
}[keyof M];

type Flat<T> = { readonly [Name in keyof T]: T[Name] };

/** The members' TypeScript type; a member that may be absent is never `undefined`. */
export type ValuesOf<M extends Members> = Flat<
  { readonly [Name in Exclude<keyof M, OptionalNames<M>>]: ValueOf<M[Name]> } & {
    readonly [Name in OptionalNames<M>]?: ValueOf<M[Name]>;
  }
>;

/** Says whether a value read from JSON is one that the member may hold; a duration without bound is `null` there. */
export function holds(member: Member, value: unknown): boolean {
  switch (member.type) {
    case "text":
      return typeof value === "string";
    case "name":
      return typeof value === "string" && value !== "";
    case "count":
      return Number.isInteger(value) && Number(value) >= 0;
    case "instant":
      return isFinite(value) && value >= 0;
    case "milliseconds":
      return value === null || isFinite(value);
    case "flag":
      return typeof value === "boolean";
    case "list":
      return Array.isArray(value) && value.every((item) => typeof item === "string");
    case "word":
      return typeof value === "string" && member.words.includes(value);
  }
}

/** Says in words what a member may hold, for errors: `a whole number`. */
export function wantedOf(member: Member): string {
  switch (member.type) {
    case "text":
      return "text";
    case "name":
      return "a text that is not empty";
    case "count":
      return "a whole number of 0 or more";
    case "instant":
      return "a number of milliseconds of 0 or more";
    case "milliseconds":
      return "milliseconds or null";
    case "flag":
      return "true or false";
    case "list":
      return "a list of texts";
    case "word":
      return `one of ${member.words.join(", ")}`;
  }
}

function isFinite(value: unknown): value is number {
  return Number.isFinite(value);
}
