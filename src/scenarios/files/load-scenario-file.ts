import type { UserScenario } from "../scenario.js";
import type { ScenarioAliasOptions } from "./alias-options.js";
import { parseJson, presetOf, readDefinition, stem } from "./define-scenario.js";
import { isObject } from "../../core/read-shape.js";
import { namesFile, composeScenario } from "./resolve-scenario.js";
import {
  ScenarioFileError,
  type ScenarioFileFault,
  type ScenarioFileProblem,
} from "./scenario-file-error.js";

/** What a file holds: JSON, or a program with what it exports. */
export type ScenarioFileContent = { readonly json: string } | { readonly exports: unknown };

/** Where scenario files are: a disk, an archive, a map in a test. */
export interface ScenarioFiles {
  /** @throws {ScenarioFileError} `SCENARIO_FILE_UNREADABLE` when there is no such file. */
  read(path: string): Promise<ScenarioFileContent>;
  /** The path of `name` as a file at `path` would mean it; one path for one file. */
  beside(path: string, name: string): string;
}

/** Nobody builds on more files than this, unless by links that go round in circles. */
const FILES_MAX = 32;

/**
 * Loads a scenario file and the files it extends.
 *
 * @throws {ScenarioFileError} `SCENARIO_FILE_CYCLE` when it extends itself, by whatever detour,
 *   `SCENARIO_FILE_NO_BASE` when what it extends cannot be read, `SCENARIO_FILE_NO_DEFAULT` for a program that
 *   exports no story; what `files` and {@link defineScenario} throw. `file` names the one that is wrong.
 */
export async function loadScenarioFile(
  path: string,
  files: ScenarioFiles,
  options: ScenarioAliasOptions = {},
): Promise<UserScenario> {
  return load(path, { files, trail: [], ...options });
}

interface Journey extends ScenarioAliasOptions {
  readonly files: ScenarioFiles;
  /** Files that led here, the first one first. */
  readonly trail: readonly string[];
}

async function load(path: string, journey: Journey): Promise<UserScenario> {
  const { files, trail, onAlias, onKnobAlias } = journey;
  const { file, base } = readDefinition(valueIn(await files.read(path), path), { file: path, onKnobAlias });
  const name = stem(path);
  if (base !== undefined) return composeScenario(file, { name, base });
  if (file.extends === undefined || !namesFile(file.extends)) {
    return composeScenario(file, { name, base: presetOf(file, { file: path, onAlias }) });
  }
  const next = files.beside(path, file.extends);
  const here = [...trail, path];
  const circle = [...here, next].join(" -> ");
  if (here.includes(next)) throw badBase(path, { code: "SCENARIO_FILE_CYCLE", text: `a circle: ${circle}` });
  if (here.length >= FILES_MAX) {
    throw badBase(path, { code: "SCENARIO_FILE_CYCLE", text: `more than ${FILES_MAX} files in a row` });
  }
  return composeScenario(file, { name, base: await loadBase(next, { ...journey, trail: here }) });
}

/** The file that extends is the one that is wrong when there is nothing to extend. */
async function loadBase(path: string, journey: Journey): Promise<UserScenario> {
  try {
    return await load(path, journey);
  } catch (error) {
    const missing = error instanceof ScenarioFileError && error.code === "SCENARIO_FILE_UNREADABLE";
    if (!missing || error.file !== path) throw error;
    const problem = {
      code: "SCENARIO_FILE_NO_BASE",
      text: `${path} cannot be read`,
      hint: error.hint,
    } as const;
    throw badBase(journey.trail.at(-1), problem);
  }
}

function badBase(
  file: string | undefined,
  problem: Omit<ScenarioFileProblem, "path"> & { readonly code: ScenarioFileFault },
): ScenarioFileError {
  return new ScenarioFileError(file, [{ ...problem, path: "/extends" }]);
}

function valueIn(content: ScenarioFileContent, path: string): unknown {
  if ("json" in content) return parseJson(content.json, path);
  const story = defaultOf(content.exports);
  if (isObject(story) && isMadeUpId(story["id"])) return { ...story, id: undefined };
  if (story !== undefined) return story;
  const hint = "export default defineScenario({ ... })";
  throw new ScenarioFileError(path, [
    { code: "SCENARIO_FILE_NO_DEFAULT", path: "", text: "there is no default export", hint },
  ]);
}

/** The one that defineScenario gives for want of a name; now there is one, the file's. */
function isMadeUpId(id: unknown): boolean {
  return typeof id === "string" && /(^|\/)own$/.test(id);
}

/** A module that was compiled to CommonJS has its default export one level further in. */
function defaultOf(exports: unknown): unknown {
  const one = member(exports, "default");
  return isObject(one) && member(one, "__esModule") === true ? member(one, "default") : one;
}

/** Modules are no plain objects. */
function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
