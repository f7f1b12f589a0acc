import { TRACE_SCHEMA } from "../run.js";
import { TRACE_SHAPE, membersOf, type Member } from "./trace-shape.js";

/** Members every record has, whatever its kind. */
const COMMON = {
  atMs: { type: "number", minimum: 0, description: "Milliseconds since the trace began." },
  actor: { type: "string", minLength: 1, description: "Who it happened to: browser, site, key, ..." },
} as const;

const SCALAR = { type: ["string", "number", "boolean", "null"] } as const;

/**
 * JSON Schema (draft-07) of one line of a trace.
 *
 * Open to scalar members it does not name, which a later release may add without a new version; closed to
 * kinds it does not name.
 */
export function traceSchema() {
  const kinds = Object.keys(TRACE_SHAPE);
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    $id: `urn:passkey-harness:trace:${TRACE_SCHEMA}`,
    title: `passkey-harness trace record, version ${TRACE_SCHEMA}`,
    description:
      "A trace is one such JSON document a line. The first line of a whole trace is run.started, whose " +
      `member "schema" is ${TRACE_SCHEMA}; the last is run.ended. Durations without bound are null.`,
    version: TRACE_SCHEMA,
    type: "object",
    required: ["atMs", "actor", "kind"],
    properties: { ...COMMON, kind: { enum: kinds } },
    additionalProperties: SCALAR,
    oneOf: kinds.map((kind) => ({ $ref: `#/definitions/${kind}` })),
    definitions: Object.fromEntries(kinds.map((kind) => [kind, schemaOfKind(kind)])),
  };
}

function schemaOfKind(kind: string) {
  const members = Object.entries(membersOf(kind) ?? {});
  return {
    properties: {
      kind: { const: kind },
      ...Object.fromEntries(members.map(([name, member]) => [name, schemaOfMember(member)])),
    },
    required: ["kind", ...members.filter(([, { optional }]) => optional !== true).map(([name]) => name)],
  };
}

function schemaOfMember({ type, words }: Member) {
  switch (type) {
    case "text":
      return { type: "string" };
    case "number":
      return { type: "number" };
    case "span":
      return { type: ["number", "null"] };
    case "flag":
      return { type: "boolean" };
    case "word":
      return { enum: words };
  }
}
