import { sleep } from "../../core/clock.js";
import type { Env } from "../../core/env.js";
import type { PinAttempt } from "../../webauthn/client/client-context.js";
import type { Knobs } from "../knobs/knobs.js";

export interface PinEntryDeps {
  readonly knobs: () => Knobs;
  /** The right one. Secret. */
  readonly pin: string;
}

/** Simulates the user at a PIN field: types `pin.wrongFirst` wrong ones, no two alike, and then the right one. */
export class PinEntry {
  readonly #env: Env;
  readonly #deps: PinEntryDeps;
  #wrong = 0;

  constructor(env: Env, deps: PinEntryDeps) {
    this.#env = env;
    this.#deps = deps;
  }

  /** @returns `undefined` when the user gives up, as after the last attempt. */
  async type({ retriesLeft }: PinAttempt): Promise<string | undefined> {
    const { pin, user } = this.#deps.knobs();
    if (retriesLeft === 0) return undefined;
    await sleep(this.#env.clock, user.pinEntryMs, "user.pin-entry");
    if (this.#wrong >= pin.wrongFirst) return this.#deps.pin;
    this.#wrong += 1;
    return misspelt(this.#deps.pin, this.#wrong);
  }
}

/** The same digits with the first one off by `by`, which is never the right PIN for 1 to 9. */
function misspelt(pin: string, by: number): string {
  const first = (Number(pin[0]) + 1 + ((by - 1) % 9)) % 10;
  return `${first}${pin.slice(1)}`;
}
