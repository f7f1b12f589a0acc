import { readFileSync } from "node:fs";
import { join } from "node:path";

export const GROUPS = ["field", "client", "hybrid", "relying-party", "robustness", "verdict"] as const;
export type Group = (typeof GROUPS)[number];

/** One input that once went wrong, and what is right. */
export interface Case {
  readonly group: Group;
  /** The case file's name, without its ending. */
  readonly name: string;
  /** The public report, or the section that says what is right. */
  readonly source: string;
  /** What has to come, word for word; lists have one line for each part of the case. */
  readonly right: string | readonly string[];
  /** A file in the group's folder, or from the project's root where it begins with "tests/". */
  readonly input?: string;
  /** The id of the case in `input`, where that holds several. */
  readonly id?: string;
  /** A test that shows the case, where it takes a process: its file and its title. */
  readonly test?: { readonly file: string; readonly title: string };
  /** What differs from the input as it was reported, and why. */
  readonly changed?: string;
  /** Why the case does not hold yet; a case that holds all the same fails. */
  readonly open?: string;
}

/** Reads the manifest of a group. */
export function casesOf(group: Group): readonly Case[] {
  const path = join(import.meta.dirname, group, "cases.json");
  const { source, cases } = JSON.parse(readFileSync(path, "utf8")) as {
    readonly source: string;
    readonly cases: readonly (Omit<Case, "group" | "source"> & { readonly source?: string })[];
  };
  return cases.map((one) => ({ source, ...one, group }));
}

/** The path of a case's input. */
export function inputPath({ group, input }: Case): string {
  if (input === undefined) throw new Error("the case has no input");
  const project = join(import.meta.dirname, "..", "..");
  return input.startsWith("tests/") ? join(project, input) : join(import.meta.dirname, group, input);
}

/** The text of a case's input. */
export const inputOf = (one: Case): string => readFileSync(inputPath(one), "utf8");

/** Plays a case and says what came. */
export type Probe = (one: Case) => Promise<string | readonly string[]>;

/** What came of some work: its value as text, or the code and aftermath of the error. */
export async function cameOf(work: () => unknown): Promise<string> {
  try {
    return String(await work());
  } catch (error) {
    const { code, name, message } = error as { code?: string; name: string; message: string };
    return code ?? `${name}: ${message}`;
  }
}
