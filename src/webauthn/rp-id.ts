import { ClientError } from "./client-error.js";

/** Returns true for a domain under which any party may register names, such as `com` or `co.uk`. */
export type IsPublicSuffix = (domain: string) => boolean;

export interface RpIdInput {
  readonly origin: string;
  /** The rp id that the page requests; the page's own domain when absent. */
  readonly rpId?: string | undefined;
  readonly isPublicSuffix?: IsPublicSuffix | undefined;
}

/**
 * The rp id a page on `origin` gets to use.
 *
 * The origin is https, or http on localhost and its subdomains; the rp id is the origin's domain or a
 * registrable suffix of it. Which suffixes are registrable is a matter of the public suffix list, which
 * is not part of this library: without `isPublicSuffix` only single labels count as public, so `co.uk`
 * passes where a browser refuses it. Pass a predicate on top of a suffix list library to close that gap.
 * Related origins (a site's `.well-known/webauthn`) are not followed.
 *
 * @throws {ClientError} `ORIGIN_NOT_ALLOWED`, `ORIGIN_OPAQUE`, `RP_ID_NOT_ALLOWED`.
 * @see WebAuthn Level 3 §5.1.3 steps 6 to 8, HTML "is a registrable domain suffix of or is equal to"
 */
export function resolveRpId({ origin, rpId, isPublicSuffix = isSingleLabel }: RpIdInput): string {
  const domain = effectiveDomain(origin);
  if (rpId === undefined) return domain;
  const isSuffix = rpId !== "" && domain.endsWith(`.${rpId}`);
  if (rpId === domain || (isSuffix && !isPublicSuffix(rpId))) return rpId;
  throw new ClientError("RP_ID_NOT_ALLOWED", `rp id "${rpId}" is not a registrable suffix of "${domain}"`, {
    hint: "use the page's own domain, or a parent domain of it that the site owns",
  });
}

/**
 * The U2F AppID that a page on `origin` gets to use: a URL under its own registrable domain, and for an empty one the
 * origin itself, without the slash at its end that the FIDO text has and no browser sends. Lists of facets are not fetched,
 * as in Chromium.
 *
 * @throws {ClientError} `RP_ID_NOT_ALLOWED`, `ORIGIN_NOT_ALLOWED`.
 * @see WebAuthn Level 3 §10.1.1; FIDO AppID and Facet Specification §3.1.2; Chromium,
 *   webauthn_security_utils.cc (ValidateAppIdExtension)
 */
export function resolveAppId({
  origin,
  appId,
  isPublicSuffix = isSingleLabel,
}: Pick<RpIdInput, "origin" | "isPublicSuffix"> & { readonly appId: string }): string {
  if (appId === "") return origin;
  const own = registrableDomain(effectiveDomain(origin), isPublicSuffix);
  const url = URL.canParse(appId) ? new URL(appId) : undefined;
  if (url !== undefined && url.protocol === new URL(origin).protocol) {
    if (registrableDomain(url.hostname, isPublicSuffix) === own) return appId;
  }
  throw new ClientError("RP_ID_NOT_ALLOWED", `AppID "${appId}" is not one of "${own}"`, {
    hint: "use an AppID under the page's own domain, with its scheme",
  });
}

/** The shortest end of a host that one party owns: the host itself where all of it is public. */
function registrableDomain(host: string, isPublicSuffix: IsPublicSuffix): string {
  const labels = host.split(".");
  const ends = labels.map((_, index) => labels.slice(labels.length - 1 - index).join("."));
  return ends.find((end) => !isPublicSuffix(end)) ?? host;
}

function effectiveDomain(origin: string): string {
  const url = parseOrigin(origin);
  const host = url.hostname;
  const isLocal = host === "localhost" || host.endsWith(".localhost");
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLocal)) {
    throw notAllowed(origin, "it is not a secure context", "use https, or http on localhost");
  }
  if (host.startsWith("[") || /^\d+(\.\d+){3}$/.test(host)) {
    throw notAllowed(origin, "an address is not a domain", "give the page a domain name, such as localhost");
  }
  return host;
}

function parseOrigin(origin: string): URL {
  if (origin === "null") {
    throw new ClientError("ORIGIN_OPAQUE", "a document with an opaque origin has no passkeys", {
      hint: "take allow-same-origin into the sandbox of the frame, or use a page of the site's own",
    });
  }
  if (!URL.canParse(origin)) {
    throw notAllowed(origin, "it is not an origin", "write scheme, host and port, as https://example.com");
  }
  const url = new URL(origin);
  // A path or a trailing slash would end up in the client data, where the site compares whole strings.
  if (url.origin !== origin && url.origin !== "null") {
    throw notAllowed(origin, `its serialised form is ${url.origin}`, `write ${url.origin}`);
  }
  return url;
}

function notAllowed(origin: string, because: string, hint: string): ClientError {
  return new ClientError("ORIGIN_NOT_ALLOWED", `origin "${origin}": ${because}`, { hint });
}

function isSingleLabel(domain: string): boolean {
  return !domain.includes(".");
}
