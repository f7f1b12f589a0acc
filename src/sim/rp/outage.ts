import type { Clock } from "../../core/clock.js";
import type { Knobs } from "../knobs/knobs.js";

/** How one call fails. */
export interface CallFailure {
  /** HTTP status; {@link NO_ANSWER} for a connection that is refused or reset. */
  readonly status: number;
  /** Stable, for the trace: what a server calls the failure. */
  readonly code: string;
  readonly stage: Knobs["outage"]["stage"];
}

/** No answer at all: to a page the same as a network that is down. */
export const NO_ANSWER = 0;

const CODES: Readonly<Record<number, string>> = {
  500: "INTERNAL_ERROR",
  503: "SERVICE_UNAVAILABLE",
  429: "RATE_LIMITED",
};

/** Decides which calls of the relying party fail: from a moment on, for a time, or for a number of calls. */
export class Outage {
  readonly #clock: Clock;
  readonly #knobs: () => Knobs;
  #failed = 0;

  constructor(clock: Clock, knobs: () => Knobs) {
    this.#clock = clock;
    this.#knobs = knobs;
  }

  /** Returns how the next call fails, and counts it; `undefined` where the relying party is well. @param call as in traces. */
  next(call: string): CallFailure | undefined {
    const { outage } = this.#knobs();
    if (outage.status === "none" || !this.#covers(call)) return undefined;
    this.#failed += 1;
    const { stage } = outage;
    const status = outage.status === "no-answer" ? NO_ANSWER : Number(outage.status);
    const cut = stage === "before-work" ? "CONNECTION_REFUSED" : "CONNECTION_RESET";
    return { status, code: CODES[status] ?? cut, stage };
  }

  #covers(call: string): boolean {
    const { outage } = this.#knobs();
    const sinceMs = this.#clock.nowMs() - outage.fromMs;
    if (sinceMs < 0 || sinceMs > (outage.forMs ?? Infinity)) return false;
    if (this.#failed >= (outage.count ?? Infinity)) return false;
    return outage.call === "any" || call.endsWith(`/${outage.call}`);
  }
}
