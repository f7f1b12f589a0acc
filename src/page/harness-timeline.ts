import { nextHostTurn } from "../core/host-timers.js";
import type { VirtualClock } from "../core/virtual-clock.js";
import type { Timeline, TimelineReport } from "./conductor.js";

/** Turns of the host in which promises of the harness settle after a timer fired. */
const TURNS = 2;

/** The harness's own timers: of the browser client, the authenticators and their user. */
export class HarnessTimeline implements Timeline {
  readonly #clock: VirtualClock;
  #activity = 0;

  constructor(clock: VirtualClock) {
    clock.lead();
    this.#clock = clock;
  }

  /** Notes something that is not a timer: a call that came in, an answer that went out. */
  noteActivity(): void {
    this.#activity += 1;
  }

  async report(): Promise<TimelineReport> {
    await turns();
    const nowMs = this.#clock.nowMs();
    return { nowMs, nextDueMs: this.#clock.nextDueMs, activity: this.#activity, isBusy: false };
  }

  async passTo(toMs: number): Promise<void> {
    this.#clock.passTo(toMs);
  }

  async runTo(toMs: number): Promise<void> {
    const before = this.#activity;
    while ((this.#clock.nextDueMs ?? Infinity) <= toMs && this.#activity === before) {
      this.#clock.fireNext();
      await turns();
    }
  }
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) await nextHostTurn();
}
