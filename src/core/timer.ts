import type { Disarm } from "./clock.js";
import type { Env } from "./env.js";

/** What a timer is called and how long it runs. */
export interface TimerSpec {
  /** Id that reports name, such as `client.ceremony`. */
  readonly timer: string;
  /** Milliseconds; `Infinity` starts nothing and records nothing. */
  readonly budgetMs: number;
}

/** A budget that runs. */
export interface RunningTimer {
  /** Ends the budget before it fires, and records it as disarmed; afterwards, and after it fired, nothing happens. */
  disarm(): void;
  /** Gives the whole budget again, from now; records nothing. Does nothing once it fired or was disarmed. */
  restart(): void;
}

const NEVER_ENDING: RunningTimer = { disarm: () => {}, restart: () => {} };

/**
 * Starts a timer, records that it was armed, and records how it ended: fired or disarmed.
 *
 * Every timer that a report may name is started here or by {@link startDeadline}: nothing else emits `timer.*`.
 *
 * @param onFire called once when the budget ends, after `timer.fired` was recorded.
 *
 * @example
 * const guard = startTimer(env, { timer: "page.guard", budgetMs: 60_000 }, () => showFailure());
 * guard.disarm();
 */
export function startTimer(env: Env, spec: TimerSpec, onFire: () => void): RunningTimer {
  const { timer, budgetMs } = spec;
  if (budgetMs === Infinity) return NEVER_ENDING;
  const record = recorder(env, spec);
  let isOver = false;
  let stop: Disarm = () => {};
  const begin = () => {
    stop = env.clock.arm(budgetMs, timer, () => {
      isOver = true;
      record("timer.fired");
      onFire();
    });
  };
  record("timer.armed");
  begin();
  return {
    disarm() {
      if (isOver) return;
      isOver = true;
      stop();
      record("timer.disarmed");
    },
    restart() {
      if (isOver) return;
      stop();
      begin();
    },
  };
}

export interface DeadlineSpec extends TimerSpec {
  /** Whether the last moment of the budget is over already (`budget`, the default) or still good (`after-budget`). */
  readonly endsAt?: "budget" | "after-budget";
}

/** A time budget that the caller checks; its end triggers no action. */
export interface Deadline {
  /** Returns whether the budget has ended; the first check after the end records the timer as fired. */
  isOver(): boolean;
  /** Ends the budget before it is over, and records it as disarmed; afterwards nothing happens. */
  disarm(): void;
}

/**
 * Starts a budget that the caller checks on demand, as an authenticator checks the age of a token.
 *
 * No clock timer runs for it, so it keeps no process alive. `timer.fired` is recorded at the look that finds it over.
 */
export function startDeadline(env: Env, spec: DeadlineSpec): Deadline {
  const { budgetMs, endsAt = "budget" } = spec;
  const record = recorder(env, spec);
  const beganMs = env.clock.nowMs();
  let end: "fired" | "disarmed" | undefined;
  record("timer.armed");
  return {
    isOver() {
      if (end !== undefined) return end === "fired";
      const ageMs = env.clock.nowMs() - beganMs;
      if (endsAt === "budget" ? ageMs < budgetMs : ageMs <= budgetMs) return false;
      end = "fired";
      record("timer.fired");
      return true;
    },
    disarm() {
      if (end !== undefined) return;
      end = "disarmed";
      record("timer.disarmed");
    },
  };
}

function recorder(env: Env, { timer, budgetMs }: TimerSpec) {
  const id = env.trace.nextTimerId();
  return (kind: "timer.armed" | "timer.disarmed" | "timer.fired") =>
    env.trace.emit({ kind, timer, budgetMs, id });
}
