import type { Env } from "../../core/env.js";
import { startTimer, type RunningTimer } from "../../core/timer.js";
import type { Knobs } from "../knobs/knobs.js";
import { LOCK_LADDERS } from "./lock-ladders.js";

const TIMER = "lock.ladder";

/** Counts failures of an account and locks it: longer each time, as the ladder has it. */
export class LockOut {
  readonly #knobs: () => Knobs;
  #failures = 0;
  #locks = 0;
  #running: { readonly timer: RunningTimer; readonly budgetMs: number } | undefined;

  constructor(knobs: () => Knobs) {
    this.#knobs = knobs;
  }

  get failures(): number {
    return this.#failures;
  }

  get locked(): boolean {
    return this.#running !== undefined;
  }

  /** Counts a failure; every `lock.threshold` failures the account is locked. @param env the attempt that failed. */
  fail(env: Env): void {
    const { threshold } = this.#knobs().lock;
    this.#failures += 1;
    if (this.#failures % threshold === 0) this.#lock(env, "locked");
  }

  /** Starts the lock anew for an attempt while the account is locked, where the site does so. */
  tried(env: Env): void {
    if (!this.locked || !this.#knobs().lock.extendWhileLocked) return;
    this.#locks -= 1;
    this.#lock(env, "extended");
  }

  /** Clears all failures and ends a lock: after a success, or by support. */
  clear(env: Env): void {
    this.#failures = 0;
    this.#locks = 0;
    if (this.#running === undefined) return;
    this.#running.timer.disarm();
    this.#end(env);
  }

  #lock(env: Env, change: "locked" | "extended"): void {
    this.#running?.timer.disarm();
    const budgetMs = LOCK_LADDERS[this.#knobs().lock.ladder].durationMs(this.#locks);
    this.#locks += 1;
    env.trace.emit({ kind: "factor.lock", change, failures: this.#failures, budgetMs });
    const timer = startTimer(env, { timer: TIMER, budgetMs }, () => this.#end(env));
    this.#running = { timer, budgetMs };
  }

  #end(env: Env): void {
    const { budgetMs = 0 } = this.#running ?? {};
    this.#running = undefined;
    env.trace.emit({ kind: "factor.lock", change: "ended", failures: this.#failures, budgetMs });
  }
}
