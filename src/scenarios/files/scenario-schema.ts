import { define, schemaOf, schemaOfObject, type SchemaDefinitions } from "../../core/shape-schema.js";
import type { CustomShape } from "../../core/shape.js";
import { SCENARIO_FILE_SCHEMA } from "./scenario-file.js";
import { SCENARIO_SHAPE } from "./scenario-shape.js";
import { groupOf, knobNamesIn } from "./knob-names.js";
import { shapeOfKnob, type KnobsShape } from "./shape.js";

type Json = Readonly<Record<string, unknown>>;

/** JSON Schema (draft-07) of a scenario file. What it accepts, the parser accepts, but for what no schema can say. */
export function scenarioSchema(): Json {
  const definitions: SchemaDefinitions = {
    made: new Map(),
    custom: (shape) => {
      if (isKnobs(shape)) return schemaOfKnobs(shape, definitions);
      throw new RangeError("a custom shape has no schema");
    },
  };
  const root = schemaOfObject(SCENARIO_SHAPE, definitions);
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    $id: `urn:passkey-harness:scenario:${SCENARIO_FILE_SCHEMA}`,
    title: `passkey-harness scenario file, version ${SCENARIO_FILE_SCHEMA}`,
    description:
      "A story as data: knobs, a script and what it promises; a preset with something changed, or told from scratch.",
    version: SCENARIO_FILE_SCHEMA,
    ...root,
    definitions: Object.fromEntries(definitions.made),
  };
}

function isKnobs(shape: CustomShape): shape is KnobsShape {
  return "groups" in shape && "midRun" in shape;
}

/**
 * A knob is described once, and may be set by its dotted name or inside its group, not both in one group. Its former
 * names are properties too, marked as deprecated.
 */
function schemaOfKnobs({ groups, midRun }: KnobsShape, definitions: SchemaDefinitions): Json {
  const named = knobNamesIn(groups).filter(({ spec }) => !midRun || spec.fixed !== true);
  const properties = named.map(({ given, name, spec }) => {
    const schema = define(`knob ${name}`, definitions, () => ({
      default: spec.standard,
      ...(spec.unit !== undefined && { unit: spec.unit }),
      ...schemaOf(shapeOfKnob(spec), definitions),
    }));
    if (given === name) return [given, schema] as const;
    return [given, { deprecated: true, description: `now ${name}`, allOf: [schema] }] as const;
  });
  const groupNames = [...new Set(named.map(({ given }) => groupOf(given)))];
  const inGroup = (group: string) =>
    properties.flatMap(([given, schema]) =>
      groupOf(given) === group ? [[given.slice(group.length + 1), schema] as const] : [],
    );
  return {
    type: "object",
    properties: {
      ...Object.fromEntries(
        groupNames.map((group) => [
          group,
          {
            type: "object",
            properties: Object.fromEntries(inGroup(group)),
            additionalProperties: false,
          },
        ]),
      ),
      ...Object.fromEntries(properties),
    },
    additionalProperties: false,
    dependencies: Object.fromEntries(
      groupNames.map((group) => [group, { propertyNames: { not: { pattern: `^${group}\\.` } } }]),
    ),
  };
}
