import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { toBase64url } from "../core/bytes.js";
import { isHarnessError } from "../core/errors.js";
import { systemEntropy, type Entropy } from "../core/entropy.js";
import { checkHost, checkNoPage, checkToken, isSameSecret } from "../loopback/guard.js";
import { json, parseJson, readBody, send, sendError } from "../loopback/http-messages.js";
import { listenOnLoopback, stopListening } from "../loopback/listen.js";
import { openApi } from "./open-api.js";
import { answerPage } from "./page-endpoint.js";
import { Rigs } from "./rigs.js";
import { ROUTES } from "./routes.js";
import { ServeError } from "../loopback/serve-error.js";
import { WebDriverProxy } from "./webdriver/webdriver-proxy.js";

export interface ControlServerOptions {
  /** Where to listen; any free port when absent. */
  readonly port?: number;
  /** What suites have to show; made anew when absent. At least 16 characters. */
  readonly token?: string;
  /** Address of a WebDriver server (chromedriver, geckodriver), for `/wd/TOKEN`. */
  readonly driverUrl?: string;
  /** Largest body of a request, in bytes; 1 000 000 when absent. */
  readonly bodyBytesMax?: number;
  /** In the description; of the package. */
  readonly version?: string;
  readonly entropy?: Entropy;
  /** Takes errors that are the server's own fault, of which a client learns nothing; dropped when absent. */
  readonly onFault?: (error: unknown) => void;
}

/** A control server that listens. */
export interface ControlServer extends AsyncDisposable {
  /** Without a slash at its end. */
  readonly url: string;
  readonly token: string;
  /** For a WebDriver client as the address of its server; absent without a driver. */
  readonly webDriverUrl?: string;
}

const TOKEN_BYTES = 24;
const TOKEN_LENGTH_MIN = 16;
const BODY_BYTES_MAX = 1_000_000;

/**
 * Begins to serve suites in other languages, on loopback only.
 *
 * @throws {ServeError} `SERVE_TOKEN`, `SERVE_ADDRESS_IN_USE`.
 *
 * @example
 * await using server = await controlServer({ driverUrl: "http://127.0.0.1:9515" });
 * console.log(server.webDriverUrl);
 */
export async function controlServer(options: ControlServerOptions = {}): Promise<ControlServer> {
  const { port = 0, driverUrl, entropy = systemEntropy } = options;
  const token = options.token ?? toBase64url(entropy.bytes(TOKEN_BYTES));
  if (token.length < TOKEN_LENGTH_MIN || !/^[\w.~-]+$/.test(token)) {
    throw new ServeError("SERVE_TOKEN", `a token has at least ${TOKEN_LENGTH_MIN} letters, digits or -._~`);
  }
  const rigs = new Rigs(entropy);
  let base = "";
  const proxy =
    driverUrl === undefined ? undefined : new WebDriverProxy({ rigs, driverUrl, base: () => base });
  const answer = answerer(options, { token, rigs, proxy, base: () => base });
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (!isHarnessError(error)) options.onFault?.(error);
      sendError(response, error);
    });
  });
  base = await listenOnLoopback(server, port);
  return {
    url: base,
    token,
    ...(proxy && { webDriverUrl: `${base}/wd/${token}` }),
    async [Symbol.asyncDispose]() {
      for (const hosted of rigs.all) rigs.close(hosted);
      await stopListening(server);
    },
  };
}

interface Parts {
  readonly token: string;
  readonly rigs: Rigs;
  readonly proxy: WebDriverProxy | undefined;
  readonly base: () => string;
}

function answerer(
  { bodyBytesMax = BODY_BYTES_MAX, version = "0" }: ControlServerOptions,
  { token, rigs, proxy, base }: Parts,
) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    checkHost(request.headers);
    const [path = "/"] = (request.url ?? "/").split("?");
    if (path.startsWith("/pages/")) return answerPage(rigs, base(), { request, response });
    checkNoPage(request.headers);
    const [, first, secret = ""] = path.split("/");
    if (first === "wd") {
      if (!isSameSecret(secret, token)) throw new ServeError("SERVE_TOKEN", "the address has another token");
      if (proxy === undefined) {
        throw new ServeError("SERVE_DRIVER", "there is no driver behind this server", {
          hint: "begin it with --driver http://127.0.0.1:9515",
        });
      }
      return proxy.answer(request, response, path.slice(`/wd/${secret}`.length));
    }
    if (path === "/status") return send(response, json({ ok: true, name: "passkey-harness", version }));
    checkToken(request.headers, token);
    if (path === "/openapi.json") return send(response, json(openApi(version)));
    const found = routeFor(request.method ?? "", path);
    const body = parseJson(await readBody(request, bodyBytesMax));
    send(response, await found.route.answer({ rigs, base: base(), id: found.id, body }));
  };
}

/** @throws {ServeError} `SERVE_NOT_FOUND`. */
function routeFor(method: string, path: string) {
  for (const route of ROUTES) {
    const pattern = new RegExp(`^${route.path.replace("{id}", "([\\w-]+)").replaceAll(".", "\\.")}$`);
    const match = pattern.exec(path);
    if (match !== null && route.method === method) return { route, id: match[1] ?? "" };
  }
  throw new ServeError("SERVE_NOT_FOUND", `there is no ${method} ${path}`, {
    hint: "GET /openapi.json lists what there is",
  });
}
