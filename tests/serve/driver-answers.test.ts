/** What drivers answer beside what was asked for: a driver of the test's own stands behind the server. */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { controlServer, type ControlServer } from "../../src/serve/control-server.js";

type Answer = (response: ServerResponse) => void;

/** By method and path. */
const answers = new Map<string, Answer>();
const driver = createServer((request, response) => {
  const answer = answers.get(`${request.method} ${request.url}`);
  request.resume();
  if (answer === undefined) response.writeHead(404).end(`{"value":{"error":"unknown command"}}`);
  else answer(response);
});
let server: ControlServer;

beforeAll(async () => {
  await new Promise<void>((resolve) => driver.listen(0, "127.0.0.1", resolve));
  server = await controlServer({ driverUrl: `http://127.0.0.1:${(driver.address() as AddressInfo).port}` });
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  driver.closeAllConnections();
  await new Promise((resolve) => driver.close(resolve));
});

const value =
  (of: unknown, status = 200): Answer =>
  (response) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ value: of }));

const AUTHENTICATOR = JSON.stringify({ protocol: "ctap2", transport: "usb" });

async function command(method: string, path: string, body?: string) {
  const answer = await fetch(`${server.webDriverUrl}${path}`, {
    method,
    ...(body !== undefined && { body }),
  });
  const { value: of } = (await answer.json()) as { readonly value: unknown };
  return { status: answer.status, value: of };
}

async function rigs(): Promise<string> {
  const answer = await fetch(`${server.url}/rigs`, { headers: { authorization: `Bearer ${server.token}` } });
  return answer.text();
}

test.each([
  ["invalid session id", "no such session", 404],
  ["no such window", "target window already closed", 404],
])("an authenticator for a session with an %s has the driver's error", async (error, message, status) => {
  answers.set("POST /session/gone/goog/cdp/execute", value({ error, message }, 404));
  const added = await command("POST", "/session/gone/webauthn/authenticator", AUTHENTICATOR);
  expect(added).toMatchObject({ status, value: { error, message } });
});

test("a driver that cannot carry it out is quoted", async () => {
  answers.set("POST /session/old/goog/cdp/execute", value({ error: "unknown command", message: "no" }, 404));
  const added = await command("POST", "/session/old/webauthn/authenticator", AUTHENTICATOR);
  expect(added).toMatchObject({ status: 500, value: { error: "unsupported operation" } });
  expect(JSON.stringify(added.value)).toContain("this session: unknown command");
});

test("a session ends with the last of its windows, and so do its authenticators", async () => {
  answers.set("POST /session/one/goog/cdp/execute", value({ identifier: "1" }));
  const { value: id } = await command("POST", "/session/one/webauthn/authenticator", AUTHENTICATOR);
  answers.set("DELETE /session/one/window", value(["other"]));
  await command("DELETE", "/session/one/window");
  expect(await rigs()).toMatch(new RegExp(`"id":"${String(id)}"[^}]*"isClosed":false`));
  answers.set("DELETE /session/one/window", value([]));
  await command("DELETE", "/session/one/window");
  expect(await rigs()).toMatch(new RegExp(`"id":"${String(id)}"[^}]*"isClosed":true`));
});

test("a command whose client is gone is ended at the driver too", async () => {
  let end = () => {};
  const ended = new Promise<void>((resolve) => (end = resolve));
  const over = new AbortController();
  answers.set("GET /session/slow/url", (response) => {
    response.once("close", end);
    over.abort();
  });
  const asked = fetch(`${server.webDriverUrl}/session/slow/url`, { signal: over.signal });
  await expect(asked).rejects.toThrow();
  await ended;
});
