import { CLEAN_UP_MS } from "../../core/clean-up.js";
import { certificateHint } from "../../core/certificate-hint.js";
import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import type { IncomingMessage } from "node:http";
import { isIP, type Socket } from "node:net";
import { connect as connectTls, type SecureContextOptions } from "node:tls";
import type { ClientOptions, WebSocket } from "ws";
import { REDIRECTS_MAX, SEALED_BYTES_MAX, TUNNEL_SUBPROTOCOL } from "../protocol/constants.js";
import type { OpenedTunnel, TunnelDialer, TunnelOpening } from "../ports.js";
import { openProxySocket } from "./proxy-connect.js";
import { TunnelRefusedError } from "../tunnel-refused-error.js";
import { WsTunnel } from "./ws-tunnel.js";

export interface WsDialerOptions {
  /**
   * Origin dialled in place of the one a URL names, such as `ws://127.0.0.1:9801`: a relay of one's own stands in
   * for every tunnel service. Redirects away from it are followed.
   */
  readonly service?: string | undefined;
  /** Certificates to trust instead of the system's, and what else TLS takes. */
  readonly tls?: (SecureContextOptions & { readonly rejectUnauthorized?: boolean }) | undefined;
  /** Proxy for a URL, `http://` or `https://`, with user and password where it wants them; none by default. */
  readonly proxy?: ((url: URL) => string | undefined) | undefined;
}

const OPTIONS = parameters<WsDialerOptions>({
  service: maybe(shape.text),
  tls: maybe(arg.object),
  proxy: maybe(arg.callable),
});

/** A peer that does not answer the closing handshake holds no socket open for long. The package's types lag behind. */
const CLOSING = { closeTimeout: CLEAN_UP_MS };

/** Schemes a service may answer a redirect with, as the scheme that is dialled. */
const SCHEMES: Readonly<Record<string, string>> = {
  "ws:": "ws:",
  "wss:": "wss:",
  "http:": "ws:",
  "https:": "wss:",
};

/** Tunnels through real WebSockets. */
export function wsDialer(options: WsDialerOptions = {}): TunnelDialer {
  checkArguments("wsDialer", { options: [OPTIONS, options] });
  return {
    async open(url, opening, signal) {
      const asked = new URL(url);
      let here = relocated(asked, { asked, service: options.service });
      for (let redirects = 0; redirects <= REDIRECTS_MAX; redirects++) {
        const outcome = await attempt({ url: here, origin: asked.origin, opening, options }, signal);
        if (outcome.kind === "open") return outcome.opened;
        here = relocated(redirected(here, outcome.location), { asked, service: options.service });
      }
      throw new TunnelRefusedError(`the tunnel service redirects more than ${REDIRECTS_MAX} times`);
    },
  };
}

interface Attempt {
  readonly url: URL;
  /** Of the URL that was asked for, as Chromium has it; redirects do not change it. */
  readonly origin: string;
  readonly opening: TunnelOpening;
  readonly options: WsDialerOptions;
}

type Outcome =
  | { readonly kind: "open"; readonly opened: OpenedTunnel }
  | { readonly kind: "redirect"; readonly location: string };

async function attempt({ url, origin, opening, options }: Attempt, signal: AbortSignal): Promise<Outcome> {
  signal.throwIfAborted();
  const { WebSocket: Client } = await import("ws");
  const proxy = options.proxy?.(url);
  const raw =
    proxy === undefined ? undefined : await openProxySocket({ proxy, to: url, tls: options.tls }, signal);
  const socket = new Client(url, TUNNEL_SUBPROTOCOL, {
    origin,
    headers: { ...opening.headers },
    perMessageDeflate: false,
    maxPayload: SEALED_BYTES_MAX,
    followRedirects: false,
    ...CLOSING,
    ...options.tls,
    ...(raw && { createConnection: through(raw, { url, tls: options.tls }) }),
  });
  // Before anything else: a service may send its first message together with its answer to the upgrade.
  const tunnel = new WsTunnel(socket);
  return upgraded(socket, tunnel, signal);
}

function upgraded(socket: WebSocket, tunnel: WsTunnel, signal: AbortSignal): Promise<Outcome> {
  return new Promise<Outcome>((resolve, reject) => {
    let answer: IncomingMessage | undefined;
    const onAbort = () => {
      reject(signal.reason as Error);
      socket.terminate();
    };
    const settled = () => signal.removeEventListener("abort", onAbort);
    signal.addEventListener("abort", onAbort, { once: true });
    socket.once("upgrade", (response) => (answer = response));
    socket.once("open", () => {
      settled();
      resolve({ kind: "open", opened: { tunnel, header: (name) => valuesOf(answer, name) } });
    });
    socket.once("unexpected-response", (request, response) => {
      settled();
      // The body of a refusal is not read.
      request.destroy();
      const { statusCode = 0, headers } = response;
      const isRedirect = statusCode >= 300 && statusCode < 400 && headers.location !== undefined;
      if (isRedirect) resolve({ kind: "redirect", location: headers.location as string });
      else reject(refusal(statusCode));
    });
    socket.once("error", (cause) => {
      settled();
      reject(unreachable(cause, answer));
    });
  });
}

/** @param httpStatus of the answer to the upgrade. */
function refusal(httpStatus: number): TunnelRefusedError {
  return new TunnelRefusedError(`the tunnel service answered ${httpStatus}`, { httpStatus });
}

/** The upgrade was answered in a way no WebSocket opens from, or was not answered at all. */
function unreachable(cause: Error, answer: IncomingMessage | undefined): TunnelRefusedError {
  if (answer) return new TunnelRefusedError(`the tunnel service speaks no ${TUNNEL_SUBPROTOCOL}`, { cause });
  const { code } = cause as { readonly code?: unknown };
  if (typeof code === "string" && code.startsWith("HPE_")) {
    return new TunnelRefusedError(`what answers is no tunnel service: its HTTP cannot be read (${code})`, {
      cause,
      hint: "another program listens there, or a proxy on the way answers in its place",
    });
  }
  const why = typeof code === "string" ? ` (${code})` : "";
  const refusedCertificate = typeof code === "string" ? certificateHint(code) : undefined;
  return new TunnelRefusedError(`the tunnel service cannot be reached${why}`, {
    cause,
    hint:
      refusedCertificate === undefined
        ? "Is this machine online? Behind a proxy, HTTPS_PROXY names it for the command line."
        : `${refusedCertificate}, or give it to the dialer as ca (--tunnel-ca on the command line)`,
  });
}

/** The URL with the stand-in's origin, if it was the asked-for service's. */
function relocated(
  url: URL,
  { asked, service }: { readonly asked: URL; readonly service: string | undefined },
): URL {
  if (service === undefined || url.origin !== asked.origin) return url;
  return new URL(url.pathname + url.search, service);
}

function redirected(from: URL, location: string): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  const scheme = to && SCHEMES[to.protocol];
  if (to === undefined || scheme === undefined) {
    throw new TunnelRefusedError("the tunnel service redirects to nowhere a tunnel leads");
  }
  const target = new URL(to.href.replace(/^[a-z]+:/i, scheme));
  if (from.protocol === "wss:" && target.protocol === "ws:") {
    throw new TunnelRefusedError("the tunnel service redirects from an encrypted connection to a plain one");
  }
  return target;
}

/** All values of a header, as they came: node joins repeated ones. */
function valuesOf(response: IncomingMessage | undefined, name: string): readonly string[] {
  const values: string[] = [];
  const raw = response?.rawHeaders ?? [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    if (raw[at]?.toLowerCase() === name.toLowerCase()) values.push(raw[at + 1] as string);
  }
  return values;
}

function through(
  raw: Socket,
  { url, tls }: { readonly url: URL; readonly tls: WsDialerOptions["tls"] },
): NonNullable<ClientOptions["createConnection"]> {
  if (url.protocol !== "wss:") return () => raw;
  // TLS knows names only; an address is checked against the certificate all the same.
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  return () => connectTls({ ...tls, socket: raw, host, ...(isIP(host) === 0 && { servername: host }) });
}
