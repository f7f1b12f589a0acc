import type { HttpWatch } from "./http-watch.js";
import type { HttpMessage } from "./protocol.js";

/** Takes what documents tell of their scripts' calls, where no driver sees these or sees them too late to be ordered. */
export class ToldHttp {
  readonly #watch: HttpWatch;
  /** Calls under way, by document and number. */
  readonly #calls = new Map<string, object>();

  constructor(watch: HttpWatch) {
    this.#watch = watch;
  }

  take(message: HttpMessage): void {
    const key = `${message.document} ${message.call}`;
    if (message.step === "started") {
      const call = {};
      this.#calls.set(key, call);
      this.#watch.started(call, { method: message.method, url: message.url, requestBody: message.body });
      return;
    }
    const call = this.#calls.get(key);
    this.#calls.delete(key);
    if (call !== undefined) this.#watch.ended(call, { status: message.status, responseBody: message.body });
  }

  /** What a document that is gone had under way ends without an answer. */
  leave(document: string): void {
    for (const [key, call] of this.#calls) {
      if (!key.startsWith(`${document} `)) continue;
      this.#calls.delete(key);
      this.#watch.ended(call, {});
    }
  }
}
