import { EVENTS } from "../../core/events/table.js";
import { FORMS, MACHINES } from "./read-mapping.js";

type Json = Readonly<Record<string, unknown>>;

const SCHEMA = 1;
const SCALAR = ["string", "number", "boolean"];

const text = (description: string): Json => ({ description, type: "string" });

const object = (properties: Json, required: readonly string[]): Json => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});

const SOURCE: Json = {
  anyOf: [
    { description: "a value as it is", type: SCALAR },
    object(
      {
        from: text("path of the member of the line that holds it: `req.id`"),
        as: {
          description:
            "as a text, a number, or the tag of the bytes that it holds; without it only numbers, flags and codes are taken",
          enum: ["text", "number", "credential"],
        },
      },
      ["from"],
    ),
  ],
};

const RULE: Json = object(
  {
    when: {
      description:
        "members that the line has to have, by path; a text between slashes is a regular expression",
      type: "object",
      additionalProperties: { type: SCALAR },
    },
    actor: text("who it tells of; `site` when absent"),
    event: {
      description: "the trace event that the line is, as trace-schema.json lists them",
      type: "object",
      properties: { kind: { enum: Object.keys(EVENTS) } },
      required: ["kind"],
      additionalProperties: { anyOf: [SOURCE, { type: "array", items: SOURCE }] },
    },
  },
  ["when", "event"],
);

/**
 * Writes out the format of mapping files as JSON Schema (draft-07).
 *
 * It cannot say which members an event has; a line that does not make its event is counted as left out.
 */
export function mappingSchema(): Json {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    $id: `urn:passkey-harness:incident-map:${SCHEMA}`,
    title: `passkey-harness mapping file, version ${SCHEMA}`,
    description:
      "How the lines of a site's own log are read: JSON, one document a line, or key=value (logfmt).",
    ...object(
      {
        schema: { const: SCHEMA },
        machine: { description: "whose machine wrote it; `server` when absent", enum: MACHINES },
        time: object(
          {
            from: text("path of the member with the time"),
            form: { description: "`iso` (RFC 3339, with or without a zone) when absent", enum: FORMS },
          },
          ["from"],
        ),
        ceremony: text("path of a member that is the same in all lines of one ceremony; becomes a tag"),
        requestId: text("path of the request id; becomes a tag"),
        challenge: text("path of the challenge, or of the clientDataJSON that holds it; becomes a tag"),
        lines: { type: "array", minItems: 1, items: RULE },
        shows: {
          description: "layers that the log would show, had it happened in its time",
          type: "array",
          items: { type: "string" },
        },
      },
      ["schema", "time", "lines"],
    ),
  };
}
