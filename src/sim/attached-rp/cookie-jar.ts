interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly domain: string;
  /** The very host alone, not its subdomains. */
  readonly hostOnly: boolean;
  readonly path: string;
  readonly secure: boolean;
  /** Milliseconds since the epoch; endless for a session. */
  readonly expiresAtMs: number;
}

/**
 * The cookies one browser keeps of one site.
 *
 * Small because it serves one site: it needs no list of public suffixes to separate foreign sites, and knows no
 * SameSite, since all it sends goes from the site to itself.
 *
 * @see RFC 6265 §5.2 to §5.4, RFC 6265bis §4.1.3 (name prefixes)
 */
export class CookieJar {
  readonly #nowMs: () => number;
  /** By name, domain and path. One that is renewed keeps its place in the order of creation. */
  readonly #cookies = new Map<string, Cookie>();

  /** @param nowMs milliseconds since the epoch. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Takes a `Set-Cookie` header in; one that breaks a rule is left out, as browsers do without a word. */
  store(header: string, url: URL): void {
    const cookie = readCookie(header, url, this.#nowMs());
    if (cookie === undefined) return;
    const key = JSON.stringify([cookie.name, cookie.domain, cookie.path]);
    if (cookie.expiresAtMs > this.#nowMs()) this.#cookies.set(key, cookie);
    else this.#cookies.delete(key);
  }

  /** The `Cookie` header for a request, or `undefined` when there is nothing to send. */
  header(url: URL): string | undefined {
    this.#dropExpired();
    const sent = [...this.#cookies.values()]
      .filter((cookie) => goesTo(cookie, url))
      .toSorted((a, b) => b.path.length - a.path.length);
    return sent.length === 0 ? undefined : sent.map(({ name, value }) => `${name}=${value}`).join("; ");
  }

  /** For sites that want a cookie repeated in a header. */
  valueOf(name: string): string | undefined {
    this.#dropExpired();
    return [...this.#cookies.values()].find((cookie) => cookie.name === name)?.value;
  }

  /** Everything that must stay out of traces. */
  get secrets(): readonly string[] {
    return Array.from(this.#cookies.values(), ({ value }) => value);
  }

  #dropExpired(): void {
    const nowMs = this.#nowMs();
    for (const [key, { expiresAtMs }] of this.#cookies) if (expiresAtMs <= nowMs) this.#cookies.delete(key);
  }
}

function readCookie(header: string, url: URL, nowMs: number): Cookie | undefined {
  const [pair = "", ...rest] = header.split(";");
  const at = pair.indexOf("=");
  const name = pair.slice(0, at).trim();
  if (at < 0 || name === "" || hasControls(pair)) return undefined;
  const attributes = new Map(
    rest.map((part) => {
      const [key = "", ...value] = part.split("=");
      return [key.trim().toLowerCase(), value.join("=").trim()] as const;
    }),
  );
  const host = url.hostname;
  const domain = (attributes.get("domain") ?? "").replace(/^\./, "").toLowerCase();
  const hostOnly = domain === "" || domain === host;
  // A single label belongs to no single site: a cookie for `com` would reach every site.
  if (!hostOnly && (!host.endsWith(`.${domain}`) || !domain.includes("."))) return undefined;
  const path = attributes.get("path") ?? "";
  const cookie: Cookie = {
    name,
    value: pair.slice(at + 1).trim(),
    domain: domain === "" ? host : domain,
    hostOnly: domain === "",
    path: path.startsWith("/") ? path : defaultPath(url),
    secure: attributes.has("secure"),
    expiresAtMs: expiryOf(attributes, nowMs),
  };
  if (cookie.secure && !isSecure(url)) return undefined;
  return satisfiesPrefixRules(cookie) ? cookie : undefined;
}

/** @see RFC 6265bis §5.6: a cookie with control characters, the tab aside, is ignored */
function hasControls(text: string): boolean {
  return Array.from(text).some((character) => character !== "\t" && /\p{Cc}/u.test(character));
}

function expiryOf(attributes: ReadonlyMap<string, string>, nowMs: number): number {
  const maxAge = attributes.get("max-age");
  if (maxAge !== undefined && /^-?\d+$/.test(maxAge)) {
    const ageMs = Number(maxAge) * 1000;
    return ageMs <= 0 ? -Infinity : nowMs + ageMs;
  }
  const at = Date.parse(attributes.get("expires") ?? "");
  return Number.isNaN(at) ? Infinity : at;
}

/** @see RFC 6265bis §4.1.3: a `__Host-` cookie is secure, for one host and for all of it. */
function satisfiesPrefixRules({ name, secure, hostOnly, path }: Cookie): boolean {
  if (/^__host-/i.test(name)) return secure && hostOnly && path === "/";
  return !/^__secure-/i.test(name) || secure;
}

/** @see RFC 6265 §5.1.4 */
function defaultPath({ pathname }: URL): string {
  const at = pathname.lastIndexOf("/");
  return at <= 0 ? "/" : pathname.slice(0, at);
}

function goesTo({ domain, hostOnly, path, secure }: Cookie, url: URL): boolean {
  const host = url.hostname;
  if (host !== domain && (hostOnly || !host.endsWith(`.${domain}`))) return false;
  if (secure && !isSecure(url)) return false;
  const { pathname } = url;
  return (
    pathname === path || (pathname.startsWith(path) && (path.endsWith("/") || pathname[path.length] === "/"))
  );
}

/** Browsers trust the machine itself without TLS. */
function isSecure({ protocol, hostname }: URL): boolean {
  return protocol === "https:" || hostname === "localhost" || hostname.endsWith(".localhost");
}
