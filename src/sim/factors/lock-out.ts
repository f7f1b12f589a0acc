import type { Disarm } from "../../core/clock.js";
import type { Env } from "../../core/env.js";
import type { Knobs } from "../knobs/knobs.js";
import { LOCK_LADDERS } from "./lock-ladders.js";

const TIMER = "lock.ladder";

/** Counts failures of an account and locks it: longer each time, as the ladder has it. */
export class LockOut {
  readonly #env: Env;
  readonly #knobs: () => Knobs;
  #failures = 0;
  #locks = 0;
  #budgetMs = 0;
  #unlock: Disarm | undefined;

  constructor(env: Env, knobs: () => Knobs) {
    this.#env = env;
    this.#knobs = knobs;
  }

  get failures(): number {
    return this.#failures;
  }

  get locked(): boolean {
    return this.#unlock !== undefined;
  }

  /** Every `lock.threshold` failures the account is locked. */
  fail(): void {
    const { threshold } = this.#knobs().lock;
    this.#failures += 1;
    if (this.#failures % Math.max(1, threshold) === 0) this.#lock("locked");
  }

  /** Somebody tried although it is locked. */
  tried(): void {
    if (!this.locked || !this.#knobs().lock.extendWhileLocked) return;
    this.#locks -= 1;
    this.#lock("extended");
  }

  /** A success, or support, starts the count anew. */
  clear(): void {
    this.#failures = 0;
    this.#locks = 0;
    this.#end("disarmed");
  }

  #lock(change: "locked" | "extended"): void {
    this.#end("disarmed", { silently: true });
    const { clock, trace } = this.#env;
    const budgetMs = LOCK_LADDERS[this.#knobs().lock.ladder].durationMs(this.#locks);
    this.#locks += 1;
    trace.emit({ kind: "factor.lock", change, failures: this.#failures, budgetMs });
    trace.emit({ kind: "timer.armed", timer: TIMER, budgetMs });
    const disarm = clock.arm(budgetMs, TIMER, () => this.#end("fired"));
    this.#unlock = () => {
      disarm();
      trace.emit({ kind: "timer.disarmed", timer: TIMER, budgetMs });
    };
    this.#budgetMs = budgetMs;
  }

  #end(how: "fired" | "disarmed", { silently = false } = {}): void {
    if (this.#unlock === undefined) return;
    const { trace } = this.#env;
    const budgetMs = this.#budgetMs;
    if (how === "fired") trace.emit({ kind: "timer.fired", timer: TIMER, budgetMs });
    else this.#unlock();
    this.#unlock = undefined;
    if (!silently) {
      trace.emit({ kind: "factor.lock", change: "ended", failures: this.#failures, budgetMs });
    }
  }
}
