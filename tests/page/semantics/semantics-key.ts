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

const FULL = fitForUhid(profileNamed("ctap23"));

/**
 * With everything that the browser's virtual authenticator has in the cases, fingerprint reader included: who uses it types
 * no PIN, so that no case needs a window.
 */
const READER: AuthenticatorProfile = {
  ...FULL,
  name: "semantics-reader",
  builtInUv: { modality: 2, configured: true, impliesTouch: true, retries: 5, attemptsPerCommand: 3 },
};

/**
 * Without reader, PIN, extensions: it tells no names of accounts, so that a browser shows no list of them, and none asks
 * its user to set a PIN up.
 */
const PLAIN: AuthenticatorProfile = {
  ...FULL,
  name: "semantics-plain",
  extensions: [],
  pinUvAuthProtocols: [],
  options: {
    ...FULL.options,
    clientPin: false,
    pinUvAuthToken: false,
    makeCredUvNotRqd: false,
    credMgmt: false,
    perCredMgmtRO: false,
    largeBlobs: false,
    authnrCfg: false,
    uvAcfg: false,
    setMinPINLength: false,
  },
};

/** What a key of the cases is like. */
export type SemanticsKeyKind = "reader" | "plain";

/** The key of the cases: the same on a kernel's USB, before an unmodified browser, and in the harness. */
export class SemanticsKey {
  /** Nobody is there to touch it. */
  isUntouched = false;
  readonly #env: Env;
  readonly #touchMs: number;
  #key: SimAuthenticator;

  constructor(env: Env, { touchMs }: { readonly touchMs: number }) {
    this.#env = env;
    this.#touchMs = touchMs;
    this.#key = this.#made("reader");
  }

  /** Takes another key, with nothing on it, in its place. */
  renew(kind: SemanticsKeyKind = "reader"): void {
    this.isUntouched = false;
    this.#key = this.#made(kind);
  }

  /** Passes messages to the key that is there at the moment. */
  readonly handle: CtapHandler = (request, options) => this.#key.handle(request, options);

  get firmware(): HidFirmware {
    return { ...firmwareOf(this.#key), cbor: this.handle, powerCycle: () => this.#key.powerCycle() };
  }

  #made(kind: SemanticsKeyKind): SimAuthenticator {
    const person = envFor(this.#env, "user");
    return new SimAuthenticator(envFor(this.#env, "key"), {
      profile: kind === "plain" ? PLAIN : READER,
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
