import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import { isObject } from "../../core/read-shape.js";
import { findScenario } from "../catalogue.js";
import type { UserScenario } from "../scenario.js";
import type { ScenarioAliasOptions } from "./alias-options.js";
import {
  namesFile,
  readScenarioFile,
  composeScenario,
  type ReadFileOptions,
  type ReadScenarioFile,
} from "./resolve-scenario.js";
import type { ScenarioDefinition } from "./scenario-file.js";
import { ScenarioFileError } from "./scenario-file-error.js";

/**
 * A story of a user's own, checked: for programs, and for scenario files written in TypeScript or JavaScript.
 *
 * `extends` is the id of a preset, or a story that is at hand; a path has no place here, because nothing says
 * beside what it is: import the other story instead.
 *
 * @param definition a scenario file as an object; `extends` may be a scenario.
 * @returns a scenario that `runScenario` takes.
 * @throws {ScenarioFileError} `SCENARIO_FILE_...` with every problem that was found.
 *
 * @example
 * export default defineScenario({ extends: "late-delivery", knobs: { "page.guardMs": 30_000 } });
 */
export function defineScenario(
  definition: ScenarioDefinition,
  { onAlias, onKnobAlias }: ScenarioAliasOptions = {},
): UserScenario {
  const { file, base } = readDefinition(definition, { onKnobAlias });
  return composeScenario(file, { base: base ?? presetOf(file, { onAlias }) });
}

export interface ParseScenarioOptions extends ScenarioAliasOptions {
  /** For the id, when the file has none; `late.json` and `late` are the same. */
  readonly name?: string;
  /** Finds the story that `extends` names, when that is a path. */
  readonly base?: (path: string) => UserScenario;
}

const PARSE_OPTIONS = parameters<ParseScenarioOptions>({
  name: maybe(shape.text),
  base: maybe(arg.callable),
  onAlias: maybe(arg.callable),
  onKnobAlias: maybe(arg.callable),
});

/**
 * Reads a scenario file: JSON text.
 *
 * @throws {ScenarioFileError} `SCENARIO_FILE_NOT_JSON`; `SCENARIO_FILE_NO_BASE` when it extends a path and
 *   there is no `base` to ask; otherwise as {@link defineScenario} does.
 */
export function parseScenarioFile(text: string, options: ParseScenarioOptions = {}): UserScenario {
  checkArguments("parseScenarioFile", { text: [shape.text, text], options: [PARSE_OPTIONS, options] });
  const { name, base, onAlias, onKnobAlias } = options;
  const file = readScenarioFile(parseJson(text, name), { file: name, onKnobAlias });
  const path = file.extends !== undefined && namesFile(file.extends) ? file.extends : undefined;
  const story =
    path !== undefined && base !== undefined ? base(path) : presetOf(file, { file: name, onAlias });
  return composeScenario(file, { name: stem(name), base: story });
}

/** JSON, with or without a byte order mark. @throws {ScenarioFileError} `SCENARIO_FILE_NOT_JSON` */
export function parseJson(text: string, file?: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : "unreadable";
    const hint = "comments and trailing commas are not JSON; a .mjs or .ts file may have them";
    const problem = { code: "SCENARIO_FILE_NOT_JSON", path: "", text: `not JSON: ${why}`, hint } as const;
    throw new ScenarioFileError(file, [problem], { cause });
  }
}

/** What a program gives: `extends` may be a story, which is no part of a file. */
export function readDefinition(
  definition: unknown,
  { file: path, onKnobAlias }: Omit<ReadFileOptions, "at"> = {},
): { readonly file: ReadScenarioFile; readonly base: UserScenario | undefined } {
  const read = { file: path, onKnobAlias };
  if (!isObject(definition)) return { file: readScenarioFile(definition, read), base: undefined };
  // What may vary in a preset is for those who draw its variations; a run does not look at it.
  const { draws: _, ...plain } = definition;
  const { extends: base, ...own } = plain;
  if (!isObject(base)) return { file: readScenarioFile(plain, read), base: undefined };
  return { file: readScenarioFile({ ...own, extends: A_PATH }, read), base: readBase(base, path) };
}

/** Stands for a base that is at hand. */
const A_PATH = "./base.json";

/** A finished story, perhaps a preset: its name may be taken. */
function readBase(base: Readonly<Record<string, unknown>>, file: string | undefined): UserScenario {
  const { id, draws: _, ...rest } = base;
  if (typeof id !== "string" || rest["extends"] !== undefined) {
    const text = "a finished story is wanted";
    const hint = "scenarioNamed(...) and defineScenario(...) give one";
    throw new ScenarioFileError(file, [{ code: "SCENARIO_FILE_NO_BASE", path: "/extends", text, hint }]);
  }
  return { ...composeScenario(readScenarioFile(rest, { file, at: ["extends"] }), {}), id };
}

/** The preset a file extends, if it extends one. @throws {ScenarioFileError} `SCENARIO_FILE_NO_BASE` for a path. */
export function presetOf(
  { extends: name }: ReadScenarioFile,
  { file, onAlias }: ScenarioAliasOptions & { readonly file?: string | undefined } = {},
): UserScenario | undefined {
  if (name === undefined) return undefined;
  const preset = findScenario(name);
  if (preset?.alias !== undefined) onAlias?.(preset);
  if (preset !== undefined) return preset.scenario;
  const problem = {
    code: "SCENARIO_FILE_NO_BASE",
    path: "/extends",
    text: "nothing says beside what this file is",
    hint: "extend a preset, or import the other story and extend that",
  } as const;
  throw new ScenarioFileError(file, [problem]);
}

/** `stories/late.json` is called `late`. */
export function stem(path: string | undefined): string | undefined {
  return path
    ?.split(/[/\\]/)
    .at(-1)
    ?.replace(/\.(json|[cm]?[jt]s)$/, "");
}
