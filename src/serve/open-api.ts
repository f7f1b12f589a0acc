import { ROUTES, type Route } from "./routes.js";

type Json = Readonly<Record<string, unknown>>;

const ERROR: Json = {
  type: "object",
  required: ["ok", "error"],
  properties: {
    ok: { const: false },
    error: {
      type: "object",
      required: ["code", "message"],
      properties: { code: { type: "string" }, message: { type: "string" }, hint: { type: "string" } },
    },
  },
};

/** Describes the interface as OpenAPI 3.1. */
export function openApi(version: string): Json {
  const paths = new Map<string, Record<string, Json>>();
  for (const route of ROUTES) {
    const path = paths.get(route.path) ?? {};
    path[route.method.toLowerCase()] = operation(route);
    paths.set(route.path, path);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "passkey-harness serve",
      version,
      description:
        "Simulated authenticators, their user and a browser client for pages in any browser. On loopback only; every request but those of pages carries the token. Under /wd/TOKEN, a WebDriver server whose virtual authenticators are these.",
    },
    servers: [{ url: "http://127.0.0.1:{port}", variables: { port: { default: "9802" } } }],
    security: [{ token: [] }],
    paths: Object.fromEntries(paths),
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
      schemas: { Error: ERROR },
    },
  };
}

function operation({ name, summary, body, gives = "application/json", path, method }: Route): Json {
  const status = method === "POST" && path === "/rigs" ? "201" : "200";
  return {
    operationId: name,
    summary,
    ...(path.includes("{id}") && {
      parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }],
    }),
    ...(body !== undefined && { requestBody: { content: { "application/json": { schema: body } } } }),
    responses: {
      [status]: { description: "Done", content: { [gives]: {} } },
      default: {
        description: "Refused: a stable code, a message and a hint",
        content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
      },
    },
  };
}
