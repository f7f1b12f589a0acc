import type { HttpWatch } from "./http-watch.js";
import type { HttpMessage } from "./protocol.js";

/** Takes what documents tell of their scripts' calls, where no driver sees these or sees them too late to be ordered. */
export class ToldHttp {
  readonly #watch: HttpWatch;
  /** Calls under way, by document and number. */
  readonly #calls = new Map<string, object>();
  /** Ends that came before their beginnings: each message is a request of its own, and two may overtake each other. */
  readonly #early = new Map<string, HttpMessage & { readonly step: "ended" }>();

  /** Documents that are gone: what is told of their calls afterwards is of no call that anybody waits for. */
  readonly #left = new Set<string>();

  constructor(watch: HttpWatch) {
    this.#watch = watch;
  }

  take(message: HttpMessage): void {
    if (this.#left.has(message.document)) return;
    const key = `${message.document} ${message.call}`;
    if (message.step === "started") {
      const call = {};
      this.#calls.set(key, call);
      this.#watch.started(call, { method: message.method, url: message.url, requestBody: message.body });
      const ended = this.#early.get(key);
      this.#early.delete(key);
      if (ended !== undefined) this.take(ended);
      return;
    }
    const call = this.#calls.get(key);
    this.#calls.delete(key);
    if (call === undefined) this.#early.set(key, message);
    else this.#watch.ended(call, { status: message.status, responseBody: message.body });
  }

  /** What a document that is gone had under way ends without an answer. */
  leave(document: string): void {
    this.#left.add(document);
    for (const key of this.#early.keys()) if (key.startsWith(`${document} `)) this.#early.delete(key);
    for (const [key, call] of this.#calls) {
      if (!key.startsWith(`${document} `)) continue;
      this.#calls.delete(key);
      this.#watch.ended(call, {});
    }
  }
}
