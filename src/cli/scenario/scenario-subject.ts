import { normalize } from "node:path";
import { CATALOGUE, loadScenarioFile, type OwnScenario } from "../../index.js";
import { diskFiles } from "./scenario-files.js";
import { UsageError } from "../command.js";

/** What a run is of, and how the command line called it. */
export interface Subject {
  readonly scenario: OwnScenario;
  readonly calledAs: string;
}

const A_PATH = /[\\/]|\.(json|[cm]?[jt]s)$/;

/**
 * A preset by its id, or the story in a file.
 *
 * @throws {UsageError} USAGE for neither. @throws {ScenarioFileError} for a file that is not what it should be.
 */
export async function subjectNamed(name: string): Promise<Subject> {
  const preset = CATALOGUE.find(({ id }) => id === name);
  if (preset !== undefined) return { scenario: preset, calledAs: name };
  if (A_PATH.test(name) && !couldBePreset(name)) {
    return { scenario: await loadScenarioFile(normalize(name), diskFiles()), calledAs: name };
  }
  throw new UsageError("USAGE", `there is no scenario "${name}"`, { hint: "passkey-harness run --list" });
}

/** Variants of presets have a slash in their names. */
function couldBePreset(name: string): boolean {
  return CATALOGUE.some(({ id }) => name.startsWith(`${id}/`)) && !/\.(json|[cm]?[jt]s)$/.test(name);
}
