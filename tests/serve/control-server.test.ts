/** The control server as suites in other languages meet it: over HTTP, with and without what it asks for. */
import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { controlServer, type ControlServer } from "../../src/serve/control-server.js";
import { openApi } from "../../src/serve/open-api.js";
import { ROUTES } from "../../src/serve/routes.js";

let server: ControlServer;

beforeAll(async () => {
  server = await controlServer({ bodyBytesMax: 2_000 });
});

afterAll(() => server[Symbol.asyncDispose]());

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** node:http and not fetch: only it lets a test choose the header Host. */
function ask(path: string, { method = "GET", headers = {}, body = "" }: Asked = {}) {
  return new Promise<{ readonly status: number | undefined; readonly text: string }>((resolve, reject) => {
    const sent = request(`${server.url}${path}`, { method, headers }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (part: string) => (text += part));
      answer.on("end", () => resolve({ status: answer.statusCode, text }));
    });
    sent.on("error", reject).end(body);
  });
}

const authorized = () => ({ authorization: `Bearer ${server.token}` });

async function told(path: string, asked: Asked = {}) {
  const { status, text } = await ask(path, { ...asked, headers: { ...authorized(), ...asked.headers } });
  return { status, json: JSON.parse(text) as Record<string, never> & { error: { code: string } } };
}

const newRig = (body: object = {}) => told("/rigs", { method: "POST", body: JSON.stringify(body) });

describe("refuses", () => {
  test.each([
    ["no token", "/rigs", {}, 401, "SERVE_TOKEN"],
    ["another token", "/rigs", { authorization: "Bearer nobody-knows-this" }, 401, "SERVE_TOKEN"],
    ["a name that was made to point here", "/status", { host: "rebound.example" }, 403, "SERVE_HOST"],
    ["a page", "/status", { origin: "https://shop.example" }, 403, "SERVE_ORIGIN"],
    ["a page that asks for a picture", "/status", { "sec-fetch-site": "cross-site" }, 403, "SERVE_ORIGIN"],
    ["another token in the address", "/wd/nobody-knows-this/status", {}, 401, "SERVE_TOKEN"],
  ])("%s", async (_, path, headers, status, code) => {
    const answer = await ask(path, { headers });
    expect([answer.status, (JSON.parse(answer.text) as { error: { code: string } }).error.code]).toEqual([
      status,
      code,
    ]);
    expect(answer.text).not.toContain(server.token);
  });

  test.each([
    ["a route that is none", "/nothing", {}, 404, "SERVE_NOT_FOUND"],
    ["a rig that is none", "/rigs/rig-99/verdict", {}, 404, "SERVE_NOT_FOUND"],
    ["what is no JSON", "/rigs", { method: "POST", body: "{" }, 400, "SERVE_BODY"],
    ["a member that is none", "/rigs", { method: "POST", body: `{"tmie":"real"}` }, 400, "SERVE_BODY"],
    [
      "a body that is too large",
      "/rigs",
      { method: "POST", body: `"${"x".repeat(2_001)}"` },
      413,
      "SERVE_TOO_LARGE",
    ],
    [
      "a knob that is none",
      "/rigs",
      { method: "POST", body: `{"knobs":{"key.touchDelay":1}}` },
      422,
      "KNOB_UNKNOWN",
    ],
  ])("%s", async (_, path, asked, status, code) => {
    const { status: given, json } = await told(path, asked);
    expect([given, json.error.code]).toEqual([status, code]);
  });

  test("a driver where there is none", async () => {
    const { status, text } = await ask(`/wd/${server.token}/status`);
    expect([status, text]).toEqual([502, expect.stringContaining("SERVE_DRIVER")]);
  });

  test("a token that is too short, and a port that is taken", async () => {
    await expect(controlServer({ token: "short" })).rejects.toMatchObject({ code: "SERVE_TOKEN" });
    const port = Number(new URL(server.url).port);
    await expect(controlServer({ port })).rejects.toMatchObject({ code: "SERVE_ADDRESS_IN_USE" });
  });
});

describe("a rig", () => {
  test("is made, listed, set, told of and deleted", async () => {
    const made = await newRig({ knobs: { "key.touchDelayMs": 98_000 } });
    expect(made.status).toBe(201);
    const { id, page, script } = made.json as unknown as Record<"id" | "page" | "script", string>;
    expect(script).toBe(`${page}/script.js`);
    expect(JSON.stringify((await told("/rigs")).json)).toContain(id);
    const set = { method: "PATCH", body: `{"key.touchDelayMs":null}` };
    expect((await told(`/rigs/${id}/knobs`, set)).status).toBe(200);
    expect((await told(`/rigs/${id}/advance`, { method: "POST", body: `{"durationMs":5000}` })).status).toBe(
      200,
    );
    const trace = await ask(`/rigs/${id}/trace`, { headers: authorized() });
    expect(trace.text).toContain("run.started");
    const report = await ask(`/rigs/${id}/report.html`, { headers: authorized() });
    expect(report.text).toMatch(/^<!doctype html>/i);
    expect((await told(`/rigs/${id}/credentials`)).json).toEqual({ credentials: [] });
    expect((await told(`/rigs/${id}`, { method: "DELETE" })).status).toBe(200);
    expect((await told(`/rigs/${id}/verdict`)).status).toBe(404);
  });

  test("answers pages under its own key, from any origin, and no other way", async () => {
    const { json } = await newRig();
    const { page } = json as unknown as { readonly page: string };
    const path = new URL(page).pathname;
    const message = { do: "ask", about: "platform-authenticator", document: "d" };
    const headers = { origin: "https://shop.example" };
    const answer = await ask(path, { method: "POST", headers, body: JSON.stringify(message) });
    expect([answer.status, answer.text]).toEqual([200, `{"value":false}`]);
    const call = {
      do: "call",
      document: "d",
      request: 1,
      atMs: 0,
      facts: { origin: "https://bank.example", isAllowed: true, hasFocus: true },
      call: { method: "get", options: { challenge: "AAAA" } },
    };
    const lied = await ask(path, { method: "POST", headers, body: JSON.stringify(call) });
    expect([lied.status, lied.text]).toEqual([403, expect.stringContaining("SERVE_ORIGIN")]);
    const guessed = await ask(`${path}x`, { method: "POST", headers, body: JSON.stringify(message) });
    expect([guessed.status, guessed.text]).toEqual([401, expect.stringContaining("SERVE_TOKEN")]);
    const odd = await ask(path, { method: "POST", headers, body: `{"do":"everything"}` });
    expect([odd.status, odd.text]).toEqual([400, expect.stringContaining("SERVE_BODY")]);
  });

  test("that is deleted leaves no page waiting", async () => {
    const { json } = await newRig({ knobs: { "key.touchDelayMs": null } });
    const { id, page } = json as unknown as Record<"id" | "page", string>;
    const path = new URL(page).pathname;
    const asked = (message: object) =>
      ask(path, { method: "POST", body: JSON.stringify({ document: "d", ...message }) });
    const report = { nowMs: 0, oneShots: [], openCalls: 0, activity: 0 };
    const turn = asked({ do: "turn", report });
    const call = asked({
      do: "call",
      request: 1,
      atMs: 0,
      facts: { origin: "http://localhost", isAllowed: true, hasFocus: true },
      call: { method: "get", options: { challenge: "AAAA", rpId: "localhost" } },
    });
    const isAsked = async () => {
      const { text } = await ask(`/rigs/${id}/trace`, { headers: authorized() });
      return text.includes("page.called");
    };
    while (!(await isAsked()));
    await told(`/rigs/${id}`, { method: "DELETE" });
    expect(JSON.parse((await call).text)).toMatchObject({ fault: { name: "NotAllowedError" } });
    expect(JSON.parse((await turn).text)).toEqual({ nowMs: 0 });
  });

  test("that is none says so to pages of every origin", async () => {
    const { port } = new URL(server.url);
    const answer = await fetch(`http://127.0.0.1:${port}/pages/rig-99/key`, { method: "POST", body: "{}" });
    expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([404, "*"]);
  });

  test("is one of 64 at most", async () => {
    await using small = await controlServer();
    const statuses = await Promise.all(
      Array.from({ length: 65 }, async () => {
        const made = await fetch(`${small.url}/rigs`, {
          method: "POST",
          headers: { authorization: `Bearer ${small.token}` },
        });
        return made.status;
      }),
    );
    expect(statuses.filter((status) => status === 429)).toHaveLength(1);
  });
});

test("the description has every route, and nothing else", async () => {
  const described = openApi("1") as {
    readonly paths: Record<string, Record<string, { operationId: string }>>;
  };
  const operations = Object.entries(described.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(operations.sort()).toEqual(ROUTES.map(({ method, path }) => `${method} ${path}`).sort());
  expect((await told("/openapi.json")).json).toMatchObject({ openapi: "3.1.0" });
});
