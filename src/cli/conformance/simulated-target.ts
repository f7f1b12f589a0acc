import type { TargetFinger, TargetPower, Target } from "../../entry/conformance.js";
import type { HidPort } from "../../entry/hid.js";
import {
  type AuthenticatorProfile,
  CredentialStore,
  type Env,
  envFor,
  type HidFirmware,
  firmwareOf,
  SimAuthenticator,
  simHidPort,
  type SimHidPort,
  simulatedUser,
  type SimUser,
  type UserBehaviour,
} from "../../entry/sim.js";

export interface SimulatedTargetOptions {
  readonly profile: AuthenticatorProfile;
  /** What the key holds already; nothing when absent. */
  readonly store?: CredentialStore | undefined;
  /** How the simulated user behaves who is told to touch. */
  readonly user?: UserBehaviour | undefined;
  /** How the device behaves on USB. */
  readonly hid?: Parameters<typeof simHidPort>[2] | undefined;
  /** Puts something between the HID interface and the authenticator. */
  readonly firmware?: ((firmware: HidFirmware, key: SimAuthenticator) => HidFirmware) | undefined;
}

/** Has everything that a target can have. */
export interface SimulatedTarget extends Target {
  readonly port: () => Promise<HidPort>;
  readonly finger: TargetFinger & { touchedAtMs(): number | undefined };
  readonly power: TargetPower;
}

/** A simulated key that is plugged in, with a user who touches it when told to, and a switch for its power. */
export function simulatedTarget(env: Env, options: SimulatedTargetOptions): SimulatedTarget {
  const { profile } = options;
  const user = new ToldUser(env, simulatedUser(envFor(env, "user"), options.user ?? {}));
  const key = new SimAuthenticator(envFor(env, "key"), {
    profile,
    store: options.store ?? new CredentialStore(),
    user,
  });
  const plain = firmwareOf(key);
  const firmware = options.firmware?.(plain, key) ?? plain;
  let port: SimHidPort = simHidPort(envFor(env, "port"), firmware, { label: profile.name, ...options.hid });
  return {
    label: `simulated ${profile.name}`,
    port: async () => port,
    finger: user,
    power: {
      async cycle() {
        port.unplug();
        port = port.replug();
        return port;
      },
    },
    allowed: ["store", "pin", "config", "reset"],
  };
}

/** Touches, or leaves the device alone, as it is told; a touch that is asked for still may come once it is told to. */
class ToldUser implements SimUser {
  readonly #env: Env;
  readonly #user: SimUser;
  readonly #waiting = new Set<() => void>();
  #gesture: "touch" | "leave" = "leave";

  #touchedAtMs: number | undefined;

  constructor(env: Env, user: SimUser) {
    this.#env = env;
    this.#user = user;
  }

  touchedAtMs(): number | undefined {
    return this.#touchedAtMs;
  }

  prepare(gesture: "touch" | "leave"): void {
    this.#gesture = gesture;
    if (gesture === "touch") for (const begin of this.#waiting) begin();
  }

  needed(): void {}

  async answer(...[prompt, signal]: Parameters<SimUser["answer"]>): ReturnType<SimUser["answer"]> {
    if (this.#gesture === "leave") await this.#untilTold(signal);
    const answer = await this.#user.answer(prompt, signal);
    this.#touchedAtMs = this.#env.clock.nowMs();
    return answer;
  }

  #untilTold(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      const end = () => {
        this.#waiting.delete(begin);
        signal.removeEventListener("abort", abort);
      };
      const begin = () => {
        end();
        resolve();
      };
      const abort = () => {
        end();
        reject(signal.reason as Error);
      };
      this.#waiting.add(begin);
      signal.addEventListener("abort", abort, { once: true });
    });
  }
}
