import type { CustomShape, ObjectShape, Shape, TaggedShape } from "./shape.js";

type Json = Readonly<Record<string, unknown>>;

/** Schemas that are referred to by name, and how a shape with rules of its own is written out. */
export interface SchemaDefinitions {
  readonly made: Map<string, Json>;
  readonly custom: (shape: CustomShape) => Json;
}

/** For shapes without rules of their own. */
export function plainDefinitions(): SchemaDefinitions {
  return {
    made: new Map(),
    custom: () => {
      throw new RangeError("a custom shape has no schema");
    },
  };
}

/**
 * Writes a shape out as JSON Schema (draft-07); what has a name of its own is defined once and referred to.
 *
 * @param definitions receives what is defined once.
 * @throws {RangeError} for a custom shape that `custom` has no schema for.
 */
export function schemaOf(shape: Shape, definitions: SchemaDefinitions): Json {
  const { named, doc } = shape;
  const description = doc !== undefined && { description: doc };
  if (named === undefined) return { ...description, ...orNull(bareSchemaOf(shape, definitions), shape) };
  return define(named, definitions, () => ({ ...description, ...bareSchemaOf(shape, definitions) }));
}

/** Defines a schema under a name, unless that was done, and refers to it. */
export function define(name: string, definitions: SchemaDefinitions, make: () => Json): Json {
  const { made } = definitions;
  if (!made.has(name)) {
    // Its place comes before those of what it is made of.
    made.set(name, {});
    made.set(name, make());
  }
  return { $ref: `#/definitions/${encodeURIComponent(name)}` };
}

function orNull(schema: Json, { nullable }: Shape): Json {
  if (nullable !== true) return schema;
  return "enum" in schema
    ? { ...schema, enum: [...(schema["enum"] as readonly unknown[]), null] }
    : { ...schema, type: [schema["type"], "null"] };
}

function bareSchemaOf(shape: Shape, definitions: SchemaDefinitions): Json {
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
      return definitions.custom(shape);
  }
}

function schemaOfText({ pattern, words, taken }: Shape & { readonly type: "text" }): Json {
  const type = { type: "string" };
  const free = taken && { not: { enum: taken } };
  if (words === undefined) return { ...type, ...(pattern !== undefined && { pattern }), ...free };
  return { ...type, anyOf: [{ enum: words }, { pattern }], ...free };
}

/** Writes out an object and nothing but its own members. */
export function schemaOfObject(
  { members, atLeast, anyOf }: ObjectShape,
  definitions: SchemaDefinitions,
): Json {
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

function schemaOfTagged({ tag, choices, prefix }: TaggedShape, definitions: SchemaDefinitions): Json {
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
