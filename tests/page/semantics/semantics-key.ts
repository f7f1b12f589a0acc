import { type CtapHandler } from "../../../src/entry/ctap.js";
import {
  type AuthenticatorProfile,
  CredentialStore,
  type Env,
  type HidFirmware,
  SimAuthenticator,
  envFor,
  firmwareOf,
  fitForUhid,
  profileNamed,
  simulatedUser,
} from "../../../src/entry/sim.js";

/**
 * With everything that the browser's virtual authenticator has in the cases, fingerprint reader included: who uses it types
 * no PIN.
 */
const PROFILE: AuthenticatorProfile = {
  ...fitForUhid(profileNamed("ctap23")),
  name: "semantics-key",
  builtInUv: { modality: 2, configured: true, impliesTouch: true, retries: 5, attemptsPerCommand: 3 },
};

/** In milliseconds. */
export interface SemanticsKeyOptions {
  /** From the key's wish to the finger on its reader. */
  readonly touchMs: number;
  readonly upTimeoutMs?: number;
}

/** The key of the cases: the same on a kernel's USB, before an unmodified browser, and in the harness. */
export class SemanticsKey {
  /** Nobody is there to touch it. */
  isUntouched = false;
  readonly #env: Env;
  readonly #touchMs: number;
  readonly #profile: AuthenticatorProfile;
  #key: SimAuthenticator;

  /** @param upTimeoutMs how long it waits for a finger; 30 s when absent. */
  constructor(env: Env, { touchMs, upTimeoutMs }: SemanticsKeyOptions) {
    this.#env = env;
    this.#touchMs = touchMs;
    const { timeouts } = PROFILE;
    this.#profile = { ...PROFILE, timeouts: { ...timeouts, ...(upTimeoutMs && { upTimeoutMs }) } };
    this.#key = this.#made();
  }

  /** Takes another key of the same make, with nothing on it, in its place. */
  renew(): void {
    this.isUntouched = false;
    this.#key = this.#made();
  }

  /** Passes messages to the key that is there at the moment. */
  readonly handle: CtapHandler = (request, options) => this.#key.handle(request, options);

  get firmware(): HidFirmware {
    return { ...firmwareOf(this.#key), cbor: this.handle, powerCycle: () => this.#key.powerCycle() };
  }

  #made(): SimAuthenticator {
    const person = envFor(this.#env, "user");
    return new SimAuthenticator(envFor(this.#env, "key"), {
      profile: this.#profile,
      store: new CredentialStore(),
      user: {
        answer: (prompt, signal) => {
          const touchMs = this.#touchMs;
          const behaviour = this.isUntouched ? { walksAway: true } : { touchMs, verifyMs: touchMs };
          return simulatedUser(person, behaviour).answer(prompt, signal);
        },
      },
    });
  }
}
