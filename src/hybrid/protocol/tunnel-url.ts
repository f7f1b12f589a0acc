import { fromBase64url, fromHex, toBase64url, toHex } from "../../core/bytes.js";
import { ROUTING_ID_BYTES, TUNNEL_ID_BYTES } from "./constants.js";
import { HybridError } from "./hybrid-error.js";

/** Who meets whom at a tunnel service. */
export type TunnelRequest =
  /** A phone that scanned a code waits for its client. */
  | { readonly method: "new"; readonly tunnelId: Uint8Array }
  /** A client that heard the phone, or a linked phone that was woken, joins it. */
  | { readonly method: "connect"; readonly routingId: Uint8Array; readonly tunnelId: Uint8Array }
  /** A client asks the service to wake a linked phone. */
  | { readonly method: "contact"; readonly contactId: Uint8Array }
  /** A linked phone waits to be woken. Of this project's own relay: elsewhere the phone's maker pushes. */
  | { readonly method: "push"; readonly contactId: Uint8Array };

export interface UrlStyle {
  /** Chromium writes hex digits in upper case, others in lower; services take both. */
  readonly hexCase?: "upper" | "lower";
}

/**
 * Path of a request, as every client and phone writes it.
 *
 * @see CTAP 2.2 §11.5.1 (connecting to the tunnel service); `new` is Google's convention.
 */
export function tunnelPath(request: TunnelRequest, { hexCase = "upper" }: UrlStyle = {}): string {
  const hex = (bytes: Uint8Array) => (hexCase === "upper" ? toHex(bytes).toUpperCase() : toHex(bytes));
  switch (request.method) {
    case "new":
      return `/cable/new/${hex(request.tunnelId)}`;
    case "connect":
      return `/cable/connect/${hex(request.routingId)}/${hex(request.tunnelId)}`;
    case "contact":
    case "push":
      return `/cable/${request.method}/${toBase64url(request.contactId)}`;
  }
}

/** @param origin `wss://` and the host; for a relay of one's own also `ws://` and a port. */
export function tunnelUrl(origin: string, request: TunnelRequest, style?: UrlStyle): string {
  return `${origin}${tunnelPath(request, style)}`;
}

/** The tunnel services' own origin: encrypted, on the standard port. */
export function originOf(host: string): string {
  return `wss://${host}`;
}

const NEW = new RegExp(`^/cable/new/([0-9a-f]{${TUNNEL_ID_BYTES * 2}})$`, "i");
const CONNECT = new RegExp(
  `^/cable/connect/([0-9a-f]{${ROUTING_ID_BYTES * 2}})/([0-9a-f]{${TUNNEL_ID_BYTES * 2}})$`,
  "i",
);
const CONTACT = /^\/cable\/(contact|push)\/([0-9a-z_-]+)$/i;

/**
 * A relay's reading of a request's path. Nothing is normalised first: a path with dots in it is refused.
 *
 * @throws {HybridError} `TUNNEL_BAD_PATH`
 */
export function parseTunnelPath(path: string): TunnelRequest {
  const [, newTunnel] = NEW.exec(path) ?? [];
  if (newTunnel !== undefined) return { method: "new", tunnelId: fromHex(newTunnel) };
  const [, routing, tunnel] = CONNECT.exec(path) ?? [];
  if (routing !== undefined && tunnel !== undefined) {
    return { method: "connect", routingId: fromHex(routing), tunnelId: fromHex(tunnel) };
  }
  const [, method, contact] = CONTACT.exec(path) ?? [];
  if (method === undefined || contact === undefined || contact.length % 4 === 1) {
    throw new HybridError("TUNNEL_BAD_PATH", "not the path of a tunnel");
  }
  return {
    method: method.toLowerCase() === "push" ? "push" : "contact",
    contactId: fromBase64url(contact),
  };
}

/** {@link parseTunnelPath} of a whole URL. @throws {HybridError} `TUNNEL_BAD_PATH` */
export function parseTunnelUrl(url: string): { readonly origin: string; readonly request: TunnelRequest } {
  const [, origin, path] = /^(wss?:\/\/[^/?#]+)(\/.*)$/i.exec(url) ?? [];
  if (origin === undefined || path === undefined) {
    throw new HybridError("TUNNEL_BAD_PATH", "not the URL of a tunnel");
  }
  return { origin, request: parseTunnelPath(path) };
}

/**
 * Value of the routing id header, in the answer to a phone's `new`.
 *
 * @param values every value the header had.
 * @throws {HybridError} `TUNNEL_BAD_ROUTING_ID` unless there is exactly one, of six hex digits.
 */
export function parseRoutingId(values: readonly string[]): Uint8Array {
  const [value, ...more] = values;
  const valid = value?.length === ROUTING_ID_BYTES * 2 && /^[0-9a-f]+$/i.test(value);
  if (value === undefined || !valid || more.length > 0) {
    throw new HybridError("TUNNEL_BAD_ROUTING_ID", `${values.length} routing ids, or not six hex digits`);
  }
  return fromHex(value);
}
