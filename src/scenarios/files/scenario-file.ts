import type { KnobOverrides, Knobs } from "../../sim/knobs/knobs.js";
import type { PartialExpectation } from "../expectation.js";
import type { UserScenario, ScenarioGroup, Action } from "../scenario.js";

/** Version of the files' shape; raised when a file that was good would be refused, or mean something else. */
export const SCENARIO_FILE_SCHEMA = 1;

/**
 * A story of a user's own, as it stands in a file: a preset with something changed, or one told from scratch.
 *
 * Without `extends` there must be a `script`.
 */
export interface ScenarioFile {
  /** For editors; nobody else reads it. */
  readonly $schema?: string;
  /** No preset's id; made from the file's name when absent. */
  readonly id?: string;
  /** Id of a preset, or a path beside this file (`./base.json`): what is not said here is taken from there. */
  readonly extends?: string;
  readonly group?: ScenarioGroup;
  readonly title?: string;
  readonly story?: string;
  readonly sources?: readonly string[];
  /** Turned on top of those of what is extended. */
  readonly knobs?: KnobOverrides & KnobGroups;
  /** In place of the script of what is extended. */
  readonly script?: readonly Action[];
  /**
   * In place of the promises of what is extended. Absent: those are kept if neither knobs nor script are
   * touched, otherwise nothing is promised.
   */
  readonly expect?: PartialExpectation;
}

/** Deviations from the defaults, one object for each group: `{ rp: { finishMs: 900 } }`. */
export type KnobGroups = { readonly [Group in keyof Knobs]?: Partial<Knobs[Group]> };

/** The same in a program, where the base may be at hand as a value. */
export interface ScenarioDefinition extends Omit<ScenarioFile, "extends"> {
  readonly extends?: string | UserScenario;
}
