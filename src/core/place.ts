import { nearestNames } from "./nearest-names.js";
import type { Reporter } from "./shape.js";

/** The four ways a value can fail to have its shape. */
export type ShapeFault = "unknownMember" | "missingMember" | "wrongType" | "badValue";

/** The error code of each fault, in the vocabulary of the module that reads the value. */
export type ShapeCodes<Code extends string> = Readonly<Record<ShapeFault, Code>>;

/** One thing that is wrong with a value. Never repeats the value, which may be a secret. */
export interface ShapeProblem<Code extends string = string> {
  readonly code: Code;
  /** Names and indexes from the root to the place. */
  readonly path: readonly (string | number)[];
  readonly text: string;
  readonly hint?: string;
}

/** At most so many names are suggested. */
const HINTS_MAX = 3;

/** Where in a value the reader is, and what it found wrong so far. */
export class Place<Code extends string = string> implements Reporter {
  readonly path: readonly (string | number)[];
  readonly problems: ShapeProblem<Code>[];
  readonly #codes: ShapeCodes<Code>;

  constructor(
    codes: ShapeCodes<Code>,
    path: readonly (string | number)[] = [],
    problems: ShapeProblem<Code>[] = [],
  ) {
    this.path = path;
    this.problems = problems;
    this.#codes = codes;
  }

  /** A member or element further in. */
  at(name: string | number): Place<Code> {
    return new Place(this.#codes, [...this.path, name], this.problems);
  }

  /** Reports a problem of the reader's own kind. */
  complain(code: Code, text: string, hint?: string): void {
    this.problems.push({ code, path: this.path, text, ...(hint !== undefined && { hint }) });
  }

  /** Reports a name that does not exist: the nearest ones do, or else all of them. */
  unknown(name: string, known: readonly string[], what: string): void {
    this.complain(this.#codes.unknownMember, `there is no such ${what}`, namesHint(name, known));
  }

  missing(hint?: string): void {
    this.complain(this.#codes.missingMember, "is missing", hint);
  }

  wrongType(wanted: string): void {
    this.complain(this.#codes.wrongType, `${wanted} is wanted`);
  }

  badValue(text: string, hint?: string): void {
    this.complain(this.#codes.badValue, text, hint);
  }
}

/** @returns "did you mean ...?" with the nearest names, or all names when none is near. */
export function namesHint(name: string, known: readonly string[]): string {
  const near = nearestNames(name, known, HINTS_MAX);
  return near.length > 0 ? `did you mean ${near.join(" or ")}?` : `there are ${known.join(", ")}`;
}

/** RFC 6901: `/script/0/do`; empty for the root. */
export function jsonPointer(path: readonly (string | number)[]): string {
  return path.map((name) => `/${String(name).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** As programs write it: `script[0].do`. */
export function dottedPath(path: readonly (string | number)[]): string {
  return path.reduce<string>(
    (done, name) => (typeof name === "number" ? `${done}[${name}]` : done === "" ? name : `${done}.${name}`),
    "",
  );
}
