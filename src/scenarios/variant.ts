import type { Scenario } from "./scenario.js";

/** What a variant tells differently; knobs are turned on top of those of its base. */
export type VariantChanges = Partial<Omit<Scenario, "id" | "group">>;

/** The same story with something turned: `<id of the story>/<name of the variant>`. */
export function variantOf(base: Scenario, name: string, { knobs, ...changes }: VariantChanges): Scenario {
  return { ...base, ...changes, id: `${base.id}/${name}`, knobs: { ...base.knobs, ...knobs } };
}
