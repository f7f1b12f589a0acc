import { normalize } from "node:path";
import { type UserScenario, findScenario, hintFor, loadScenarioFile } from "../../entry/scenarios.js";
import { diskFiles } from "./scenario-files.js";
import { UsageError } from "../command.js";
import type { Terminal } from "../terminal.js";
import { warnOfAlias, warnOfKnobAlias } from "../warn-of-alias.js";

/** What a run is of, and how its reproduction line names it: by its present id, or by its file. */
export interface Subject {
  readonly scenario: UserScenario;
  readonly calledAs: string;
}

const A_FILE = /\.(json|[cm]?[jt]s)$/;
const A_PATH = /[\\/]/;

/**
 * Finds a scenario of the catalogue by its id or a former one, or loads the one in a file.
 *
 * A former id, also one that a file extends, is answered with a note on stderr.
 *
 * @throws {UsageError} USAGE for neither. @throws {ScenarioFileError} for a file that is not what it should be.
 */
export async function subjectNamed(name: string, terminal: Terminal): Promise<Subject> {
  const found = findScenario(name);
  if (found !== undefined) {
    warnOfAlias(found, terminal);
    return { scenario: found.scenario, calledAs: found.scenario.id };
  }
  if (A_FILE.test(name) || (A_PATH.test(name) && !couldBeVariant(name))) {
    const scenario = await loadScenarioFile(normalize(name), diskFiles(), {
      onAlias: (resolved) => warnOfAlias(resolved, terminal),
      onKnobAlias: (alias) => warnOfKnobAlias(alias, terminal),
    });
    return { scenario, calledAs: name };
  }
  throw new UsageError("USAGE", `there is no scenario "${name}"`, { hint: hintFor(name) });
}

/** Variants of scenarios have a slash in their ids. */
function couldBeVariant(name: string): boolean {
  return findScenario(name.split("/")[0] ?? "") !== undefined;
}
