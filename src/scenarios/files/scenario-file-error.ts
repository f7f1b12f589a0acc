import { HarnessError, type ErrorDetail } from "../../core/errors.js";

export type ScenarioFileFault =
  /** The file is not there, or may not be read. */
  | "SCENARIO_FILE_UNREADABLE"
  | "SCENARIO_FILE_NOT_JSON"
  /** A program that breaks down while it is loaded. */
  | "SCENARIO_FILE_BROKEN"
  /** A program without a default export. */
  | "SCENARIO_FILE_NO_DEFAULT"
  /** This Node cannot load TypeScript, and nothing is there that helps it. */
  | "SCENARIO_FILE_NO_TYPESCRIPT"
  /** The name ends in nothing that says how to read it. */
  | "SCENARIO_FILE_KIND"
  /** There is no such member, knob, verb or event. */
  | "SCENARIO_FILE_UNKNOWN_MEMBER"
  | "SCENARIO_FILE_MISSING_MEMBER"
  | "SCENARIO_FILE_WRONG_TYPE"
  | "SCENARIO_FILE_BAD_VALUE"
  /** A knob that is built into a world, in a verb that turns it in mid-run. */
  | "SCENARIO_FILE_FIXED_KNOB"
  /** One group of knobs both as an object and by dotted names. */
  | "SCENARIO_FILE_KNOB_TWICE"
  /** A promise no run could keep, or none could break: a span of time that ends before it begins. */
  | "SCENARIO_FILE_EMPTY_SPAN"
  /** What `extends` names is not there. */
  | "SCENARIO_FILE_NO_BASE"
  /** A file extends itself, by whatever detour. */
  | "SCENARIO_FILE_CYCLE";

/** One thing that is wrong with a scenario file. */
export interface ScenarioFileProblem {
  readonly code: ScenarioFileFault;
  /** JSON pointer into the file, empty for the file itself. */
  readonly path: string;
  readonly text: string;
  readonly hint?: string | undefined;
}

/** A scenario file is not what it should be: the first problem, and all that were found. Nothing was run. */
export class ScenarioFileError extends HarnessError<ScenarioFileFault> {
  /** Name of the file; absent when it was not read from one. */
  readonly file: string | undefined;
  /** JSON pointer to the first problem. */
  readonly path: string;
  readonly problems: readonly ScenarioFileProblem[];

  constructor(
    file: string | undefined,
    problems: readonly [ScenarioFileProblem, ...ScenarioFileProblem[]],
    detail: Pick<ErrorDetail, "cause"> = {},
  ) {
    const [first, ...others] = problems;
    super(first.code, `${placeOf(file, first.path)}${first.text}`, {
      ...detail,
      furtherLines: others.map(
        ({ path, text, hint }) => `  also ${path}: ${text}${hint === undefined ? "" : `; ${hint}`}`,
      ),
      ...(first.hint !== undefined && { hint: first.hint }),
    });
    this.file = file;
    this.path = first.path;
    this.problems = problems;
  }

  override toJSON() {
    const { file, path, problems } = this;
    return { ...super.toJSON(), ...(file !== undefined && { file }), path, problems };
  }
}

function placeOf(file: string | undefined, path: string): string {
  if (file === undefined) return path === "" ? "" : `${path}: `;
  return `${file}${path === "" ? "" : ` at ${path}`}: `;
}
