import type { CtapHandler } from "../../../src/entry/ctap.js";
import {
  CredentialStore,
  type Env,
  type ExposeUhidOptions,
  type ExposedUhidDevice,
  type HidFirmware,
  type Knobs,
  SimAuthenticator,
  envFor,
  exposeUhid,
  firmwareOf,
  simulatedUser,
} from "../../../src/entry/sim.js";
import { profileFor } from "../../../src/sim/profile-for.js";
import { told } from "./told.js";

/**
 * On an emulated processor a browser's packets of one message came more than half a second apart. The key then answered
 * MSG_TIMEOUT, and Chromium forgot it: no check is about that.
 */
const EMULATED = { reassemblyMs: 20_000 };

/** What makes a key one of this machine. */
export type Expose = (
  env: Env,
  firmware: HidFirmware,
  options: Pick<ExposeUhidOptions, "identity" | "knobs">,
) => Promise<ExposedUhidDevice>;

/** A key on the guest's USB, with the person of the same knobs beside it as in a simulated world. */
export class BrowserKey {
  /** Turned between ceremonies; what already runs keeps its settings. */
  knobs: Knobs;
  readonly store: CredentialStore;
  readonly #exposed: ExposedUhidDevice;

  private constructor(parts: {
    readonly knobs: Knobs;
    readonly store: CredentialStore;
    readonly exposed: ExposedUhidDevice;
  }) {
    this.knobs = parts.knobs;
    this.store = parts.store;
    this.#exposed = parts.exposed;
  }

  /** @param expose how the key comes to be one of this machine: `exposeUhid`, or by USB/IP. */
  static async plugIn(env: Env, knobs: Knobs, expose: Expose = exposeUhid): Promise<BrowserKey> {
    const own = envFor(env, "key");
    const person = envFor(env, "user");
    const store = new CredentialStore();
    let current = () => knobs;
    const authenticator = new SimAuthenticator(own, {
      profile: profileFor(knobs),
      store,
      user: {
        answer(prompt, signal) {
          const { touchDelayMs } = current().key;
          const behaviour = touchDelayMs === null ? { walksAway: true } : { touchMs: touchDelayMs };
          return simulatedUser(person, behaviour).answer(prompt, signal);
        },
      },
    });
    const firmware = firmwareOf(authenticator);
    const handle: CtapHandler = async (request, { signal, ...nonCancellable } = {}) => {
      const { ignoresCancel } = current().key;
      return authenticator.handle(
        request,
        ignoresCancel || !signal ? nonCancellable : { ...nonCancellable, signal },
      );
    };
    const exposed = await expose(own, { ...firmware, cbor: told(own, handle) }, { knobs: EMULATED });
    const key = new BrowserKey({ knobs, store, exposed });
    current = () => key.knobs;
    return key;
  }

  unplug(): Promise<void> {
    return this.#exposed.unplug();
  }
}
