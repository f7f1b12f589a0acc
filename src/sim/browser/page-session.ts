import type { Disarm } from "../../core/clock.js";
import type { Env } from "../../core/env.js";
import type { Knobs } from "../knobs/knobs.js";

/**
 * Holds the site's session in the browser's cookies: present from the options on, until the user clears them; never in
 * a browser that keeps none.
 */
export class PageSession {
  readonly #knobs: () => Knobs;
  readonly #cookies = new Set<string>();

  constructor(knobs: () => Knobs) {
    this.#knobs = knobs;
  }

  /**
   * Starts the user's delay before clearing cookies when a button was pressed, for users who were advised that clearing
   * cookies helps.
   */
  begin({ clock, trace }: Env): Disarm {
    const { clearCookiesMs, cookies } = this.#knobs().client;
    if (!cookies) trace.emit({ kind: "page.unsupported", feature: "cookies" });
    if (clearCookiesMs === null) return () => {};
    return clock.arm(clearCookiesMs, "user.clear-cookies", () => {
      this.#cookies.clear();
      trace.emit({ kind: "user.cleared", what: "site-data" });
    });
  }

  keep(ceremony: string): void {
    if (this.#knobs().client.cookies) this.#cookies.add(ceremony);
  }

  has(ceremony: string): boolean {
    return this.#cookies.has(ceremony);
  }
}
