import type { Trace } from "../../core/trace.js";

interface Texts {
  readonly success: string;
  readonly failure: string;
}

const TEXTS: Readonly<Record<"create" | "get", Texts>> = {
  create: {
    success: "Your passkey is ready.",
    failure: "Your passkey could not be created. Please try again.",
  },
  get: {
    success: "You are logged in.",
    failure: "That did not work. Please log in with another device.",
  },
};

/** Renders the part of the screen that reports the outcome. */
export class Screen {
  readonly #texts: Texts;
  #shown: "success" | "failure" | undefined;

  constructor(method: "create" | "get") {
    this.#texts = TEXTS[method];
  }

  get shown(): "success" | "failure" | undefined {
    return this.#shown;
  }

  /** Showing what already stands there is nothing to see. */
  show(trace: Trace, tone: "success" | "failure"): void {
    if (this.#shown === tone) return;
    this.#shown = tone;
    trace.emit({ kind: "user.saw", where: "page", text: this.#texts[tone], tone });
  }
}
