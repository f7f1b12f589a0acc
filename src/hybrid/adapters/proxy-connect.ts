import { request as plainRequest } from "node:http";
import { request as tlsRequest } from "node:https";
import type { Socket } from "node:net";
import type { SecureContextOptions } from "node:tls";
import { TunnelRefusedError } from "../tunnel-refused-error.js";

export interface ProxyRoute {
  readonly proxy: string;
  readonly to: URL;
  readonly tls?: SecureContextOptions | undefined;
}

const PORTS: Readonly<Record<string, string>> = { "ws:": "80", "wss:": "443" };

/**
 * A connection through an HTTP proxy.
 *
 * @throws {TunnelRefusedError} when the proxy will not, or cannot be reached. Its status is not the service's, and
 *   so goes into the text alone.
 * @throws the signal's reason, when it aborts first.
 * @see RFC 9110 §9.3.6 (CONNECT)
 */
export function openProxySocket(route: ProxyRoute, signal: AbortSignal): Promise<Socket> {
  const proxy = parseProxy(route.proxy);
  const target = `${route.to.hostname}:${route.to.port === "" ? PORTS[route.to.protocol] : route.to.port}`;
  return new Promise((resolve, reject) => {
    const request = (proxy.protocol === "https:" ? tlsRequest : plainRequest)({
      host: proxy.hostname.replace(/^\[(.*)\]$/, "$1"),
      ...(proxy.port !== "" && { port: proxy.port }),
      method: "CONNECT",
      path: target,
      headers: { host: target, ...credentialsOf(proxy) },
      agent: false,
      signal,
      ...route.tls,
    });
    request.once("connect", ({ statusCode }, socket: Socket, head) => {
      if (statusCode !== 200) {
        socket.destroy();
        return reject(new TunnelRefusedError(`the proxy answered ${statusCode}`));
      }
      // A service waits for the client's first message, but a proxy may send bytes early.
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    request.once("response", ({ statusCode }) => {
      request.destroy();
      reject(new TunnelRefusedError(`the proxy answered ${statusCode}`));
    });
    request.once("error", (cause) => {
      if (signal.aborted) return reject(signal.reason as Error);
      reject(new TunnelRefusedError("the proxy cannot be reached", { cause }));
    });
    request.end();
  });
}

function parseProxy(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "http:" || url?.protocol === "https:") return url;
  // Not quoted: it may hold a password.
  throw new TunnelRefusedError("the proxy is not written http://HOST:PORT or https://HOST:PORT");
}

function credentialsOf({ username, password }: URL): Record<string, string> {
  if (username === "") return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { "proxy-authorization": `Basic ${Buffer.from(pair, "utf8").toString("base64")}` };
}
