import type { IncomingHttpHeaders } from "node:http";
import { sha256 } from "../core/host-crypto.js";
import { ServeError } from "./serve-error.js";

/** Names by which a loopback server may be asked; any other one in `Host` is a name that was made to point here. */
const OWN_HOSTS = ["127.0.0.1", "localhost", "[::1]"];

const BEARER = /^Bearer +(\S+)$/i;

/**
 * Refuses requests that came by another name than the loopback's: a page of a site whose name was made to point at this
 * machine (DNS rebinding) carries that name.
 *
 * @throws {ServeError} `SERVE_HOST`.
 */
export function checkHost({ host = "" }: IncomingHttpHeaders): void {
  const name = host.replace(/:\d+$/, "").toLowerCase();
  if (OWN_HOSTS.includes(name)) return;
  throw new ServeError("SERVE_HOST", `the control server has no name "${name}"`, {
    hint: "ask it as 127.0.0.1 or localhost",
  });
}

/**
 * Refuses pages: a browser names the origin of a page that asks across origins, and suites are no pages.
 *
 * @throws {ServeError} `SERVE_ORIGIN`.
 */
export function checkNoPage({ origin, "sec-fetch-site": site }: IncomingHttpHeaders): void {
  if (origin === undefined && (site === undefined || site === "none")) return;
  throw new ServeError("SERVE_ORIGIN", "pages may not control the harness", {
    hint: "pages are answered under the address in the member page of a rig",
  });
}

/** Compares two secrets in a time that does not depend on where they differ. */
export function isSameSecret(given: string, wanted: string): boolean {
  // Of one length whatever came in.
  const [one, other] = [sha256(given), sha256(wanted)];
  let difference = 0;
  for (const [index, byte] of one.entries()) difference |= byte ^ (other[index] ?? 0);
  return difference === 0;
}

/** @throws {ServeError} `SERVE_TOKEN`. */
export function checkToken({ authorization = "" }: IncomingHttpHeaders, token: string): void {
  const [, given = ""] = BEARER.exec(authorization) ?? [];
  if (isSameSecret(given, token)) return;
  throw new ServeError("SERVE_TOKEN", "the request has no token, or another one", {
    hint: "send the header Authorization: Bearer TOKEN with the token that the server began with",
  });
}
