import { envIn, type Env } from "../../core/env.js";
import { certificateHint } from "../../core/certificate-hint.js";
import type { TraceContext } from "../../core/trace.js";
import { TimeoutError } from "../../core/errors.js";
import { within } from "../../core/within.js";
import { CookieJar } from "./cookie-jar.js";
import { jsonOf } from "./answer-text.js";
import { fitsPlaces } from "./header-value.js";
import { namesInHeaders } from "./site-headers.js";
import { valueAt, asText, fill, fillText, type Json, type Lookup } from "./template.js";
import type { SiteConfig, SiteRequest } from "./site-config.js";
import { SiteError } from "./site-error.js";

export interface SiteSessionDeps {
  readonly config: SiteConfig;
  /** The environment: what `{env:NAME}` stands for. */
  readonly secret: (name: string) => string | undefined;
}

export interface SiteReply {
  readonly status: number;
  /** `undefined` when there was none, or not JSON. */
  readonly body: unknown;
}

/** What the placeholders of one request stand for, beside those that any request knows. */
export type Values = Readonly<Record<string, Json>>;

const REPLY_TIMER = "http.reply";
/** Shortest value that is looked for in what a site says of itself: shorter ones are in every word. */
const SECRET_CHARS_MIN = 4;

/** Holds one browser's session with a real site: its cookies, and the values kept from the site's answers. */
export class SiteSession {
  readonly #env: Env;
  readonly #deps: SiteSessionDeps;
  readonly #jar: CookieJar;
  readonly #kept = new Map<string, Json>();
  readonly #used = new Set<string>();
  readonly #inHeaders: ReadonlySet<string>;

  constructor(env: Env, deps: SiteSessionDeps) {
    this.#env = env;
    this.#deps = deps;
    this.#inHeaders = namesInHeaders(deps.config);
    this.#jar = new CookieJar(() => env.clock.epochMs());
  }

  /**
   * Sends one request and stores the members that `keep` names.
   *
   * Redirects are not followed: for an API call a redirect means that the site requires another step first.
   *
   * @param context the span that the request belongs to.
   * @throws {SiteError} `SITE_UNREACHABLE` (aftermath none), `SITE_HUNG_UP`, `SITE_TIMEOUT` (aftermath unknown),
   *   `SITE_SECRET_MISSING`, `SITE_ANSWER_TOO_LARGE` (aftermath unknown), `SITE_BAD_ANSWER` when an accepted answer lacks what
   *   is to be kept, or has what cannot be sent on.
   */
  async send(
    call: string,
    request: SiteRequest,
    values: Values = {},
    context?: TraceContext,
  ): Promise<SiteReply> {
    const { timeoutMs } = this.#deps.config;
    const { url, init } = this.#composed(call, request, this.#lookup(values));
    const budget = { timer: REPLY_TIMER, budgetMs: timeoutMs, aftermath: "unknown" } as const;
    let reply: SiteReply;
    try {
      reply = await within(envIn(this.#env, context), budget, (signal) =>
        this.#exchange(call, url, { ...init, signal }),
      );
    } catch (error) {
      throw asSiteError(error, { call, path: request.path, timeoutMs });
    }
    if (reply.status < 300) this.#keep(call, request, reply);
    return reply;
  }

  /** Whether a text repeats a cookie, a token or anything else that must stay out of a trace. */
  holdsSecret(text: string): boolean {
    const kept = [...this.#kept.values()].map(asText);
    return [...this.#used, ...this.#jar.secrets, ...kept].some(
      (secret) => secret.length >= SECRET_CHARS_MIN && text.includes(secret),
    );
  }

  /** What cannot be composed is told without the platform's words for it, which repeat the value. */
  #composed(call: string, request: SiteRequest, lookup: Lookup) {
    try {
      return this.#compose(request, lookup);
    } catch (error) {
      if (error instanceof SiteError) throw error;
      throw new SiteError("SITE_CONFIG", `${call} (${request.path}): no request can be made of it`, {
        call,
        hint: "a header, the path or the body holds what cannot be sent",
      });
    }
  }

  #compose({ method, path, headers, body, encoding }: SiteRequest, lookup: Lookup) {
    const { baseUrl, origin, headers: always } = this.#deps.config;
    const url = new URL(baseUrl + fillText(path, lookup, encodeURIComponent));
    const sent = new Headers({ accept: "application/json", origin });
    for (const [name, value] of Object.entries({ ...always, ...headers })) {
      sent.set(name, fillText(value, lookup));
    }
    const cookie = this.#jar.header(url);
    if (cookie !== undefined) sent.set("cookie", cookie);
    if (body === undefined || method === "GET") return { url, init: { method, headers: sent } };
    if (!sent.has("content-type")) sent.set("content-type", CONTENT_TYPES[encoding]);
    return { url, init: { method, headers: sent, body: ENCODERS[encoding](fill(body, lookup)) } };
  }

  async #exchange(call: string, url: URL, init: RequestInit): Promise<SiteReply> {
    const response = await fetch(url, { ...init, redirect: "manual" });
    for (const header of response.headers.getSetCookie()) this.#jar.store(header, url);
    return { status: response.status, body: await jsonOf(response, call) };
  }

  #lookup(values: Values): Lookup {
    return (name) => {
      const [kind, of = ""] = name.split(":");
      if (kind === "env") return this.#secret(of);
      if (kind === "cookie") return this.#jar.valueOf(of) ?? "";
      return values[name] ?? this.#kept.get(name) ?? "";
    };
  }

  #secret(name: string): string {
    const secret = this.#deps.secret(name);
    if (secret === undefined || secret === "") {
      throw new SiteError("SITE_SECRET_MISSING", `the environment variable ${name} is not set`, {
        hint: `the site file takes a secret from it: ${name}=... before the command`,
      });
    }
    this.#used.add(secret);
    return secret;
  }

  #keep(call: string, { keep }: SiteRequest, { body }: SiteReply): void {
    for (const [name, path] of Object.entries(keep)) {
      const value = valueAt(body, path);
      if (value === undefined)
        throw badAnswer(call, `there is nothing at "${path}" to keep as ${name}`, body);
      if (!fitsPlaces(value as Json, { inHeaders: this.#inHeaders.has(name) })) {
        throw badAnswer(call, `what is at "${path}" cannot be sent where {${name}} stands`, body);
      }
      this.#kept.set(name, value as Json);
    }
  }
}

/**
 * Builds the error for an answer that the site accepted but that does not match the site's description. The message
 * contains names of members, never their values.
 */
export function badAnswer(call: string, text: string, body: unknown): SiteError {
  const members = typeof body === "object" && body !== null ? Object.keys(body) : [];
  return new SiteError("SITE_BAD_ANSWER", `${call}: ${text}`, {
    call,
    // The site accepted what it was sent: only of a finish is there anything left.
    aftermath: call.endsWith("/finish") ? "unknown" : "none",
    hint:
      members.length > 0
        ? `the answer has the members ${members.join(", ")}`
        : "the answer is not a JSON object; see what the site sends there",
  });
}

const CONTENT_TYPES = { json: "application/json", form: "application/x-www-form-urlencoded" } as const;

const ENCODERS = {
  json: (body: Json) => JSON.stringify(body),
  form: (body: Json) =>
    new URLSearchParams(
      Object.entries(body as Readonly<Record<string, Json>>).map(
        ([name, value]) => [name, asText(value)] satisfies [string, string],
      ),
    ).toString(),
} as const;

/** Nothing was sent: no name, no route, no listener, no trust. */
const BEFORE_SENDING =
  /^(ECONNREFUSED|ENOTFOUND|EAI_|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT|ERR_TLS|CERT_|UND_ERR_INVALID_ARG|UND_ERR_NOT_SUPPORTED|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/;

interface Failed {
  readonly call: string;
  /** As the file has it: filled in it may hold secrets. */
  readonly path: string;
  readonly timeoutMs: number;
}

function asSiteError(error: unknown, { call, path, timeoutMs }: Failed): unknown {
  if (error instanceof SiteError) return error;
  const where = `${call} (${path})`;
  if (error instanceof TimeoutError) {
    return new SiteError("SITE_TIMEOUT", `${where}: no answer within ${timeoutMs} ms`, {
      call,
      aftermath: "unknown",
      hint: "the site may have acted on it: ask it before trying again",
    });
  }
  // fetch reports every failure of the network as a TypeError, with what happened as its cause.
  if (!(error instanceof TypeError) || error.cause === undefined) return error;
  const code = codeOf(error.cause);
  // Fetch has a list of ports that belong to other protocols, and no code for it.
  if (error.cause instanceof Error && error.cause.message === "bad port") {
    return new SiteError("SITE_UNREACHABLE", `${where}: fetch refuses the port of baseUrl`, {
      call,
      hint: "serve the site at another port: browsers refuse this one too",
    });
  }
  if (BEFORE_SENDING.test(code)) {
    return new SiteError("SITE_UNREACHABLE", `${where}: no connection (${code})`, {
      call,
      hint:
        certificateHint(code) ??
        "is the site running at baseUrl, and does a proxy or firewall let it through?",
    });
  }
  return new SiteError("SITE_HUNG_UP", `${where}: the connection ended before the answer (${code})`, {
    call,
    aftermath: "unknown",
    hint: "the site may have acted on it: ask it before trying again",
  });
}

function codeOf(cause: unknown): string {
  return typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : "unknown";
}
