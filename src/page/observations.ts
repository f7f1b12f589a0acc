import type { TimerStep } from "./protocol.js";

/** When something was seen, and how many records of the harness there were by then. */
export interface Seen {
  readonly atMs: number;
  readonly position: number;
}

/** One call of the page to its site, as the browser saw it. */
export interface HttpSeen {
  readonly method: string;
  /** Without query and fragment. */
  readonly path: string;
  readonly requestBody: string;
  readonly started: Seen;
  ended?: Seen & { readonly status?: number; readonly responseBody: string };
}

export interface TimerSeen extends Seen {
  readonly document: string;
  readonly id: number;
  readonly step: TimerStep;
  readonly delayMs: number;
}

export interface WordsSeen extends Seen {
  readonly tone: "failure" | "success";
  readonly text: string;
}

/** What was seen of the page and of its site, in order of arrival. */
export interface Observations {
  readonly http: readonly HttpSeen[];
  readonly timers: readonly TimerSeen[];
  readonly words: readonly WordsSeen[];
  /** When the user did something in a document. */
  readonly inputs: readonly Seen[];
}
