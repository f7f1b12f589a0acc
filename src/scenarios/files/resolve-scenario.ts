import { jsonPointer, Place, type ShapeCodes } from "../../core/place.js";
import { readShape } from "../../core/read-shape.js";
import type { PartialExpectation } from "../expectation.js";
import type { UserScenario } from "../scenario.js";
import { findScenario } from "../catalogue.js";
import type { KnobOverrides } from "../../sim/knobs/knobs.js";
import type { ScenarioAliasOptions } from "./alias-options.js";
import { knobAliasesIn } from "./knob-names.js";
import type { ScenarioFile } from "./scenario-file.js";
import {
  ScenarioFileError,
  type ScenarioFileFault,
  type ScenarioFileProblem,
} from "./scenario-file-error.js";
import { FILE_PATTERN, ID_PATTERN, SCENARIO_SHAPE } from "./scenario-shape.js";

/** A file as it was read: names known, values fit, knobs dotted. What it extends was not looked for. */
export type ReadScenarioFile = Omit<ScenarioFile, "knobs"> & { readonly knobs?: KnobOverrides };

export interface ReadFileOptions extends Pick<ScenarioAliasOptions, "onKnobAlias"> {
  /** What errors call the file. */
  readonly file?: string | undefined;
  /** Path of the value inside the file. */
  readonly at?: readonly string[];
}

const CODES: ShapeCodes<ScenarioFileFault> = {
  unknownMember: "SCENARIO_FILE_UNKNOWN_MEMBER",
  missingMember: "SCENARIO_FILE_MISSING_MEMBER",
  wrongType: "SCENARIO_FILE_WRONG_TYPE",
  badValue: "SCENARIO_FILE_BAD_VALUE",
};

/**
 * Reads what stands in a scenario file.
 *
 * @throws {ScenarioFileError} `SCENARIO_FILE_...` with every problem that was found, each with its place.
 */
export function readScenarioFile(
  value: unknown,
  { file, at = [], onKnobAlias }: ReadFileOptions = {},
): ReadScenarioFile {
  const place = new Place(CODES, at);
  const read = readShape(SCENARIO_SHAPE, value, place);
  if (place.problems.length === 0) checkSpans((read as ScenarioFile).expect, place.at("expect"));
  const [first, ...others] = place.problems.map((problem): ScenarioFileProblem => ({
    ...problem,
    path: jsonPointer(problem.path),
  }));
  if (first !== undefined) throw new ScenarioFileError(file, [first, ...others]);
  if (onKnobAlias !== undefined) for (const alias of knobAliasesIn(value)) onKnobAlias(alias);
  // Read by the very table that is tied to the type.
  return read as ReadScenarioFile;
}

/** The story a file tells on top of what it extends; `name` is its id if it has none of its own. */
export function composeScenario(
  { $schema: _, extends: __, ...file }: ReadScenarioFile,
  { name, base }: { readonly name?: string | undefined; readonly base?: UserScenario | undefined },
): UserScenario {
  const { id = ownId(name, base), expect = inheritedExpectation(file, base) } = file;
  return {
    id,
    group: file.group ?? base?.group ?? "own",
    title: file.title ?? base?.title ?? id,
    story: file.story ?? base?.story ?? "",
    sources: file.sources ?? base?.sources ?? [],
    knobs: { ...base?.knobs, ...file.knobs },
    script: file.script ?? base?.script ?? [],
    ...(expect && { expect }),
  };
}

/** What `extends` means: a file beside the one it stands in, not a preset. */
export function namesFile(name: string): boolean {
  return new RegExp(FILE_PATTERN, "u").test(name);
}

/** A promise speaks of the story as it was told: with other knobs or another script it is void. */
function inheritedExpectation(
  { knobs = {}, script }: ReadScenarioFile,
  base?: UserScenario,
): PartialExpectation | undefined {
  return Object.keys(knobs).length === 0 && script === undefined ? base?.expect : undefined;
}

function ownId(name: string | undefined, base: UserScenario | undefined): string {
  const candidate = name
    ?.replace(/[^A-Za-z0-9._/-]+/gu, "-")
    .replace(/^[^A-Za-z0-9]+/u, "")
    .slice(0, 96);
  if (candidate === undefined || !new RegExp(ID_PATTERN, "u").test(candidate)) {
    return base === undefined ? "own" : base.id.endsWith("/own") ? base.id : `${base.id}/own`;
  }
  // A stored trace must not be taken for that of a preset, under its present id or a former one.
  return findScenario(candidate) === undefined ? candidate : `${candidate}/own`;
}

/** No schema can compare two numbers of one file. */
function checkSpans(expect: PartialExpectation = {}, place: Place<ScenarioFileFault>): void {
  for (const layer of ["ctap", "link", "page", "rp"] as const) {
    expect[layer]?.forEach(({ atMs: [fromMs, toMs] = [0, 0] }, index) => {
      if (fromMs <= toMs) return;
      const text = `it ends at ${toMs} ms, before it begins`;
      place
        .at(layer)
        .at(index)
        .at("atMs")
        .complain("SCENARIO_FILE_EMPTY_SPAN", text, `[${toMs}, ${fromMs}]?`);
    });
  }
}
