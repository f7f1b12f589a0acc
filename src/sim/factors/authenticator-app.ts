import { drawFraction } from "../../core/entropy.js";
import type { Env } from "../../core/env.js";

/** One code a half minute. @see RFC 6238 §5.2 (time step of 30 seconds, one step of tolerance) */
const STEP_MS = 30_000;
const TOLERATED_STEPS = 1;
const DIGITS = 6;

/** The secret an app and a site share: both make the same codes out of it and the time. */
export class AuthenticatorApp {
  readonly #env: Env;

  constructor(env: Env) {
    this.#env = env;
  }

  /** What the app shows. @param offMs how far its clock is ahead. */
  shows(offMs: number): string {
    return this.#codeOf(this.#step(offMs));
  }

  accepts(digits: string): boolean {
    const now = this.#step(0);
    for (let off = -TOLERATED_STEPS; off <= TOLERATED_STEPS; off += 1) {
      if (this.#codeOf(now + off) === digits) return true;
    }
    return false;
  }

  #step(offMs: number): number {
    return Math.floor((this.#env.clock.epochMs() + offMs) / STEP_MS);
  }

  #codeOf(step: number): string {
    const entropy = this.#env.entropy.fork(`app ${step}`);
    return Array.from({ length: DIGITS }, () => Math.floor(drawFraction(entropy) * 10)).join("");
  }
}
