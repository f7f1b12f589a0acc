import type { ReportedRun } from "./run-of-trace.js";

/** Title of a run: that of its scenario, and the knobs it was run with where they differ from the scenario's. */
export function titleOf({ scenario, knobs }: ReportedRun): string {
  const changed = Object.entries(knobs).map(([name, value]) => `${name}=${value ?? "never"}`);
  return changed.length === 0 ? scenario.title : `${scenario.title} (knobs changed: ${changed.join(", ")})`;
}
