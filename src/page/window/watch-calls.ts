import { ruleFor, type WatchDeps } from "./held-calls.js";
import { watchXhr } from "./watch-xhr.js";
import { membersOf, type WindowLike } from "./window-like.js";

type Fetch = (
  input: unknown,
  init?: { readonly method?: string; readonly body?: unknown },
) => Promise<Response>;

/** Watches the calls of a window for the trace: those of fetch and of XMLHttpRequest. */
export class CallWatch {
  readonly #window: WindowLike;
  readonly #deps: WatchDeps;
  readonly #original: unknown;
  #fetch: Fetch | undefined;
  /** What stands in the window in the place of fetch. */
  #watched: unknown;

  constructor(window: WindowLike, deps: WatchDeps) {
    this.#window = window;
    this.#deps = deps;
    this.#original = membersOf(window)["fetch"];
    this.watchFetch();
    watchXhr(window, deps);
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

  /** Gives the window the fetch that a test has put there, which outlives the harness. */
  release(): void {
    const members = membersOf(this.#window);
    const isReplaced = this.#fetch !== undefined && this.#fetch !== this.#original;
    if (isReplaced && members["fetch"] === this.#watched) members["fetch"] = this.#fetch;
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
  const { requestMs = 0, answerMs = 0, losesAnswer = false } = ruleFor(url, held());
  try {
    if (requestMs > 0) await rig.hold(call, requestMs);
    const { response, responseBody } = await readOnce(await fetch(input, init));
    if (answerMs > 0) await rig.hold(call, answerMs);
    if (losesAnswer) throw new (typeErrorOf(window))("Failed to fetch");
    rig.http.ended(call, { status: response.status, responseBody });
    return response;
  } catch (error) {
    rig.http.ended(call, {});
    throw error;
  }
}

/** A page may ask whether its error is one of its window's own. */
function typeErrorOf(window: WindowLike): TypeErrorConstructor {
  return (membersOf(window)["TypeError"] as TypeErrorConstructor | undefined) ?? TypeError;
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
