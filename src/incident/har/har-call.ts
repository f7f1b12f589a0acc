import { fromBase64 } from "../../core/bytes.js";
import { clientOf } from "../client-of.js";
import { errorCodeIn } from "../error-code.js";
import { INCIDENT_LIMITS } from "../limits.js";
import { type Counter, tagOf } from "../tags.js";
import { findWebauthn, WEBAUTHN_WORDS, type Found } from "../webauthn-json/find-webauthn.js";
import {
  isObject,
  listIn,
  numberIn,
  objectIn,
  parsed,
  textIn,
  type JsonObject,
} from "../webauthn-json/walk.js";

/** One call of a page, without its bodies. */
export interface HarCall {
  readonly method: string;
  /** Path of the URL, for a guess where the body says nothing. Not kept beyond the importer. */
  readonly path: string;
  /** Origin of the page, or of the call where the entry does not say the page's. Not kept beyond the importer. */
  readonly origins: readonly string[];
  readonly startMs: number;
  readonly endMs: number;
  /** 0 where no answer came. */
  readonly status: number;
  /** How a call without an answer ended: `net::ERR_ABORTED`. */
  readonly error?: string | undefined;
  readonly code?: string | undefined;
  readonly found: readonly Found[];
  /** Tags of the ids that other logs name as well. */
  readonly requestIds: readonly string[];
  /** The server's time, whole seconds. */
  readonly dateMs?: number | undefined;
  readonly client?: string | undefined;
}

const REQUEST_IDS: readonly string[] = [
  "x-request-id",
  "x-correlation-id",
  "x-amzn-trace-id",
  "x-amzn-requestid",
  "x-trace-id",
  "cf-ray",
];

const ERROR_STATUS_MIN = 400;

/** Reads one entry; `undefined` for one that is no call of HTTP, or has no time. */
export function harCallOf(entry: unknown, redacted: Counter): HarCall | undefined {
  if (!isObject(entry)) return undefined;
  const request = objectIn(entry, "request");
  const response = objectIn(entry, "response") ?? {};
  const startMs = Date.parse(textIn(entry, "startedDateTime") ?? "");
  const method = textIn(request ?? {}, "method") ?? "";
  if (request === undefined || Number.isNaN(startMs) || method === "OPTIONS" || method === "")
    return undefined;
  const url = urlOf(textIn(request, "url") ?? "");
  if (url === undefined) return undefined;
  const sent = headersOf(request);
  const received = headersOf(response);
  if (sent.has("cookie") || received.has("set-cookie")) redacted.add("cookie");
  if (sent.has("authorization")) redacted.add("authorization");
  const status = numberIn(response, "status") ?? 0;
  const answer = bodyOf(objectIn(response, "content"));
  const posted = bodyOf(objectIn(request, "postData"));
  const dateMs = Date.parse(received.get("date") ?? "");
  const client = clientOf(sent.get("user-agent") ?? "");
  const error = textIn(entry, "_error") ?? textIn(response, "_error");
  return {
    method,
    path: url.pathname,
    origins: originsOf(url, sent),
    startMs,
    endMs: startMs + Math.max(0, durationOf(entry)),
    status,
    ...(error !== undefined && error !== "" && { error }),
    ...(status >= ERROR_STATUS_MIN && { code: errorCodeIn(parsed(answer)) }),
    found: [...findIn(posted, redacted), ...(status < ERROR_STATUS_MIN ? findIn(answer, redacted) : [])],
    requestIds: idsOf(sent, received),
    ...(!Number.isNaN(dateMs) && { dateMs }),
    ...(client !== undefined && { client }),
  };
}

function durationOf(entry: JsonObject): number {
  return numberIn(entry, "time") ?? 0;
}

function findIn(text: string, redacted: Counter): readonly Found[] {
  if (!WEBAUTHN_WORDS.test(text)) return [];
  return findWebauthn(parsed(text) ?? fromForm(text), redacted);
}

/** A body as a form sends it: `credential={...}&csrf=...`. */
function fromForm(text: string): unknown {
  return [...new URLSearchParams(text).values()].map(parsed);
}

function bodyOf(part: JsonObject | undefined): string {
  const text = textIn(part ?? {}, "text") ?? "";
  if (text.length > INCIDENT_LIMITS.BODY_CHARS_MAX) return "";
  if (textIn(part ?? {}, "encoding") !== "base64") return text;
  try {
    return new TextDecoder().decode(fromBase64(text));
  } catch {
    return "";
  }
}

function headersOf(message: JsonObject): ReadonlyMap<string, string> {
  return new Map(
    listIn(message, "headers")
      .filter(isObject)
      .map((header) => [(textIn(header, "name") ?? "").toLowerCase(), textIn(header, "value") ?? ""]),
  );
}

function urlOf(text: string): URL | undefined {
  try {
    const url = new URL(text);
    return /^https?:$/.test(url.protocol) ? url : undefined;
  } catch {
    return undefined;
  }
}

function originsOf(url: URL, sent: ReadonlyMap<string, string>): readonly string[] {
  const page = urlOf(sent.get("origin") ?? "") ?? urlOf(sent.get("referer") ?? "");
  return [...new Set([...(page === undefined ? [] : [page.origin]), url.origin])];
}

function idsOf(...both: readonly ReadonlyMap<string, string>[]): readonly string[] {
  return [
    ...new Set(
      both.flatMap((headers) => [
        ...REQUEST_IDS.flatMap((name) => headers.get(name) ?? []),
        // The trace id is what the spans of a server carry.
        ...(/^[\da-f]{2}-([\da-f]{32})-/.exec(headers.get("traceparent") ?? "")?.slice(1) ?? []),
      ]),
    ),
  ].map(tagOf);
}
