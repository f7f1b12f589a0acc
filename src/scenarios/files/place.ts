import { nearestNames } from "../../core/nearest-names.js";
import type { ScenarioFileFault, ScenarioFileProblem } from "./scenario-file-error.js";

const HINTS_MAX = 3;

/** Where in a file the reader is, and what it found wrong so far. */
export class Place {
  readonly path: string;
  readonly problems: ScenarioFileProblem[];

  constructor(path: string, problems: ScenarioFileProblem[]) {
    this.path = path;
    this.problems = problems;
  }

  /** A member or element further in. */
  at(name: string | number): Place {
    const escaped = String(name).replaceAll("~", "~0").replaceAll("/", "~1");
    return new Place(`${this.path}/${escaped}`, this.problems);
  }

  complain(fault: ScenarioFileFault, text: string, hint?: string): void {
    this.problems.push({ code: fault, path: this.path, text, ...(hint !== undefined && { hint }) });
  }

  /** There is no such name; the nearest ones are, or else all of them. */
  unknown(name: string, known: readonly string[], what: string): void {
    this.complain("SCENARIO_FILE_UNKNOWN_MEMBER", `there is no such ${what}`, namesHint(name, known));
  }
}

/** A plain object, as JSON makes them; no map, no date, no list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return Object.prototype.toString.call(value) === "[object Object]";
}

/** Members that are there: in a program, `undefined` is absence. */
export function membersOf(value: Readonly<Record<string, unknown>>): readonly (readonly [string, unknown])[] {
  return Object.entries(value).filter(([, member]) => member !== undefined);
}

export function namesHint(name: string, known: readonly string[]): string {
  const near = nearestNames(name, known, HINTS_MAX);
  return near.length > 0 ? `did you mean ${near.join(" or ")}?` : `there are ${known.join(", ")}`;
}
