import { request as ask, type IncomingMessage, type ServerResponse } from "node:http";
import { readBody, send, type Answer } from "../../loopback/http-messages.js";
import type { Rigs } from "../rigs.js";
import { ServeError } from "../../loopback/serve-error.js";
import { runAuthenticatorCommand } from "./authenticator-commands.js";
import { wireFault, WireFault } from "./wire.js";

export interface WebDriverProxyDeps {
  readonly rigs: Rigs;
  /** Of the driver behind. */
  readonly driverUrl: string;
  /** Address of this server. */
  readonly base: () => string;
}

/** A new session may bring browser extensions with it. */
const BODY_BYTES_MAX = 64_000_000;

const AUTHENTICATORS = /^\/session\/([^/]+)\/webauthn\/authenticator(?:\/(.+))?$/;
const WINDOW = /^\/session\/([^/]+)\/window$/;
const SESSION = /^\/session\/([^/]+)$/;

interface Forwarded {
  readonly body: Buffer;
  readonly type?: string | undefined;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
}

/** A WebDriver server whose commands are a driver's, but for those of virtual authenticators. */
export class WebDriverProxy {
  readonly #deps: WebDriverProxyDeps;
  readonly #driver: URL;

  constructor(deps: WebDriverProxyDeps) {
    this.#deps = deps;
    this.#driver = driverAt(deps.driverUrl);
  }

  /** @param path of the command, such as `/session`. */
  async answer(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const { method = "GET" } = request;
    try {
      const body = await readBody(request, BODY_BYTES_MAX);
      const [, session, rest] = AUTHENTICATORS.exec(path) ?? [];
      const done =
        session === undefined ? { driver: body } : await this.#authenticator({ session, rest, method, body });
      if (!("driver" in done)) return send(response, done);
      const over = new AbortController();
      response.once("close", () => over.abort());
      const type = request.headers["content-type"];
      const answer = await this.#forward(method, path, { body: done.driver, type, signal: over.signal });
      const ended = method === "DELETE" ? sessionEndedBy(path, answer) : undefined;
      if (ended !== undefined) this.#deps.rigs.closeSession(ended);
      send(response, answer);
    } catch (error) {
      send(response, wireFault(error));
    }
  }

  #authenticator({
    session,
    rest,
    method,
    body,
  }: {
    readonly session: string;
    readonly rest: string | undefined;
    readonly method: string;
    readonly body: Buffer;
  }): Promise<Answer | { readonly driver: Buffer }> {
    const { rigs, base } = this.#deps;
    return runAuthenticatorCommand(
      { rigs, base, devTools: (of, command, parameters) => this.#devTools(of, command, parameters) },
      { session, method, body, rest: rest === undefined ? [] : rest.split("/").map(decoded) },
    );
  }

  /** @see chromedriver, "Execute CDP Command" */
  async #devTools(session: string, cmd: string, params: object): Promise<unknown> {
    const body = Buffer.from(JSON.stringify({ cmd, params }));
    const answer = await this.#forward("POST", `/session/${session}/goog/cdp/execute`, { body });
    if (answer.status === 200) return JSON.parse(answer.text) as unknown;
    const { error, message } = refusalIn(answer);
    if (error === "invalid session id" || error === "no such window") throw new WireFault(error, message);
    const text = `the driver cannot put a script into the pages of this session: ${error}`;
    throw new ServeError("SERVE_DRIVER", text, {
      hint: "that takes chromedriver; with another driver put the script of a rig into the page itself (GET /rigs/ID/script)",
    });
  }

  /** @throws {ServeError} `SERVE_DRIVER`. */
  #forward(
    method: string,
    path: string,
    { body, type = "application/json", signal }: Forwarded,
  ): Promise<Answer> {
    const { hostname, port, pathname, protocol } = this.#driver;
    // An IPv6 address stands in brackets in a URL alone.
    const target = {
      protocol,
      hostname: hostname.replace(/^\[|\]$/g, ""),
      port,
      path: `${pathname.replace(/\/$/, "")}${path}`,
      method,
    };
    const headers = { "content-type": type, "content-length": body.length };
    return new Promise((resolve, reject) => {
      const fail = (cause: unknown) => {
        const text = `no WebDriver server answers at ${this.#driver.origin}`;
        reject(
          new ServeError("SERVE_DRIVER", text, {
            cause,
            hint: "start chromedriver or geckodriver there",
            aftermath: "unknown",
          }),
        );
      };
      const sent = ask({ ...target, headers, ...(signal && { signal }) }, (answer) => {
        readBody(answer, BODY_BYTES_MAX).then((bytes) => {
          const given = answer.headers["content-type"];
          resolve({
            status: answer.statusCode ?? 502,
            ...(given !== undefined && { type: given }),
            text: bytes.toString("utf8"),
          });
        }, fail);
      });
      sent.once("error", fail);
      sent.end(body);
    });
  }
}

/** Returns the session that the driver ended: by the command for it, or with the last of its windows. */
function sessionEndedBy(path: string, { status = 200, text }: Answer): string | undefined {
  if (status !== 200) return SESSION.exec(path)?.[1];
  const [, session] = WINDOW.exec(path) ?? [];
  const left = session === undefined ? undefined : valueIn(text);
  return Array.isArray(left) && left.length === 0 ? session : SESSION.exec(path)?.[1];
}

/** Returns the driver's own words of why it refused. */
function refusalIn({ status = 0, text }: Answer): { readonly error: string; readonly message: string } {
  const value = (valueIn(text) ?? {}) as { readonly error?: unknown; readonly message?: unknown };
  const error = typeof value.error === "string" ? value.error : `HTTP ${status}`;
  return { error, message: typeof value.message === "string" ? value.message : error };
}

function valueIn(text: string): unknown {
  try {
    return (JSON.parse(text) as { readonly value?: unknown } | null)?.value;
  } catch {
    return undefined;
  }
}

/** @throws {WireFault} `invalid argument`. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new WireFault("invalid argument", "a part of the path is not percent-encoded as it should be");
  }
}

/** @throws {ServeError} `SERVE_DRIVER` for what is no http address. */
function driverAt(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "http:" && url.username === "" && url.search === "") return url;
  throw new ServeError(
    "SERVE_DRIVER",
    "the driver is named by an http address, such as http://127.0.0.1:9515",
  );
}
