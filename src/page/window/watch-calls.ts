import type { PageRig } from "../rig.js";
import { membersOf, type WindowLike } from "./window-like.js";

/** What becomes of calls to the site; times in milliseconds of the test's time. */
export interface HeldCalls {
  readonly url: string | RegExp;
  /** From the page's call to the site getting it. */
  readonly requestMs?: number;
  /** From the site's answer to the page getting it. */
  readonly answerMs?: number;
}

type Fetch = (
  input: unknown,
  init?: { readonly method?: string; readonly body?: unknown },
) => Promise<Response>;

export interface WatchDeps {
  readonly rig: PageRig;
  /** Calls that are held back, the latest rule first. */
  readonly held: () => readonly HeldCalls[];
}

/** Watches the calls of a window for the trace: those of fetch and of XMLHttpRequest. */
export class CallWatch {
  readonly #window: WindowLike;
  readonly #deps: WatchDeps;
  #fetch: Fetch | undefined;
  /** What stands in the window in the place of fetch. */
  #watched: unknown;

  constructor(window: WindowLike, deps: WatchDeps) {
    this.#window = window;
    this.#deps = deps;
    this.watchFetch();
    const request = membersOf(window)["XMLHttpRequest"];
    if (typeof request === "function") watchXhr(request.prototype as XhrPrototype, { window, ...deps });
  }

  /** Takes what stands in the place of fetch by now for the one that was watched: others have wrapped it. */
  keepFetch(): void {
    this.#watched = membersOf(this.#window)["fetch"];
  }

  /** Watches fetch, and again one that a test has put there since. */
  watchFetch(): void {
    const members = membersOf(this.#window);
    const fetch = members["fetch"];
    if (typeof fetch !== "function" || fetch === this.#watched) return;
    this.#fetch = fetch as Fetch;
    if (this.#watched === undefined)
      this.#watched = (input: unknown, init?: Parameters<Fetch>[1]) => this.#call(input, init);
    members["fetch"] = this.#watched;
  }

  #call(input: unknown, init: Parameters<Fetch>[1]): Promise<Response> {
    if (this.#fetch === undefined) return Promise.reject(new TypeError("fetch is not a function"));
    return seen(this.#fetch, { input, init, window: this.#window }, this.#deps);
  }
}

interface Call {
  readonly input: unknown;
  readonly init: { readonly method?: string; readonly body?: unknown } | undefined;
  readonly window: WindowLike;
}

async function seen(
  fetch: Fetch,
  { input, init, window }: Call,
  { rig, held }: WatchDeps,
): Promise<Response> {
  const request =
    typeof input === "object" && input !== null && "url" in input ? (input as Request) : undefined;
  const url = new URL(request?.url ?? String(input), window.document.baseURI).href;
  const call = {};
  rig.http.started(call, {
    method: init?.method ?? request?.method ?? "GET",
    url,
    requestBody: await bodyOf(init?.body, request),
  });
  const rule = held().find((one) =>
    typeof one.url === "string" ? url.includes(one.url) : one.url.test(url),
  );
  try {
    if ((rule?.requestMs ?? 0) > 0) await rig.hold(call, rule?.requestMs ?? 0);
    const { response, responseBody } = await readOnce(await fetch(input, init));
    if ((rule?.answerMs ?? 0) > 0) await rig.hold(call, rule?.answerMs ?? 0);
    rig.http.ended(call, { status: response.status, responseBody });
    return response;
  } catch (error) {
    rig.http.ended(call, {});
    throw error;
  }
}

/** Reads an answer, which the page can read afterwards all the same. */
async function readOnce(
  response: Response,
): Promise<{ readonly response: Response; readonly responseBody: string }> {
  const { Response: Nodes } = globalThis as { readonly Response?: typeof Response };
  const isNodes = Nodes !== undefined && response instanceof Nodes;
  if (isNodes) return { response, responseBody: await response.clone().text() };
  const other: Response = response;
  const { status, statusText, headers, url } = other;
  const Own = other.constructor as typeof Response;
  // A test's own stand-in may be anything that has what the page reads; a 204 has no body to give.
  if (Own.name !== "Response" || other.body === null) return { response: other, responseBody: "" };
  // What happy-dom clones is empty, and so is what it was cloned of.
  const bytes = await other.arrayBuffer();
  const again = new Own(bytes, { status, statusText, headers });
  Object.defineProperty(again, "url", { value: url });
  return { response: again, responseBody: new TextDecoder().decode(bytes) };
}

async function bodyOf(body: unknown, request: Request | undefined): Promise<string> {
  if (typeof body === "string" || body instanceof URLSearchParams) return body.toString();
  return body === undefined && request !== undefined ? request.clone().text() : "";
}

interface XhrPrototype {
  open: (this: XhrLike, method: string, url: string, ...rest: readonly unknown[]) => void;
  send: (this: XhrLike, body?: unknown) => void;
}

interface XhrLike {
  readonly status: number;
  readonly responseType: string;
  readonly responseText: string;
  readonly addEventListener: (type: string, listener: () => void, options: object) => void;
}

function watchXhr(
  prototype: XhrPrototype,
  { rig, window }: WatchDeps & { readonly window: WindowLike },
): void {
  const { open, send } = prototype;
  const opened = new WeakMap<XhrLike, { readonly method: string; readonly url: string }>();
  prototype.open = function (method, url, ...rest) {
    opened.set(this, { method, url: new URL(url, window.document.baseURI).href });
    Reflect.apply(open, this, [method, url, ...rest]);
  };
  prototype.send = function (body) {
    const { method = "GET", url = "" } = opened.get(this) ?? {};
    const call = {};
    rig.http.started(call, { method, url, requestBody: typeof body === "string" ? body : "" });
    const end = () => {
      const isText = this.responseType === "" || this.responseType === "text";
      const status = this.status === 0 ? undefined : this.status;
      rig.http.ended(call, { status, responseBody: isText ? this.responseText : "" });
    };
    this.addEventListener("loadend", end, { once: true });
    Reflect.apply(send, this, [body]);
  };
}
