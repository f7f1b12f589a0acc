import type { HttpSeen, Seen } from "./observations.js";

/** What is known of a call when it begins. */
export interface HttpStart {
  readonly method: string;
  readonly url: string;
  readonly requestBody?: string | undefined;
}

/** What came of it; no status where no answer came. */
export interface HttpEnd {
  readonly status?: number | undefined;
  readonly responseBody?: string | undefined;
}

/** Keeps the calls that the browser makes for the page: which are under way, and what went over them. */
export class HttpWatch {
  readonly #now: () => Seen;
  readonly #calls = new Map<object, HttpSeen>();
  readonly #open = new Map<object, string>();
  /** Calls that the harness holds back: time passes while it does. */
  readonly #held = new Set<object>();

  constructor(now: () => Seen) {
    this.#now = now;
  }

  get seen(): readonly HttpSeen[] {
    return [...this.#calls.values()];
  }

  /** Calls under way, for messages. */
  get open(): readonly string[] {
    return [...this.#open].filter(([call]) => !this.#held.has(call)).map(([, name]) => name);
  }

  get heldCount(): number {
    return this.#held.size;
  }

  hold(call: object): void {
    this.#held.add(call);
  }

  release(call: object): void {
    this.#held.delete(call);
  }

  /** @param call stands for the call, in {@link ended} too. */
  started(call: object, { method, url, requestBody = "" }: HttpStart): void {
    const path = url.replace(/[?#].*$/s, "").replace(/^[a-z]+:\/\/[^/]*/i, "") || "/";
    this.#open.set(call, `${method} ${path}`);
    this.#calls.set(call, { method, path, requestBody, started: this.#now() });
  }

  ended(call: object, { status, responseBody = "" }: HttpEnd): void {
    this.#open.delete(call);
    this.#held.delete(call);
    const seen = this.#calls.get(call);
    if (seen !== undefined)
      seen.ended ??= { ...this.#now(), ...(status !== undefined && { status }), responseBody };
  }
}
