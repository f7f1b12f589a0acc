import { maybe } from "../../core/argument.js";
import type { MemberShape, Shape } from "../../core/shape.js";
import type { KnobSpec, KnobTable } from "./knob-spec.js";

type OptionRows<Table> = { readonly [Name in keyof Table]: MemberShape & { readonly optional: true } };

/**
 * Returns the rows by which an actor's constructor checks the options that a table describes.
 *
 * Looser than the parser of knobs: programs may have fractions of a millisecond, and `Infinity`.
 */
export function optionRows<Table extends KnobTable>(table: Table): OptionRows<Table> {
  const entries = Object.entries(table).map(([name, spec]) => [name, maybe(shapeOf(spec))]);
  // Built from the very table the type is derived from.
  return Object.fromEntries(entries) as OptionRows<Table>;
}

function shapeOf({ kind, choices = [], min = 0, never = false }: KnobSpec): Shape {
  const common = never ? { nullable: true } : {};
  switch (kind) {
    case "switch":
      return { type: "flag", ...common };
    case "choice":
      return { type: "word", words: choices, ...common };
    case "share":
      return { type: "share", ...common };
    case "ms":
    case "count":
      return { type: "number", min, ...common };
  }
}
