import { linuxAdvertiser, wsDialer } from "../../../src/entry/hybrid.js";
import {
  CredentialStore,
  type Env,
  type PhoneOutcome,
  SimAuthenticator,
  SimPhone,
  envFor,
  simulatedUser,
  profileNamed,
} from "../../../src/entry/sim.js";
import { told } from "./told.js";

export interface HybridPhoneParts {
  /** The relay on loopback that stands in for the tunnel service. */
  readonly relay: string;
  readonly ca: string;
  /** The N of the phone's hciN. */
  readonly adapter: number;
}

/** How one scan of the phone goes. */
export interface ScanHabits {
  /** From the phone's question to its owner's answer. */
  readonly touchMs: number;
  readonly advertSuffix?: Uint8Array;
}

/** Longer than any ceremony of the lab: who gives up first is the browser or its page. */
const PATIENT_MS = 300_000;

/** A simulated phone with a real radio, and the passkeys it has made. */
export class HybridPhone {
  readonly store = new CredentialStore();
  readonly #env: Env;
  readonly #parts: HybridPhoneParts;

  constructor(env: Env, parts: HybridPhoneParts) {
    this.#env = env;
    this.#parts = parts;
  }

  /** Settles when nothing of the session is left. */
  scan(qr: string, { touchMs, advertSuffix }: ScanHabits): Promise<PhoneOutcome> {
    const env = envFor(this.#env, "phone");
    const { relay, ca, adapter } = this.#parts;
    const profile = profileNamed("phone");
    const authenticator = new SimAuthenticator(env, {
      profile: { ...profile, timeouts: { ...profile.timeouts, upTimeoutMs: PATIENT_MS } },
      store: this.store,
      user: simulatedUser(envFor(this.#env, "user"), { touchMs, verifyMs: touchMs }),
    });
    const phone = new SimPhone(
      env,
      {
        advertiser: linuxAdvertiser(env, { via: "hci", adapter }),
        dialer: wsDialer({ service: relay, tls: { ca } }),
        handle: told(env, (...message) => authenticator.handle(...message)),
      },
      { platformTimeoutMs: PATIENT_MS, advertSuffix },
    );
    return phone.scan(qr);
  }
}
