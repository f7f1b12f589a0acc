import { arg, checkArguments, maybe, parameters } from "../core/argument.js";
import { shape } from "../core/shape.js";
import { SCENARIO, type Scenario } from "./scenario.js";

/** What a variant tells differently; knobs are turned on top of those of its base. */
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

/** The same story with something turned: `<id of the story>/<name of the variant>`. */
export function variantOf(base: Scenario, name: string, variant: VariantChanges): Scenario {
  checkArguments("variantOf", {
    base: [SCENARIO, base],
    name: [shape.text, name],
    variant: [CHANGES, variant],
  });
  const { knobs, ...changes } = variant;
  return { ...base, ...changes, id: `${base.id}/${name}`, knobs: { ...base.knobs, ...knobs } };
}
