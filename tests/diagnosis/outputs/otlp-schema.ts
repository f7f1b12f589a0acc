/**
 * JSON Schema of an `ExportTraceServiceRequest`, written from opentelemetry-proto 1.x (trace/v1/trace.proto,
 * common/v1/common.proto, resource/v1/resource.proto) and the rules of OTLP/JSON: names in lowerCamelCase, ids as hex and
 * not as base64, 64-bit integers as decimal text, enums as integers. Unknown members are refused.
 */
const nano = { type: "string", pattern: "^(0|[1-9][0-9]{0,19})$" };
const traceId = { type: "string", pattern: "^(?!0{32})[0-9a-f]{32}$" };
const spanId = { type: "string", pattern: "^(?!0{16})[0-9a-f]{16}$" };

const object = (properties: object, required: readonly string[] = []) => ({
  type: "object",
  additionalProperties: false,
  properties,
  required,
});
const listOf = (items: object) => ({ type: "array", items });

const oneMember = (name: string, schema: object) => object({ [name]: schema }, [name]);
const anyValue = {
  oneOf: [
    oneMember("stringValue", { type: "string" }),
    oneMember("boolValue", { type: "boolean" }),
    oneMember("intValue", { type: "string", pattern: "^-?[0-9]{1,19}$" }),
    oneMember("doubleValue", { type: "number" }),
    oneMember("arrayValue", object({ values: listOf({ $ref: "#/definitions/anyValue" }) })),
  ],
};
const attributes = listOf(
  object({ key: { type: "string", minLength: 1 }, value: { $ref: "#/definitions/anyValue" } }, [
    "key",
    "value",
  ]),
);

const span = object(
  {
    traceId,
    spanId,
    parentSpanId: spanId,
    name: { type: "string", minLength: 1 },
    kind: { type: "integer", minimum: 0, maximum: 5 },
    startTimeUnixNano: nano,
    endTimeUnixNano: nano,
    attributes,
    events: listOf(
      object({ timeUnixNano: nano, name: { type: "string" }, attributes }, ["timeUnixNano", "name"]),
    ),
    links: listOf(object({ traceId, spanId, attributes }, ["traceId", "spanId"])),
    status: object({ code: { type: "integer", minimum: 0, maximum: 2 }, message: { type: "string" } }),
  },
  ["traceId", "spanId", "name", "kind", "startTimeUnixNano", "endTimeUnixNano"],
);

export const OTLP_SCHEMA = {
  $schema: "http://json-schema.org/draft-07/schema#",
  definitions: { anyValue },
  ...object(
    {
      resourceSpans: listOf(
        object({
          resource: object({ attributes }),
          scopeSpans: listOf(object({ scope: object({ name: { type: "string" } }), spans: listOf(span) })),
        }),
      ),
    },
    ["resourceSpans"],
  ),
};

export interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
  readonly events?: readonly { readonly timeUnixNano: string; readonly name: string }[];
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly status: { readonly code: number; readonly message?: string };
}

export interface OtlpFile {
  readonly resourceSpans: readonly {
    readonly resource: {
      readonly attributes: readonly {
        readonly key: string;
        readonly value: { readonly stringValue: string };
      }[];
    };
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
  }[];
}
