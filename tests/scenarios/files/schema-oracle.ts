/** A validator that is not ours, on the schema that is. */
import Ajv from "ajv";
import { scenarioSchema } from "../../../src/scenarios/files/scenario-schema.js";
import { ScenarioFileError } from "../../../src/scenarios/files/scenario-file-error.js";
import { readScenarioFile } from "../../../src/scenarios/files/resolve-scenario.js";

const validate = new Ajv({ allErrors: true }).compile(scenarioSchema());

export const validatorTakes = (value: unknown): boolean => validate(value) === true;

/** The code of the refusal; anything else the reader throws is a bug and escapes. */
export function refusalOf(value: unknown): string | undefined {
  try {
    readScenarioFile(value);
    return undefined;
  } catch (error) {
    if (error instanceof ScenarioFileError) return error.code;
    throw error;
  }
}
