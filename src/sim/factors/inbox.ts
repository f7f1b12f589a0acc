import { sleep, type Clock } from "../../core/clock.js";
import type { Code } from "./code-book.js";

export interface Received extends Code {
  readonly ceremony: string;
}

/** Holds the codes that were sent to the user and are in reach, in order of arrival. */
export class Inbox {
  readonly #received: Received[] = [];
  #wake: (() => void)[] = [];

  put(message: Received): void {
    this.#received.push(message);
    for (const wake of this.#wake.splice(0)) wake();
  }

  /** Returns the codes of one attempt; waits for the first as long as the user does, then gives `[]`. */
  async codesFor(ceremony: string, clock: Clock, patienceMs: number): Promise<readonly Received[]> {
    const over = new AbortController();
    const patience = sleep(clock, patienceMs, "user.code-patience", { signal: over.signal }).then(
      () => true,
      () => true,
    );
    try {
      for (;;) {
        const mine = this.#received.filter((message) => message.ceremony === ceremony);
        if (mine.length > 0) return mine;
        const arrival = new Promise<false>((resolve) => this.#wake.push(() => resolve(false)));
        if (await Promise.race([arrival, patience])) return [];
      }
    } finally {
      over.abort();
    }
  }
}
