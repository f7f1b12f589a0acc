import type { KnobSpec } from "../../sim/knobs/knob-spec.js";

/** What a value in a scenario file may be, as data: read by the parser, and written out as JSON Schema. */
export type Shape = (
  | {
      readonly type: "text";
      /** A regular expression that finds something in the text. */
      readonly pattern?: string;
      /** Accepted besides what the pattern finds. */
      readonly words?: readonly string[];
      /** Refused whatever else holds. */
      readonly taken?: readonly string[];
      /** What the pattern means, for people. */
      readonly wanted?: string;
    }
  | { readonly type: "word"; readonly words: readonly string[] }
  | { readonly type: "flag" }
  /** A whole number from `min` to `max`; zero or more when they are absent. */
  | { readonly type: "whole"; readonly min?: number; readonly max?: number }
  /** From 0 to 1. */
  | { readonly type: "share" }
  | { readonly type: "number" }
  | { readonly type: "list"; readonly of: Shape; readonly atLeast?: number; readonly atMost?: number }
  | ObjectShape
  | TaggedShape
  | KnobsShape
) & {
  /** `null` is allowed. */
  readonly nullable?: boolean;
  readonly doc?: string;
  /** In the published schema it is defined once, under this name. */
  readonly named?: string;
};

/** Exactly these members. */
export interface ObjectShape {
  readonly type: "object";
  readonly members: Readonly<Record<string, MemberShape>>;
  readonly atLeast?: number;
  /** One of these must be there. */
  readonly anyOf?: readonly string[];
}

/** An object whose member `tag` says what the others are. */
export interface TaggedShape {
  readonly type: "tagged";
  readonly tag: string;
  readonly choices: Readonly<Record<string, ObjectShape>>;
  /** Begins the names of the choices in the published schema. */
  readonly prefix: string;
}

/** Dotted names, or one object for each group. */
export interface KnobsShape {
  readonly type: "knobs";
  readonly groups: Readonly<Record<string, Readonly<Record<string, KnobSpec>>>>;
  /** Those that are built into a world are refused. */
  readonly midRun: boolean;
}

export type MemberShape = Shape & { readonly optional?: true };

/** A value with nothing inside it. */
export type ScalarShape = Extract<
  Shape,
  { readonly type: "text" | "word" | "flag" | "whole" | "share" | "number" }
>;

/** The shape of one knob's value. */
export function shapeOfKnob({ kind, choices = [], never = false, doc, ...bounds }: KnobSpec): ScalarShape {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = bounds;
  const common = { doc, ...(never && { nullable: true }) };
  switch (kind) {
    case "switch":
      return { type: "flag", ...common };
    case "choice":
      return { type: "word", words: choices, ...common };
    case "share":
      return { type: "share", ...common };
    case "ms":
    case "count":
      return { type: "whole", min, max, ...common };
  }
}
