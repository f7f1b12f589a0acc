import { FRAME } from "../../core/events/frame.js";
import type { Member, Members } from "../../core/events/member.js";
import { TRACE_SCHEMA } from "../../core/events/run.js";
import { EVENT_KINDS, type EventKind, membersOf } from "../../core/events/table.js";

/** Members that no kind names. */
const OTHER = { type: ["string", "number", "boolean", "null", "array"], items: { type: "string" } } as const;

/**
 * JSON Schema (draft-07) of one line of a trace.
 *
 * Open to members it does not name, which a later release may add without a new version: scalars and lists of texts.
 * Closed to kinds it does not name.
 */
export function traceSchema() {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    $id: `urn:passkey-harness:trace:${TRACE_SCHEMA}`,
    title: `passkey-harness trace record, version ${TRACE_SCHEMA}`,
    description:
      "A trace is one such JSON document a line. The first line of a whole trace is run.started, whose " +
      `member "schema" is ${TRACE_SCHEMA}; the last is run.ended. Durations without bound are null.`,
    version: TRACE_SCHEMA,
    type: "object",
    required: [...requiredOf(FRAME), "kind"],
    properties: { ...propertiesOf(FRAME), kind: { enum: EVENT_KINDS } },
    additionalProperties: OTHER,
    oneOf: EVENT_KINDS.map((kind) => ({ $ref: `#/definitions/${kind}` })),
    definitions: Object.fromEntries(EVENT_KINDS.map((kind) => [kind, schemaOfKind(kind)])),
  };
}

function schemaOfKind(kind: EventKind) {
  const members = membersOf(kind);
  return {
    properties: { kind: { const: kind }, ...propertiesOf(members) },
    required: ["kind", ...requiredOf(members)],
  };
}

function requiredOf(members: Members): readonly string[] {
  return Object.entries(members)
    .filter(([, { optional }]) => optional !== true)
    .map(([name]) => name);
}

function propertiesOf(members: Members) {
  return Object.fromEntries(
    Object.entries(members).map(([name, member]) => [
      name,
      { ...schemaOfMember(member), ...(member.doc !== undefined && { description: member.doc }) },
    ]),
  );
}

function schemaOfMember(member: Member) {
  switch (member.type) {
    case "text":
      return { type: "string" };
    case "name":
      return { type: "string", minLength: 1 };
    case "count":
      return { type: "integer", minimum: 0 };
    case "instant":
      return { type: "number", minimum: 0 };
    case "milliseconds":
      return { type: ["number", "null"] };
    case "flag":
      return { type: "boolean" };
    case "list":
      return { type: "array", items: { type: "string" } };
    case "word":
      return { enum: member.words };
  }
}
