import type { KnobSpec } from "../../sim/knobs/knob-spec.js";
import type { CustomShape, ScalarShape } from "../../core/shape.js";

/** Knobs by dotted names, or one object for each group. */
export interface KnobsShape extends CustomShape {
  readonly groups: KnobGroups;
  /** Those that are built into a world are refused. */
  readonly midRun: boolean;
}

export type KnobGroups = Readonly<Record<string, Readonly<Record<string, KnobSpec>>>>;

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
      return { type: "integer", min, max, ...common };
  }
}
