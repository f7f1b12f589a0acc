import type { Run } from "../run.js";
import type { Scenario } from "../scenario.js";

/** What reports need of a run: one that was just played, or one read from a trace whose story may be unknown. */
export interface ReportedRun extends Omit<Run, "scenario"> {
  readonly scenario: Pick<Scenario, "id" | "title" | "story" | "sources" | "knobs"> & {
    /** Absent for a trace of no story in the catalogue. */
    readonly group?: Scenario["group"];
  };
  /** The former id by which a stored trace names its scenario; absent when it names the present one. */
  readonly alias?: string;
}
