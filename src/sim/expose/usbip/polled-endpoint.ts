import type { Clock, Disarm } from "../../../core/clock.js";

/**
 * Moves at most one report an interval, as a host looks at an interrupt endpoint.
 *
 * The first one after a pause moves at once.
 */
export class PolledEndpoint {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #move: () => boolean;
  #disarm: Disarm | undefined;
  #stopped = false;

  /** @param move moves one report; false when there is none, or none who takes it. */
  constructor(clock: Clock, intervalMs: number, move: () => boolean) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#move = move;
  }

  /** Says that there may be something to move. */
  kick(): void {
    if (this.#disarm !== undefined || this.#stopped || !this.#move()) return;
    this.#disarm = this.#clock.arm(this.#intervalMs, "usbip.interval", () => {
      this.#disarm = undefined;
      this.kick();
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#disarm?.();
  }
}
