import { HarnessError } from "../core/errors.js";

/** What one timeline says of itself when it was asked. */
export interface TimelineReport {
  readonly nowMs: number;
  /** When its next timer is due; absent where none is armed. */
  readonly nextDueMs?: number | undefined;
  /** Something real is under way that must end before time may pass: a call over the network. */
  readonly isBusy: boolean;
  /** Grows with everything that happened on it. */
  readonly activity: number;
}

/** One of the clocks that are led together: the timers of a document, or those of the harness. */
export interface Timeline {
  /** Lets everything that was set off run, and says how the timeline stands. `undefined`: it is gone. */
  report(): Promise<TimelineReport | undefined>;
  /** Goes to `toMs`, to which nothing is due before; fires nothing. */
  passTo(toMs: number): Promise<void>;
  /**
   * Fires the timers due up to `toMs`, each at its own instant, and stays at the last of them; stops at the instant at
   * which it did something that another timeline may answer to.
   */
  runTo(toMs: number): Promise<void>;
}

export interface ConductorDeps {
  /** The timelines in their order: of timers due at one instant those of the first come first. */
  readonly timelines: () => readonly Timeline[];
  /** How long real things may take before time goes on, in milliseconds of real time. */
  readonly patienceMs: number;
  /** Real time, for the patience alone. */
  readonly realNowMs: () => number;
  /** Real calls that are under way and that no timeline knows of: a navigation, an image. */
  readonly openCalls: () => readonly string[];
}

/** `NETWORK_PENDING`: a real call did not end. `TIME_LIVELOCK`: timers keep arming each other at one instant. */
export class ConductorError extends HarnessError<"NETWORK_PENDING" | "TIME_LIVELOCK"> {}

/** Steps at one instant before the run is called a livelock. */
const STEPS_PER_INSTANT_MAX = 10_000;

/** Whether a step went to a timer, or there was none to go to. */
export type Step = "moved" | "idle";

/**
 * Leads several timelines as one: lets what is real settle, then goes to the next timer of all, and to that one only.
 *
 * No timer fires before it is due on every timeline, none is left behind, and the order of two does not depend on how
 * fast the machine is.
 */
export class Conductor {
  readonly #deps: ConductorDeps;
  #nowMs = 0;
  #stepsNow = 0;

  constructor(deps: ConductorDeps) {
    this.#deps = deps;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /**
   * Waits until nothing happens any more: no real call is under way, and every timeline says twice that it did nothing.
   *
   * @returns what each timeline said at last.
   * @throws {ConductorError} `NETWORK_PENDING`.
   */
  async settle(): Promise<readonly Settled[]> {
    const untilMs = this.#deps.realNowMs() + this.#deps.patienceMs;
    let before = "";
    for (;;) {
      const settled = await this.#ask();
      const now = JSON.stringify([settled.map(({ report }) => report), this.#deps.openCalls()]);
      const isBusy = settled.some(({ report }) => report.isBusy) || this.#deps.openCalls().length > 0;
      if (!isBusy && now === before) return settled;
      before = now;
      if (this.#deps.realNowMs() > untilMs) throw pending(this.#deps, now);
    }
  }

  /**
   * Settles, then goes to the next timer; stays where the next one is due after `limitMs`.
   *
   * @throws {ConductorError} `NETWORK_PENDING`, `TIME_LIVELOCK`.
   */
  async step(limitMs: number): Promise<Step> {
    const settled = await this.settle();
    const due = settled.map(({ report }) => report.nextDueMs ?? Infinity);
    const nextMs = Math.min(...due);
    if (nextMs > limitMs) return "idle";
    this.#count(nextMs);
    await this.#passTo(settled, nextMs);
    const at = due.indexOf(nextMs);
    await settled[at]?.timeline.runTo(this.#aheadMs(settled, at, { nextMs, limitMs }));
    return "moved";
  }

  /** Lets time pass up to `untilMs`, with everything that is due in it. */
  async runUntil(untilMs: number): Promise<void> {
    while ((await this.step(untilMs)) === "moved");
    await this.#passTo(await this.settle(), untilMs);
  }

  /** Fires what is due up to `untilMs`, and stays at the last of it. */
  async runDue(untilMs: number): Promise<void> {
    while ((await this.step(untilMs)) === "moved");
  }

  async #ask(): Promise<readonly Settled[]> {
    const settled: Settled[] = [];
    for (const timeline of this.#deps.timelines()) {
      const report = await timeline.report();
      if (report === undefined) continue;
      settled.push({ timeline, report });
      this.#nowMs = Math.max(this.#nowMs, report.nowMs);
    }
    return settled;
  }

  /** How far the timeline whose turn it is may go alone: as far as nobody else has anything due before it. */
  #aheadMs(
    settled: readonly Settled[],
    at: number,
    { nextMs, limitMs }: { readonly nextMs: number; readonly limitMs: number },
  ): number {
    const others = settled.filter((_, index) => index !== at);
    // What it says to the other carries its time; a third one would not hear of it.
    if (others.length > 1) return nextMs;
    const aheadMs = Math.min(limitMs, ...others.map(({ report }) => report.nextDueMs ?? Infinity));
    return Number.isFinite(aheadMs) ? aheadMs : nextMs;
  }

  async #passTo(settled: readonly Settled[], toMs: number): Promise<void> {
    this.#nowMs = Math.max(this.#nowMs, toMs);
    for (const { timeline, report } of settled)
      if (report.nowMs < this.#nowMs) await timeline.passTo(this.#nowMs);
  }

  #count(nextMs: number): void {
    // Compared before time moves on.
    this.#stepsNow = nextMs > this.#nowMs ? 0 : this.#stepsNow + 1;
    if (this.#stepsNow <= STEPS_PER_INSTANT_MAX) return;
    throw new ConductorError("TIME_LIVELOCK", `timers keep firing at ${this.#nowMs} ms`);
  }
}

interface Settled {
  readonly timeline: Timeline;
  readonly report: TimelineReport;
}

function pending({ openCalls, patienceMs }: ConductorDeps, state: string): ConductorError {
  const calls = openCalls();
  const which = calls.length > 0 ? calls.join(", ") : `a call of a script (${state})`;
  return new ConductorError(
    "NETWORK_PENDING",
    `${which} is not answered after ${patienceMs} ms of real time`,
    {
      hint: 'virtual time stands still while the network works; for a call that waits by design raise networkPatienceMs, or use time: "real"',
      aftermath: "unknown",
    },
  );
}
