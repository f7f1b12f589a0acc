import type { OwnScenario } from "../scenario.js";
import { presetOf, readDefinition, stem } from "./define-scenario.js";
import { namesFile, storyOf } from "./resolve-scenario.js";
import { ScenarioFileError, type ScenarioFileFault } from "./scenario-file-error.js";

/** Where scenario files are: a disk, an archive, a map in a test. */
export interface ScenarioFiles {
  /** The value in a file: parsed JSON, or the default export. @throws {ScenarioFileError} when there is none. */
  read(path: string): Promise<unknown>;
  /** The path of `name` as a file at `path` would mean it; one path for one file. */
  beside(path: string, name: string): string;
}

/** Nobody builds on more files than this, unless by links that go round in circles. */
const FILES_MAX = 32;

/**
 * Loads a scenario file and the files it extends.
 *
 * @throws {ScenarioFileError} `SCENARIO_FILE_CYCLE` when it extends itself, by whatever detour; what `files` and
 *   `defineScenario` throw. `file` names the one that is wrong.
 */
export async function loadScenarioFile(path: string, files: ScenarioFiles): Promise<OwnScenario> {
  return load(path, { files, trail: [] });
}

async function load(
  path: string,
  { files, trail }: { readonly files: ScenarioFiles; readonly trail: readonly string[] },
): Promise<OwnScenario> {
  const { file, base } = readDefinition(await files.read(path), path);
  const name = stem(path);
  if (base !== undefined) return storyOf(file, { name, base });
  if (file.extends === undefined || !namesFile(file.extends)) {
    return storyOf(file, { name, base: presetOf(file, path) });
  }
  const next = files.beside(path, file.extends);
  const here = [...trail, path];
  const fail = (code: ScenarioFileFault, text: string, hint?: string) =>
    new ScenarioFileError(path, [{ code, path: "/extends", text, hint }]);
  if (here.includes(next)) throw fail("SCENARIO_FILE_CYCLE", `in a circle: ${[...here, next].join(" -> ")}`);
  if (here.length >= FILES_MAX) throw fail("SCENARIO_FILE_CYCLE", `more than ${FILES_MAX} files in a row`);
  try {
    return storyOf(file, { name, base: await load(next, { files, trail: here }) });
  } catch (error) {
    if (!(error instanceof ScenarioFileError) || error.code !== "SCENARIO_FILE_UNREADABLE") throw error;
    throw error.file === next ? fail("SCENARIO_FILE_NO_BASE", `${next} cannot be read`, error.hint) : error;
  }
}
