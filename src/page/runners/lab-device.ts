import type { VirtualEnv } from "../../core/env.js";
import type { KnobOverrides } from "../../sim/knobs/knobs.js";
import { parseKnobs, withKnobs } from "../../sim/knobs/knobs.js";
import type { CreationOptionsInput, RequestOptionsInput } from "../../webauthn/json-input.js";
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "../../webauthn/json.js";
import { HABITS, knobsOfDevice, lateFingerKnobs, type DeviceName } from "../device-names.js";
import { realPageWorld, type PageWorld } from "../page-world.js";

/** Where a page that asks is. */
export interface AskingPage {
  /** Such as `https://shop.example`; derived from the options' rp id when absent. */
  readonly origin?: string;
}

/**
 * An authenticator with its user and a browser, for tests of a server or of a library: takes a site's options as JSON and
 * gives what a page would send back. Time is virtual and passes while it is waited for.
 */
export class LabDevice {
  readonly #env: VirtualEnv;
  #knobs: KnobOverrides;
  #world: PageWorld | undefined;

  constructor(env: VirtualEnv, name: DeviceName, knobs: KnobOverrides = {}) {
    this.#env = { ...env, entropy: env.entropy.fork(name) };
    this.#knobs = { ...knobsOfDevice(name), ...knobs };
  }

  /** Sets any knobs for whatever happens next. @throws {KnobError} */
  set(knobs: KnobOverrides): this {
    if (this.#world === undefined) this.#knobs = { ...this.#knobs, ...parseKnobs(knobs) };
    else this.#world.setKnobs(knobs);
    return this;
  }

  /** The user touches the key, or confirms on the phone, this many milliseconds after it asks. */
  lateFinger(afterMs: number): this {
    return this.set(lateFingerKnobs(afterMs, this.#world?.knobs ?? withKnobs(this.#knobs)));
  }

  /** The user declines on the authenticator. */
  cancelled(): this {
    return this.set(HABITS.cancelled);
  }

  /**
   * Registers a passkey.
   *
   * @throws {PageRejection} with the `name` of what a page's promise would reject with.
   */
  register(options: CreationOptionsInput, page: AskingPage = {}): Promise<RegistrationResponseJSON> {
    const { browser } = this.#running();
    const call = { page: pageAt(page.origin ?? originOf(options.rp.id)) };
    return this.#env.clock.run(browser.create(options, call));
  }

  /** Logs in with a passkey. @throws {PageRejection} with the `name` of what a page's promise would reject with. */
  logIn(options: RequestOptionsInput, page: AskingPage = {}): Promise<AuthenticationResponseJSON> {
    const { browser } = this.#running();
    const call = { page: pageAt(page.origin ?? originOf(options.rpId)) };
    return this.#env.clock.run(browser.get(options, call));
  }

  #running(): PageWorld {
    this.#world ??= realPageWorld(this.#env, { knobs: this.#knobs });
    return this.#world;
  }
}

function originOf(rpId = "localhost"): string {
  return rpId === "localhost" ? "http://localhost" : `https://${rpId}`;
}

function pageAt(origin: string) {
  return { origin, isAllowed: true, hasFocus: () => true };
}
