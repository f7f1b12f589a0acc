import { arg, checkArguments, maybe, parameters } from "../core/argument.js";
import { shape } from "../core/shape.js";
import { SCENARIO, type Scenario } from "./scenario.js";

/** What a variant changes; its knobs are laid over those of its base. */
export type VariantChanges = Partial<Omit<Scenario, "id" | "group">>;

const CHANGES = parameters<VariantChanges>({
  title: maybe(shape.text),
  story: maybe(shape.text),
  sources: maybe(shape.list(shape.text)),
  knobs: maybe(arg.object),
  script: maybe(shape.list(arg.object)),
  expect: maybe(arg.object),
  draws: maybe(arg.object),
});

/**
 * Returns the same scenario with something changed: `<id of the base>/<name of the variant>`.
 *
 * What may vary in the base ({@link Scenario.draws}) is not handed on: with other knobs other ranges hold.
 */
export function variantOf(base: Scenario, name: string, variant: VariantChanges): Scenario {
  checkArguments("variantOf", {
    base: [SCENARIO, base],
    name: [shape.text, name],
    variant: [CHANGES, variant],
  });
  const { draws: _, ...kept } = base;
  const { knobs, ...changes } = variant;
  return { ...kept, ...changes, id: `${base.id}/${name}`, knobs: { ...base.knobs, ...knobs } };
}
