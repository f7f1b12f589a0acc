import { envIn, type Env } from "../../core/env.js";
import { startTimer, type RunningTimer } from "../../core/timer.js";
import type { TraceContext } from "../../core/trace.js";
import type { Knobs } from "../knobs/knobs.js";

/** What a site says of a call that it was waiting for. */
export type CallVerdict = "accepted" | "expired" | "caller-unknown" | "caller-withheld";

const WINDOW_TIMER = "call.window";

/** Waits for the user's call from the registered telephone: the number that calls is the proof, and no code is sent. */
export class CallIn {
  readonly #env: Env;
  readonly #knobs: () => Knobs;
  readonly #windows = new Map<string, { readonly timer: RunningTimer; isOver: boolean }>();

  constructor(env: Env, knobs: () => Knobs) {
    this.#env = env;
    this.#knobs = knobs;
  }

  /** Shows the user a number to call, and waits. @param context the span of the attempt. */
  open(ceremony: string, context: TraceContext): void {
    const env = envIn(this.#env, context);
    this.#windows.get(ceremony)?.timer.disarm();
    const { windowMs: budgetMs } = this.#knobs().call;
    const timer = startTimer(env, { timer: WINDOW_TIMER, budgetMs }, () => {
      window.isOver = true;
    });
    const window = { timer, isOver: false };
    this.#windows.set(ceremony, window);
  }

  /** Judges the call by the number it comes from. */
  answer(ceremony: string, from: Knobs["call"]["from"]): CallVerdict {
    const window = this.#windows.get(ceremony);
    if (window === undefined || window.isOver) return "expired";
    if (from !== "registered") return from === "withheld" ? "caller-withheld" : "caller-unknown";
    window.timer.disarm();
    return "accepted";
  }
}
