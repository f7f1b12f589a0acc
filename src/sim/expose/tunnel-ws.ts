import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { VerifyClientCallbackAsync, WebSocket, WebSocketServer } from "ws";
import type { Env } from "../../core/env.js";
import { SEALED_BYTES_MAX, TUNNEL_SUBPROTOCOL } from "../../hybrid/protocol/constants.js";
import {
  RELAY_LIMIT_ROWS,
  relayLimitsIn,
  TunnelRelay,
  type RelayAnswer,
  type RelayLimits,
  type RelayRequest,
} from "../../hybrid/relay/relay.js";
import { refuse } from "../../hybrid/relay/relay-refusal.js";
import { ExposeError, exposeFailure } from "./expose-error.js";
import { isLoopback } from "./exposed-device.js";
import type { TlsIdentity } from "./tls-identity.js";
import { WsRelaySide } from "./ws-relay-side.js";

export interface WsTunnelServiceOptions extends Partial<RelayLimits> {
  /** `127.0.0.1` by default. */
  readonly host?: string;
  /** 0: any free one, see {@link WsTunnelService.port}. */
  readonly port: number;
  /**
   * Addresses other machines can reach. Messages are encrypted, but every client that reaches the address may use the
   * service.
   */
  readonly allowRemote?: boolean;
  /** Serves `wss://` with this; plain `ws://` without it. */
  readonly tls?: TlsIdentity;
  /** One way between a side and the service, in milliseconds; 0 by default. */
  readonly latencyMs?: number;
  /** Answers every upgrade with this status. */
  readonly httpStatus?: number;
  /**
   * Only upgrades with one of these in their `Origin` are let in, as `wss://cable.example`; every upgrade when absent.
   * Chromium and we name the service's own there, libwebauthn sends none.
   */
  readonly origins?: readonly string[];
  /** Connections kept at once, of which a tunnel has two; any number when absent. */
  readonly connectionsMax?: number;
}

const OPTIONS = parameters<WsTunnelServiceOptions>({
  ...RELAY_LIMIT_ROWS,
  host: maybe(shape.text),
  port: arg.port,
  allowRemote: maybe(shape.flag),
  tls: maybe(arg.object),
  latencyMs: maybe(shape.ms),
  httpStatus: maybe(arg.count),
  origins: maybe(shape.list(shape.text)),
  connectionsMax: maybe(arg.number),
});

/** A tunnel service on a real port, until it is disposed of. */
export interface WsTunnelService extends AsyncDisposable {
  /** What to dial: `ws://127.0.0.1:9801`. */
  readonly origin: string;
  readonly port: number;
  readonly relay: TunnelRelay;
}

/** Connections above the limit that are told so at once; more are closed without a word. */
const REFUSED_MAX = 64;

/** Time that a client may take to say what it wants, in milliseconds. */
const HEADERS_MS = 10_000;
const CHECKING = { connectionsCheckingInterval: HEADERS_MS / 2 };

/** Time that a side may take for the closing handshake, in milliseconds. */
const GOODBYE_MS = 1000;

/**
 * A tunnel service real clients and phones can use: the rules of {@link TunnelRelay} on real WebSockets.
 *
 * @throws {ExposeError} `EXPOSE_REMOTE_REFUSED`, `EXPOSE_ADDRESS_IN_USE`, `EXPOSE_FAILED`
 */
export async function wsTunnelService(env: Env, options: WsTunnelServiceOptions): Promise<WsTunnelService> {
  checkArguments("wsTunnelService", { env: [arg.env, env], options: [OPTIONS, options] });
  const { host = "127.0.0.1" } = options;
  if (!options.allowRemote && !isLoopback(host)) {
    throw new ExposeError("EXPOSE_REMOTE_REFUSED", `${host} is not this machine alone`, {
      hint: "set allowRemote (--allow-remote on the command line) where every machine that can reach the address may use the service",
    });
  }
  const { WebSocketServer: Sockets } = await import("ws");
  const service = new Service(env, Sockets, { ...options, host });
  await service.listen();
  return service;
}

type Admitted = Extract<RelayAnswer, { readonly status: 101 }>;

class Service implements WsTunnelService {
  readonly relay: TunnelRelay;
  readonly #env: Env;
  readonly #options: WsTunnelServiceOptions & { readonly host: string };
  readonly #sockets: WebSocketServer;
  readonly #server: Server;
  readonly #admitted = new WeakMap<IncomingMessage, Admitted>();

  /** Called by the package once it knows a WebSocket is wanted. */
  readonly #admit: VerifyClientCallbackAsync = ({ req }, done) => {
    const { httpStatus } = this.#options;
    if (httpStatus !== undefined) return done(false, httpStatus);
    const answer = this.#answerTo(readRequest(req));
    if ("join" in answer) {
      this.#admitted.set(req, answer);
      return done(true);
    }
    const { status, refusal } = answer;
    this.#env.trace.emit({ kind: "link.hybrid", stage: "tunnel-refused", httpStatus: status, code: refusal });
    // The name is the body of the answer.
    done(false, status, refusal);
  };

  constructor(
    env: Env,
    Sockets: typeof WebSocketServer,
    options: WsTunnelServiceOptions & { readonly host: string },
  ) {
    this.#env = env;
    this.#options = options;
    const sockets = new Sockets({
      noServer: true,
      perMessageDeflate: false,
      maxPayload: SEALED_BYTES_MAX,
      handleProtocols: () => TUNNEL_SUBPROTOCOL,
      verifyClient: this.#admit,
    });
    this.#sockets = sockets;
    this.relay = new TunnelRelay(env, relayLimitsIn(options));
    this.#server = options.tls ? createTlsServer({ ...options.tls, ...CHECKING }) : createServer(CHECKING);
    // Sockets that ask for nothing count as well; a few above the limit are let in to be told that it is full.
    const { connectionsMax } = options;
    if (connectionsMax !== undefined) this.#server.maxConnections = connectionsMax + REFUSED_MAX;
    this.#server.headersTimeout = HEADERS_MS;
    this.#server.requestTimeout = HEADERS_MS;
    this.#server.on("upgrade", (request, socket, head) => {
      // A client that breaks off is a client that left.
      socket.on("error", () => {});
      sockets.handleUpgrade(request, socket, head, (open) => this.#join(open, request));
    });
    this.#server.on("request", ({ method }, response) => {
      response.writeHead(method === "GET" ? 400 : 405, { connection: "close" }).end();
    });
    sockets.on("headers", (lines, request) => {
      const headers = Object.entries(this.#admitted.get(request)?.headers ?? {});
      lines.push(...headers.map(([name, value]) => `${name}: ${value}`));
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo | null)?.port ?? this.#options.port;
  }

  get origin(): string {
    const { host, tls } = this.#options;
    return `${tls ? "wss" : "ws"}://${host.includes(":") ? `[${host}]` : host}:${this.port}`;
  }

  async listen(): Promise<void> {
    try {
      this.#server.listen(this.#options.port, this.#options.host);
      await once(this.#server, "listening");
    } catch (cause) {
      throw exposeFailure(this.origin, cause);
    }
    this.#env.trace.emit({ kind: "link.opened", link: this.origin });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { origin } = this;
    this.relay.close();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    const disarm = this.#env.clock.arm(GOODBYE_MS, "tunnel.goodbye", () => {
      for (const socket of this.#sockets.clients) socket.terminate();
    });
    await closed;
    disarm();
    this.#env.trace.emit({ kind: "link.closed", link: origin });
  }

  /** What a service looks at before it looks for a tunnel. */
  #answerTo(request: RelayRequest): RelayAnswer {
    const { origins, connectionsMax = Infinity } = this.#options;
    if (origins && !origins.includes(request.header("origin") ?? "")) return refuse("wrong-origin");
    if (this.#sockets.clients.size >= connectionsMax) return refuse("full");
    return this.relay.admit(request);
  }

  #join(open: WebSocket, request: IncomingMessage): void {
    const { latencyMs = 0 } = this.#options;
    const admitted = this.#admitted.get(request);
    if (admitted) new WsRelaySide(this.#env, open, latencyMs).join(admitted.join);
  }
}

function readRequest({ url = "", headers }: IncomingMessage): RelayRequest {
  return {
    path: url,
    subprotocols: (headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim()),
    header: (name) => {
      const value = headers[name.toLowerCase()];
      return typeof value === "object" ? value.join(", ") : value;
    },
  };
}
