import type { Disarm } from "../../../core/clock.js";
import type { Env } from "../../../core/env.js";
import type { SimUser, UserPrompt } from "../../user.js";

/** A touch counts for a request that comes this late, in milliseconds. Source: google/OpenSK. */
const TOUCH_KEPT_MS = 10_000;

/** Timer `key.u2f-poll`: a client that has not asked again for so long has gone. Source: trezor-firmware. */
const POLL_WINDOW_MS = 3_000;

/**
 * The touch of a U2F key, which never waits: it blinks as long as a client keeps asking, and a touch
 * serves the next request.
 */
export class U2fPresence {
  readonly #env: Env;
  readonly #user: SimUser;
  #blinking: AbortController | undefined;
  #touchedAtMs: number | undefined;
  #failure: { readonly error: unknown } | undefined;
  #disarm: Disarm = () => {};

  constructor(env: Env, user: SimUser) {
    this.#env = env;
    this.#user = user;
  }

  /**
   * Consumes a touch; returns false when there is none, and then asks for one. @throws what the simulated user threw.
   */
  take(prompt: UserPrompt): boolean {
    const failure = this.#failure;
    const touched = this.#touchedAtMs;
    if (failure !== undefined || touched !== undefined) this.end();
    if (failure !== undefined) throw failure.error;
    if (touched !== undefined && this.#env.clock.nowMs() - touched <= TOUCH_KEPT_MS) return true;
    this.#blinking ??= this.#ask(prompt);
    this.#disarm();
    this.#disarm = this.#env.clock.arm(POLL_WINDOW_MS, "key.u2f-poll", () => this.#stopBlinking());
    return false;
  }

  /** Ends the request for a touch, and discards a stored one. */
  end(): void {
    this.#stopBlinking();
    this.#touchedAtMs = undefined;
    this.#failure = undefined;
  }

  #stopBlinking(): void {
    this.#disarm();
    this.#blinking?.abort();
    this.#blinking = undefined;
  }

  /**
   * Asks for a touch. A user who refuses is not asked again until the client has stopped polling: U2F has no way to
   * answer "no".
   */
  #ask(prompt: UserPrompt): AbortController {
    const blinking = new AbortController();
    this.#user.answer(prompt, blinking.signal).then(
      ({ answer }) => {
        if (blinking.signal.aborted) return;
        if (answer === "approved") this.#touchedAtMs = this.#env.clock.nowMs();
        if (answer === "wrong-finger") this.#stopBlinking();
      },
      (error: unknown) => {
        if (!blinking.signal.aborted) this.#failure = { error };
      },
    );
    return blinking;
  }
}
