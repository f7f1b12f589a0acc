import { isIPv6 } from "node:net";
import { UsageError } from "../command.js";

interface HostAndPortOptions {
  /** Whether port 0, any free one, may be asked for. */
  readonly zero?: boolean;
  /** Name of the option that takes it. */
  readonly option?: string;
}

/** `HOST:PORT`; an IPv6 host may stand in brackets. @throws {UsageError} USAGE */
export function hostAndPort(text: string, options: HostAndPortOptions = {}) {
  const at = text.lastIndexOf(":");
  const host = text.slice(0, at).replace(/^\[(.*)\]$/, "$1");
  // `127.0.0.1:8121:7122` names no host of that name.
  if (host.includes(":") && !isIPv6(host)) throw notHostAndPort(text, options);
  const port = Number(text.slice(at + 1));
  const lowest = options.zero ? 0 : 1;
  if (at < 1 || !Number.isInteger(port) || port < lowest || port > 65_535) {
    throw notHostAndPort(text, options);
  }
  return { host, port };
}

function notHostAndPort(text: string, { option, zero }: HostAndPortOptions): UsageError {
  const message =
    option === undefined ? `"${text}" is not HOST:PORT` : `--${option} takes HOST:PORT, not "${text}"`;
  return new UsageError("USAGE", message, {
    hint: `for example 127.0.0.1:8111; ports go from ${zero ? "0 (any free one)" : "1"} to 65535`,
  });
}

/** A device behind datagrams, and the local address it answers to where that is fixed. */
export interface UdpPlace {
  readonly host: string;
  readonly port: number;
  readonly bind?: { readonly host: string; readonly port: number };
}

const LOCAL_PORT = /^(.+:\d+):(\d+)$/;

/**
 * `HOST:PORT`, or `HOST:PORT:LOCAL` for a device that answers one port of this machine and no other.
 *
 * @throws {UsageError} USAGE
 */
export function udpPlace(text: string): UdpPlace {
  const [, remote, local] = LOCAL_PORT.exec(text) ?? [];
  // An IPv6 host without brackets has colons of its own.
  if (remote === undefined || local === undefined || isIPv6(text.slice(0, text.lastIndexOf(":")))) {
    return hostAndPort(text);
  }
  const place = hostAndPort(remote);
  const anyHost = isIPv6(place.host) ? "::" : "0.0.0.0";
  const localHost = isLoopback(place.host) ? place.host : anyHost;
  return { ...place, bind: { host: localHost, port: hostAndPort(`local:${local}`).port } };
}

function isLoopback(host: string): boolean {
  return host === "::1" || host === "localhost" || /^127\./.test(host);
}
