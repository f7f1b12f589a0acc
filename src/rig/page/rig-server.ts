import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { checkHost, checkNoPage } from "../../loopback/guard.js";
import { json, parseJson, readBody, send, sendError } from "../../loopback/http-messages.js";
import { listenOnLoopback, stopListening } from "../../loopback/listen.js";
import { ServeError } from "../../loopback/serve-error.js";
import type { Hardware } from "../hardware/hardware.js";
import type { Rig } from "../rig.js";
import { Controller, type ControllerProtocol } from "./controller.js";
import { rigStatus } from "./rig-status.js";
import { STATUS_PAGE, STATUS_SCRIPT } from "./status-page.js";

export interface RigServerOptions {
  /** Any free one when absent. */
  readonly port?: number;
  /** Protocols by which other tools may press keys and cut their power; none when absent. */
  readonly protocols?: readonly ControllerProtocol[];
  /** Label of the key that is pressed where a protocol names none. */
  readonly key?: string;
  /** Fingers and switches; needed for protocols. */
  readonly hardware?: Hardware;
}

const OPTIONS = parameters<RigServerOptions>({
  port: maybe(arg.port),
  protocols: maybe(shape.list(shape.oneOf(["controller", "conformance"]))),
  key: maybe(shape.text),
  hardware: maybe(arg.having("hardware, as systemHardware(tell) makes it,", "run")),
});

/** A status page that is being served. */
export interface RigServer extends AsyncDisposable {
  /** Without a slash at its end. */
  readonly url: string;
}

const BODY_BYTES_MAX = 1_000_000;
/** The page's own script and data and nothing else. */
const POLICY = "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; connect-src 'self'";

/**
 * Serves the status page of a rig on loopback, and answers the protocols by which other tools press its keys.
 *
 * The page changes nothing. The protocols know no token: any process of this machine may press; pages of browsers may not.
 *
 * @param rig as `openRig` opens it.
 * @param options port, protocols, and the key that they mean.
 * @returns the server that listens.
 * @throws {ServeError} `SERVE_ADDRESS_IN_USE`.
 *
 * @example
 * await using server = await rigServer(rig, { port: 9803 });
 * console.log(server.url);
 */
export async function rigServer(rig: Rig, options: RigServerOptions = {}): Promise<RigServer> {
  checkArguments("rigServer", {
    rig: [arg.with("a rig, as openRig(env, inventory) opens it,", "leases", "inventory"), rig],
    options: [OPTIONS, options],
  });
  const { port = 0, protocols = [], hardware, key } = options;
  const controller =
    hardware === undefined
      ? undefined
      : new Controller(rig.env, rig, { hardware, ...(key !== undefined && { key }) });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    checkHost(request.headers);
    const { method = "" } = request;
    const [path = "/"] = (request.url ?? "/").split("?");
    if (method === "GET" && path === "/") return sendPage(response);
    if (method === "GET" && path === "/status.js") {
      return send(response, { type: "text/javascript; charset=utf-8", text: STATUS_SCRIPT });
    }
    if (method === "GET" && path === "/status.json") return send(response, json(await rigStatus(rig)));
    // From here on something is moved: no page of a browser may ask for it.
    checkNoPage(request.headers);
    const body = async () => parseJson(await readBody(request, BODY_BYTES_MAX));
    for (const protocol of protocols) {
      const answered = await controller?.answer(protocol, { method, path, body });
      if (answered !== undefined) return send(response, answered);
    }
    throw new ServeError("SERVE_NOT_FOUND", `there is no ${method} ${path}`, {
      hint: protocols.length === 0 ? "rig serve --protocol answers other tools" : "the status page is at /",
    });
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => sendError(response, error));
  });
  const url = await listenOnLoopback(server, port);
  return {
    url,
    async [Symbol.asyncDispose]() {
      await stopListening(server);
      await controller?.end();
    },
  };
}

function sendPage(response: ServerResponse): void {
  response.setHeader("content-security-policy", POLICY);
  send(response, { type: "text/html; charset=utf-8", text: STATUS_PAGE });
}
