import type { Clock, Disarm } from "./clock.js";
import { HarnessError } from "./errors.js";
import { afterHostTime, nextHostTurn } from "./host-timers.js";

/** 2026-01-01T00:00:00Z: a fixed date, so that certificates and dates in a trace are the same in every run. */
const EPOCH_AT_ZERO_MS = 1_767_225_600_000;

/** Timers that arm each other in a row without time moving on before the run is called a livelock. */
const CHAIN_PER_INSTANT_MAX = 10_000;

/**
 * Real time, in milliseconds, within which a caller must run a clock on which work waits. Long enough to import or read
 * something between the start of the work and `run`, far below the time limits of test frameworks.
 */
const STANDSTILL_MS = 1_000;

/**
 * A bug in the test or the simulator. `STALLED`: virtual time cannot move; `LIVELOCK`: it moves for ever without
 * progress; `ENDLESS`: it moves, and a limit of {@link RunLimits} was passed; `CLOCK_NOT_RUN`: work waits and no caller
 * invokes {@link VirtualClock.run}.
 */
export class StallError extends HarnessError<"STALLED" | "LIVELOCK" | "ENDLESS" | "CLOCK_NOT_RUN"> {}

/** How much may happen in one call of {@link VirtualClock.run}; no limit where one is absent. */
export interface RunLimits {
  /** Timers that fire. */
  readonly firings?: number;
  /** Virtual time that passes, in milliseconds. */
  readonly durationMs?: number;
}

interface ArmedTimer {
  readonly dueMs: number;
  readonly order: number;
  readonly name: string;
  /** How many timers in a row led to this one within one instant. */
  readonly chain: number;
  fire: () => void;
  disarmed: boolean;
}

/**
 * Time that passes only when nothing else can happen.
 *
 * `run` lets every promise reaction settle, then jumps straight to the next armed timer. It never
 * steps by a fixed amount, so a two-minute scenario costs as many steps as it has timers. Timers due
 * at one instant fire in the order they were armed, which makes a run a function of its seed.
 *
 * Holds only while all work in flight is pure JavaScript: real sockets and `crypto.subtle` finish
 * on the host's schedule, not on this one.
 */
export class VirtualClock implements Clock {
  /** A binary heap: reports arm thousands of timers in one run. */
  readonly #heap: ArmedTimer[] = [];
  readonly #watches = new Set<Disarm>();
  readonly #hostWork = new Set<Promise<unknown>>();
  readonly #afterHostTime: typeof afterHostTime;
  #nowMs = 0;
  /** Of the timer that fired last; 0 once time moved on. */
  #chain = 0;
  #armed = 0;
  #running = 0;

  /** @param host stands in for the host's timers in tests of the standstill. */
  constructor(host: { readonly afterHostTime: typeof afterHostTime } = { afterHostTime }) {
    this.#afterHostTime = host.afterHostTime;
  }

  /** When the next timer is due; `undefined` where none is armed. */
  get nextDueMs(): number | undefined {
    return this.#next()?.dueMs;
  }

  /**
   * Leaves the clock to a caller that moves it step by step, with {@link passTo} and {@link fireNext}: work that waits on
   * it is not taken for work that nobody runs.
   */
  lead(): void {
    this.#running++;
  }

  /** Moves to the next timer and fires it. @throws {StallError} `LIVELOCK` when timers keep re-arming at one instant. */
  fireNext(): void {
    const next = this.#pop();
    if (next !== undefined) this.#fire(next);
  }

  /** Lets time pass up to `toMs`, but to no later than the next timer. Never goes back. */
  passTo(toMs: number): void {
    const latestMs = Math.min(toMs, this.nextDueMs ?? Infinity);
    if (latestMs <= this.#nowMs) return;
    this.#nowMs = latestMs;
    this.#chain = 0;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  epochMs(): number {
    return EPOCH_AT_ZERO_MS + this.#nowMs;
  }

  arm(delayMs: number, timer: string, fire: () => void): Disarm {
    if (Number.isNaN(delayMs)) throw new RangeError(`timer "${timer}": the delay is not a number`);
    if (delayMs === Infinity) return () => {};
    const dueMs = this.#nowMs + Math.max(0, delayMs);
    const chain = dueMs > this.#nowMs ? 0 : this.#chain + 1;
    const armed: ArmedTimer = { dueMs, order: this.#armed++, name: timer, chain, fire, disarmed: false };
    this.#push(armed);
    return () => {
      armed.disarmed = true;
      // It stays in the heap for as long as it was set: what it would have woken need not.
      armed.fire = () => {};
    };
  }

  /**
   * @param what names the work that waits.
   * @param fail receives a {@link StallError} `CLOCK_NOT_RUN` when {@link run} is not called within a second of real
   *   time. Work that begins inside `run`, or shortly before it, never does.
   */
  watchStandstill(what: string, fail: (error: Error) => void): Disarm | undefined {
    if (this.#running > 0) return undefined;
    const end = () => {
      cancel();
      this.#watches.delete(end);
    };
    const cancel = this.#afterHostTime(STANDSTILL_MS, () => {
      end();
      fail(
        new StallError(
          "CLOCK_NOT_RUN",
          `${what} waits at ${this.#nowMs} ms on a virtual clock that nobody runs`,
          {
            hint: "hand the promise to the clock: await env.clock.run(register(env, ...)), or use systemEnv() for real time",
          },
        ),
      );
    });
    this.#watches.add(end);
    return end;
  }

  /**
   * Keeps time where it is until `work` of the host has settled, such as a user who types at a terminal: no timer fires
   * meanwhile. A run that waits for it is not stalled.
   *
   * @returns what `work` settles with.
   */
  async duringHostWork<T>(work: Promise<T>): Promise<T> {
    this.#hostWork.add(work);
    try {
      return await work;
    } finally {
      this.#hostWork.delete(work);
    }
  }

  /**
   * Moves time forward until `work` settles, and returns what it settled with.
   *
   * @throws {StallError} `STALLED` when `work` waits and no timer is armed; `LIVELOCK` when timers
   *   keep re-arming at one instant; `ENDLESS` when a limit is passed.
   */
  async run<T>(work: Promise<T>, limits: RunLimits = {}): Promise<T> {
    this.#running++;
    for (const end of this.#watches) end();
    try {
      return await this.#runUntilSettled(work, limits);
    } finally {
      this.#running--;
    }
  }

  async #runUntilSettled<T>(
    work: Promise<T>,
    { firings: firingsMax = Infinity, durationMs = Infinity }: RunLimits,
  ): Promise<T> {
    const endMs = this.#nowMs + durationMs;
    const outcome = { settled: false };
    const mark = () => {
      outcome.settled = true;
    };
    work.then(mark, mark);

    for (let firings = 0; ;) {
      await nextHostTurn();
      if (outcome.settled) return work;
      if (this.#hostWork.size > 0) {
        await Promise.race([work, ...this.#hostWork].map((one) => one.then(noted, noted)));
        continue;
      }

      const next = this.#pop();
      if (next === undefined) {
        throw new StallError("STALLED", `work is pending at ${this.#nowMs} ms and no timer is armed`);
      }
      firings += 1;
      if (firings > firingsMax) throw endless(`${firingsMax} timers fired`, next.name, this.#nowMs);
      if (next.dueMs > endMs) throw endless(`${durationMs} ms passed`, next.name, this.#nowMs);
      this.#fire(next);
    }
  }

  #fire(next: ArmedTimer): void {
    if (next.chain > CHAIN_PER_INSTANT_MAX) {
      throw new StallError("LIVELOCK", `timer "${next.name}" keeps firing at ${this.#nowMs} ms`);
    }
    this.#nowMs = next.dueMs;
    this.#chain = next.chain;
    next.fire();
  }

  /** Lets `durationMs` pass, with everything that falls due in it. */
  advance(durationMs: number): Promise<void> {
    return this.run(new Promise((resolve) => this.arm(durationMs, "clock.advance", resolve)));
  }

  #push(timer: ArmedTimer): void {
    const heap = this.#heap;
    let at = heap.push(timer) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(timer, heap[parent] as ArmedTimer)) break;
      heap[at] = heap[parent] as ArmedTimer;
      at = parent;
    }
    heap[at] = timer;
  }

  #pop(): ArmedTimer | undefined {
    const next = this.#next();
    if (next !== undefined) this.#removeTop();
    return next;
  }

  #next(): ArmedTimer | undefined {
    // Disarmed timers stay in the heap until their turn: removing them early would cost a search.
    while (this.#heap[0]?.disarmed === true) this.#removeTop();
    return this.#heap[0];
  }

  #removeTop(): void {
    const heap = this.#heap;
    const last = heap.pop() as ArmedTimer;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as ArmedTimer, heap[child] as ArmedTimer))
        child++;
      if (!isBefore(heap[child] as ArmedTimer, last)) break;
      heap[at] = heap[child] as ArmedTimer;
      at = child;
    }
    heap[at] = last;
  }
}

/** What host work came to is its caller's business. */
const noted = () => {};

function endless(what: string, timer: string, atMs: number): StallError {
  return new StallError(
    "ENDLESS",
    `${what} and the work is not done; at ${atMs} ms timer "${timer}" is next`,
    {
      hint: "What is set to never may wait for ever: give the one who waits a limit, or the one waited for a time.",
    },
  );
}

function isBefore(a: ArmedTimer, b: ArmedTimer): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
}
