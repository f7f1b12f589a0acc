import type { Env } from "../../core/env.js";
import type { TraceContext } from "../../core/trace.js";
import { sleep } from "../../core/clock.js";
import { AsyncQueue } from "../../core/queue.js";
import { retryingScanner } from "../../hybrid/adapters/retrying-scanner.js";
import type { AdvertScanner, ReceivedAdvert } from "../../hybrid/ports.js";
import { RadioError } from "../../hybrid/adapters/radio-error.js";
import { joinedSignal, never } from "../../core/abort.js";
import { defaultsOf, type OptionsOf } from "../knobs/knob-spec.js";
import { ADAPTER_KNOBS, SCAN_KNOBS } from "./radio-knobs.js";

/** What client and adapter do about Bluetooth that was just switched on. */
export type RadioBehaviour = OptionsOf<typeof SCAN_KNOBS> &
  Pick<OptionsOf<typeof ADAPTER_KNOBS>, "readyAfterMs">;

/**
 * The computer's Bluetooth, as a browser has it: off, on, or switched in the middle of a scan.
 *
 * A browser whose scan does not start says nothing of it and leaves the code where it is, as Chromium does: nobody
 * listens until Bluetooth is switched off and on again.
 */
export class ComputerRadio implements AdvertScanner {
  readonly #env: Env;
  readonly #air: AdvertScanner;
  #behaviour: RadioBehaviour = { ...defaultsOf(SCAN_KNOBS), ...defaultsOf(ADAPTER_KNOBS) };
  /** Aborts when it is switched off; absent while it is off. */
  #power: AbortController | undefined = new AbortController();
  /** When it was last switched on; never while it has been on from the start. */
  #onSinceMs = -Infinity;
  readonly #waiting = new Set<() => void>();

  constructor(env: Env, air: AdvertScanner, { isOn = true }: { readonly isOn?: boolean } = {}) {
    this.#env = env;
    this.#air = air;
    if (!isOn) this.#power = undefined;
  }

  get isOn(): boolean {
    return this.#power !== undefined;
  }

  /** Sets options for scans that begin from now on. */
  setBehaviour(behaviour: RadioBehaviour): void {
    this.#behaviour = behaviour;
  }

  /** Switches it; a scan that runs hears nothing while it is off and goes on when it is on again. */
  power(on: boolean): void {
    if (on === this.isOn) return;
    this.#env.trace.emit({ kind: "link.hybrid", stage: on ? "radio-on" : "radio-off" });
    const ended = this.#power;
    this.#power = on ? new AbortController() : undefined;
    ended?.abort(new RadioError("RADIO_OFF", "Bluetooth was switched off"));
    if (!on) return;
    this.#onSinceMs = this.#env.clock.nowMs();
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  /** Waits until it is on. @throws the signal's reason. */
  async whenOn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.isOn) return;
    const woken = new AsyncQueue<true>();
    const wake = () => woken.put(true);
    this.#waiting.add(wake);
    try {
      await woken.next(signal);
    } finally {
      this.#waiting.delete(wake);
    }
  }

  async *listen(signal: AbortSignal, context?: TraceContext): AsyncIterable<ReceivedAdvert> {
    for (;;) {
      await this.whenOn(signal);
      const { signal: powered, release } = joinedSignal(signal, (this.#power as AbortController).signal);
      try {
        yield* this.#scan(powered, context);
        return;
      } catch (error) {
        if (signal.aborted || !(error instanceof RadioError)) throw error;
        if (!powered.aborted) await never(powered).catch(() => undefined);
        signal.throwIfAborted();
      } finally {
        release();
      }
    }
  }

  async *#scan(signal: AbortSignal, context: TraceContext | undefined): AsyncIterable<ReceivedAdvert> {
    const { clock } = this.#env;
    const { settleMs, scanRetries: retries } = this.#behaviour;
    const settlesInMs = this.#onSinceMs + settleMs - clock.nowMs();
    if (settlesInMs > 0) await sleep(clock, settlesInMs, "client.settle", { signal });
    const start = { listen: (ended: AbortSignal) => this.#start(ended, context) };
    yield* retryingScanner(this.#env, start, { retries }).listen(signal, context);
  }

  async *#start(signal: AbortSignal, context: TraceContext | undefined): AsyncIterable<ReceivedAdvert> {
    if (this.#env.clock.nowMs() < this.#onSinceMs + this.#behaviour.readyAfterMs) {
      throw new RadioError("RADIO_OFF", "the adapter is not ready yet");
    }
    // Where Bluetooth was on all the time a scan is a matter of course.
    if (this.#onSinceMs !== -Infinity) {
      this.#env.trace.in(context).emit({ kind: "link.hybrid", stage: "scan-started" });
    }
    yield* this.#air.listen(signal, context);
  }
}
