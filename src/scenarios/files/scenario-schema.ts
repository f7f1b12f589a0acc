import { SCENARIO_FILE_SCHEMA } from "./scenario-file.js";
import { SCENARIO_SHAPE } from "./scenario-shape.js";
import type { ObjectShape, Shape, TaggedShape } from "../../core/shape.js";
import { groupOf, knobNamesIn } from "./knob-names.js";
import { shapeOfKnob, type KnobsShape } from "./shape.js";

type Json = Readonly<Record<string, unknown>>;
type Definitions = Map<string, Json>;

/** JSON Schema (draft-07) of a scenario file. What it accepts, the parser accepts, but for what no schema can say. */
export function scenarioSchema(): Json {
  const definitions: Definitions = new Map();
  const root = schemaOfObject(SCENARIO_SHAPE, definitions);
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    $id: `urn:passkey-harness:scenario:${SCENARIO_FILE_SCHEMA}`,
    title: `passkey-harness scenario file, version ${SCENARIO_FILE_SCHEMA}`,
    description:
      "A story as data: knobs, a script and what it promises; a preset with something changed, or told from scratch.",
    version: SCENARIO_FILE_SCHEMA,
    ...root,
    definitions: Object.fromEntries(definitions),
  };
}

/** The schema of a shape; what has a name of its own is defined once and referred to. */
function schemaOf(shape: Shape, definitions: Definitions): Json {
  const { named, doc } = shape;
  const description = doc !== undefined && { description: doc };
  if (named === undefined) return { ...description, ...orNull(bareSchemaOf(shape, definitions), shape) };
  return define(named, definitions, () => ({ ...description, ...bareSchemaOf(shape, definitions) }));
}

function define(name: string, definitions: Definitions, make: () => Json): Json {
  if (!definitions.has(name)) {
    // Its place comes before those of what it is made of.
    definitions.set(name, {});
    definitions.set(name, make());
  }
  return { $ref: `#/definitions/${encodeURIComponent(name)}` };
}

function orNull(schema: Json, { nullable }: Shape): Json {
  if (nullable !== true) return schema;
  return "enum" in schema
    ? { ...schema, enum: [...(schema["enum"] as readonly unknown[]), null] }
    : { ...schema, type: [schema["type"], "null"] };
}

function bareSchemaOf(shape: Shape, definitions: Definitions): Json {
  switch (shape.type) {
    case "text":
      return schemaOfText(shape);
    case "word":
      return { enum: shape.words };
    case "flag":
      return { type: "boolean" };
    case "integer":
      return {
        type: "integer",
        minimum: shape.min ?? Number.MIN_SAFE_INTEGER,
        maximum: shape.max ?? Number.MAX_SAFE_INTEGER,
      };
    case "share":
      return { type: "number", minimum: 0, maximum: 1 };
    case "number":
      return { type: "number", ...(shape.min !== undefined && { minimum: shape.min }) };
    case "record":
      return { type: "object", additionalProperties: schemaOf(shape.of, definitions) };
    case "list":
      return {
        type: "array",
        ...(shape.atLeast !== undefined && { minItems: shape.atLeast }),
        ...(shape.atMost !== undefined && { maxItems: shape.atMost }),
        items: schemaOf(shape.of, definitions),
      };
    case "object":
      return schemaOfObject(shape, definitions);
    case "tagged":
      return schemaOfTagged(shape, definitions);
    case "custom":
      if (isKnobs(shape)) return schemaOfKnobs(shape, definitions);
      throw new RangeError("a custom shape has no schema");
  }
}

function isKnobs(shape: Shape & { readonly type: "custom" }): shape is Shape & KnobsShape {
  return "groups" in shape && "midRun" in shape;
}

function schemaOfText({ pattern, words, taken }: Shape & { readonly type: "text" }): Json {
  const type = { type: "string" };
  const free = taken && { not: { enum: taken } };
  if (words === undefined) return { ...type, ...(pattern !== undefined && { pattern }), ...free };
  return { ...type, anyOf: [{ enum: words }, { pattern }], ...free };
}

function schemaOfObject({ members, atLeast, anyOf }: ObjectShape, definitions: Definitions): Json {
  const entries = Object.entries(members);
  const required = entries.filter(([, { optional }]) => optional !== true).map(([name]) => name);
  return {
    type: "object",
    ...(required.length > 0 && { required }),
    ...(atLeast !== undefined && { minProperties: atLeast }),
    ...(anyOf && { anyOf: anyOf.map((name) => ({ required: [name] })) }),
    properties: Object.fromEntries(entries.map(([name, member]) => [name, schemaOf(member, definitions)])),
    additionalProperties: false,
  };
}

function schemaOfTagged({ tag, choices, prefix }: TaggedShape, definitions: Definitions): Json {
  const all = Object.entries(choices);
  return {
    type: "object",
    required: [tag],
    properties: { [tag]: { enum: all.map(([name]) => name) } },
    oneOf: all.map(([name, choice]) =>
      define(`${prefix}${name}`, definitions, () => schemaOfObject(choice, definitions)),
    ),
  };
}

/**
 * A knob is described once, and may be set by its dotted name or inside its group, not both in one group. Its former
 * names are properties too, marked as deprecated.
 */
function schemaOfKnobs({ groups, midRun }: KnobsShape, definitions: Definitions): Json {
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
