import type { Scenario } from "./scenario.js";

/** What a variant changes; its knobs are laid over those of its base. */
export type VariantChanges = Partial<Omit<Scenario, "id" | "group">>;

/**
 * Returns the same scenario with something changed: `<id of the base>/<name of the variant>`.
 *
 * What may vary in the base ({@link Scenario.draws}) is not handed on: with other knobs other ranges hold.
 */
export function variantOf(
  { draws: _, ...base }: Scenario,
  name: string,
  { knobs, ...changes }: VariantChanges,
): Scenario {
  return { ...base, ...changes, id: `${base.id}/${name}`, knobs: { ...base.knobs, ...knobs } };
}
