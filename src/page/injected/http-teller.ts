import type { DocumentLink } from "./document-link.js";
import { replaceFunction } from "./functions.js";
import { membersOf, type Realm } from "./realm.js";

/** Longest part of a body that is told, in characters; options and answers of ceremonies are a few thousand. */
const BODY_MAX = 100_000;

/** As much of Response as is used here. */
interface FetchAnswer {
  readonly status: number;
  readonly headers: { readonly get: (name: string) => string | null };
  readonly clone: () => { readonly text: () => Promise<string> };
}

interface Xhr extends EventTarget {
  readonly readyState: number;
  readonly status: number;
  readonly responseType: string;
  readonly responseText: string;
  readonly response: unknown;
}

/**
 * Tells of the calls of a window's scripts to their site, where nothing outside the page sees them: fetch and
 * XMLHttpRequest, bodies of text and the JSON of answers. The page has its answer once that is told, so that what it does
 * next comes after it.
 */
export function tellHttp(realm: Realm, link: DocumentLink): void {
  let last = 0;
  const started = (method: string, url: string, body: unknown): number => {
    const call = (last += 1);
    void link.http({ do: "http", step: "started", call, method, url, body: textOf(body) });
    return call;
  };
  const ended = (call: number, status: number | undefined, body = "") =>
    link.http({ do: "http", step: "ended", call, ...(status && { status }), body: body.slice(0, BODY_MAX) });
  tellFetch(realm, { started, ended });
  tellXhr(realm, { started, ended });
}

interface Teller {
  readonly started: (method: string, url: string, body: unknown) => number;
  readonly ended: (call: number, status: number | undefined, body?: string) => Promise<void>;
}

function tellFetch(realm: Realm, { started, ended }: Teller): void {
  const { fetch: native } = membersOf(realm);
  if (typeof native !== "function") return;
  const told = async (args: readonly unknown[]): Promise<unknown> => {
    const [input, init] = args as [
      unknown,
      { readonly method?: string; readonly body?: unknown } | undefined,
    ];
    const request = (typeof input === "object" && input !== null ? input : {}) as {
      readonly url?: string;
      readonly method?: string;
    };
    const method = (init?.method ?? request.method ?? "GET").toUpperCase();
    const call = started(method, request.url ?? String(input), init?.body);
    try {
      const answer = (await Reflect.apply(native, realm, args)) as FetchAnswer;
      const isJson = /json/i.test(answer.headers.get("content-type") ?? "");
      await ended(call, answer.status, isJson ? await answer.clone().text() : "");
      return answer;
    } catch (error) {
      await ended(call, undefined);
      throw error;
    }
  };
  replaceFunction(realm, "fetch", (_, args) => told(args));
}

function tellXhr(realm: Realm, { started, ended }: Teller): void {
  const { XMLHttpRequest: request } = membersOf(realm);
  if (typeof request !== "function") return;
  const prototype = request.prototype as Record<"open" | "send", (...args: readonly unknown[]) => void>;
  const { open, send } = prototype;
  const opened = new WeakMap<object, readonly [method: string, url: string]>();
  replaceFunction(prototype, "open", (self, args) => {
    opened.set(self as Xhr, [String(args[0]).toUpperCase(), String(args[1])]);
    Reflect.apply(open, self, args);
  });
  replaceFunction(prototype, "send", (self, args) => {
    const xhr = self as Xhr;
    const [method, url] = opened.get(xhr) ?? ["GET", ""];
    const call = started(method, url, args[0]);
    xhr.addEventListener("readystatechange", () => {
      if (xhr.readyState === DONE) void ended(call, xhr.status || undefined, textOfXhr(xhr));
    });
    Reflect.apply(send, xhr, args);
  });
}

const DONE = 4;

function textOfXhr(xhr: Xhr): string {
  if (xhr.responseType === "" || xhr.responseType === "text") return xhr.responseText;
  return xhr.responseType === "json" ? JSON.stringify(xhr.response) : "";
}

function textOf(body: unknown): string {
  return typeof body === "string" ? body.slice(0, BODY_MAX) : "";
}
