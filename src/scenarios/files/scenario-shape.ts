import { KNOB_SPECS } from "../../sim/knobs/registry.js";
import type { MemberShape, ObjectShape } from "../../core/shape.js";
import { ALIASES, CATALOGUE } from "../catalogue.js";
import { CATALOGUE_GROUPS, type CatalogueGroup } from "../catalogue/groups.js";
import type { ScenarioGroup } from "../scenario.js";
import { EXPECTATION_SHAPE } from "./promise-shapes.js";
import { knobsShape } from "./read-knobs.js";
import type { ScenarioFile } from "./scenario-file.js";
import { ACTION_SHAPES } from "./verb-shapes.js";
import { word, type Words } from "./words.js";

/** Ids that stand for a scenario of the catalogue: the present ones, then the former ones. */
const PRESETS = [...CATALOGUE.map(({ id }) => id), ...ALIASES.keys()];

/** What the reproduction line, a test report and a shell can all carry. */
export const ID_PATTERN = "^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$";

/** What makes a name one of a file rather than of a preset: where it begins, or how it ends. */
export const FILE_PATTERN = "^\\.{0,2}/|\\.(json|[cm]?[jt]s)$";

/** The catalogue's groups, those it had before they were split, and the one of scenarios without a base. */
const group: Words<ScenarioGroup> = word(
  ...(Object.keys(CATALOGUE_GROUPS) as CatalogueGroup[]),
  "site",
  "ble",
  "own",
);

/**
 * A scenario file: knobs from their table, events from the table of traces, presets from the catalogue.
 *
 * The published schema is made from this; `npm run docs` writes it anew.
 */
export const SCENARIO_SHAPE = {
  type: "object",
  anyOf: ["script", "extends"],
  members: {
    $schema: { type: "text", optional: true, doc: "For editors." },
    id: {
      type: "text",
      optional: true,
      pattern: ID_PATTERN,
      taken: PRESETS,
      wanted: "a name of letters, digits and . _ / -",
      doc: "What reports call it; the file's name when absent.",
    },
    extends: {
      type: "text",
      optional: true,
      pattern: FILE_PATTERN,
      words: PRESETS,
      wanted: "a preset or the path of a file, such as ./base.json,",
      doc: "Id of a preset, or a path beside this file; what is not said here is taken from there.",
    },
    group: { ...group, optional: true, doc: "For lists and reports." },
    title: { type: "text", optional: true, doc: "One line." },
    story: { type: "text", optional: true, doc: "What happens and why it matters." },
    sources: { type: "list", optional: true, of: { type: "text" }, doc: "Where it was seen." },
    knobs: {
      ...knobsShape(KNOB_SPECS, { midRun: false }),
      optional: true,
      named: "knobs",
      doc: 'Deviations from the defaults: "rp.finishMs": 900, or "rp": { "finishMs": 900 }.',
    },
    script: {
      type: "list",
      optional: true,
      atLeast: 1,
      of: { type: "tagged", tag: "do", prefix: "verb ", choices: ACTION_SHAPES },
      doc: "What the person does, one after the other.",
    },
    expect: { ...EXPECTATION_SHAPE, optional: true },
  },
} as const satisfies ObjectShape & {
  readonly members: { readonly [Name in keyof ScenarioFile]-?: MemberShape & { readonly optional: true } };
};
