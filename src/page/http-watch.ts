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
  /** When the browser had it, in milliseconds since the Unix epoch; when it was told of, where absent. */
  readonly atEpochMs?: number | undefined;
}

/** Keeps the calls that the browser makes for the page: which are under way, and what went over them. */
export class HttpWatch {
  readonly #now: () => Seen;
  readonly #beganAtEpochMs: number;
  readonly #calls = new Map<object, HttpSeen>();
  readonly #open = new Map<object, string>();
  /** Calls that the harness holds back: time passes while it does. */
  readonly #held = new Set<object>();

  constructor(now: () => Seen, beganAtEpochMs: number) {
    this.#now = now;
    this.#beganAtEpochMs = beganAtEpochMs;
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

  ended(call: object, { status, responseBody = "", atEpochMs = Infinity }: HttpEnd): void {
    this.#open.delete(call);
    this.#held.delete(call);
    const seen = this.#calls.get(call);
    if (seen !== undefined)
      seen.ended ??= {
        ...this.#endOf(seen, atEpochMs),
        ...(status !== undefined && { status }),
        responseBody,
      };
  }

  #endOf({ started }: HttpSeen, atEpochMs: number): Seen {
    const { atMs, position } = this.#now();
    return { atMs: Math.max(started.atMs, Math.min(atMs, atEpochMs - this.#beganAtEpochMs)), position };
  }
}
