import type { PlanValue } from "./plan.js";

/** A knob of the world that plans are drawn for, as the registry of knobs describes it. */
export interface KnobInfo {
  /** Dotted: `page.guardMs`. */
  readonly name: string;
  readonly kind: "ms" | "count" | "share" | "switch" | "choice";
  readonly standard: PlanValue;
  readonly unit?: string | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly choices?: readonly string[] | undefined;
  /** `null` is allowed. */
  readonly never?: boolean | undefined;
  /** Cannot be set in the middle of a run. */
  readonly fixed?: boolean | undefined;
}

/** Group of a knob: the part of its name before the dot. */
export function groupOf(name: string): string {
  return name.split(".")[0] ?? name;
}
