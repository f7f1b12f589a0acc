import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CtapCommand, nameOfCommand } from "../../src/ctap/command.js";
import type { CtapHandler } from "../../src/ctap/device.js";
import { systemClock } from "../../src/core/clock.js";
import { envFor } from "../../src/core/env.js";
import { systemEnv } from "../../src/env/system-env.js";
import { MemorySink, startTrace, type TraceRecord } from "../../src/core/trace.js";
import { SimAuthenticator } from "../../src/sim/authenticator/authenticator.js";
import { CredentialStore } from "../../src/sim/authenticator/store/credential-store.js";
import { exposeUnix } from "../../src/sim/expose/unix.js";
import type { ExposedDevice } from "../../src/sim/expose/exposed-device.js";
import type { AuthenticatorProfile } from "../../src/sim/profiles/profile.js";
import { profileNamed } from "../../src/sim/profiles/profiles.js";
import { firmwareOf } from "../../src/sim/hid/firmware-of.js";
import { simulatedUser, type UserBehaviour } from "../../src/sim/user.js";

export interface KeyOnSocketOptions {
  /** Name of the profile to start from; `ctap23` when absent. */
  readonly profile?: string;
  readonly different?: Partial<AuthenticatorProfile>;
  readonly behaviour?: UserBehaviour;
}

/** A simulated key that programs outside of this process can reach, on real time. */
export class KeyOnSocket implements AsyncDisposable {
  readonly path: string;
  readonly key: SimAuthenticator;
  /** What the key and its owner did, for the test to look at. */
  readonly records: readonly TraceRecord[];
  winks = 0;
  readonly #exposed: ExposedDevice;
  readonly #folder: string;
  readonly #asked = new Map<number, number>();
  #onAsked: () => void = () => {};

  private constructor(
    parts: Pick<KeyOnSocket, "path" | "key" | "records">,
    exposed: ExposedDevice,
    folder: string,
  ) {
    this.path = parts.path;
    this.key = parts.key;
    this.records = parts.records;
    this.#exposed = exposed;
    this.#folder = folder;
  }

  get store(): CredentialStore {
    return this.key.store;
  }

  /** Someone at the key answers at once, unless `habits` says otherwise. */
  static async plugIn(options: KeyOnSocketOptions = {}): Promise<KeyOnSocket> {
    const sink = new MemorySink();
    const env = { ...systemEnv(), trace: startTrace(systemClock, sink) };
    const key = new SimAuthenticator(envFor(env, "key"), {
      profile: { ...profileNamed(options.profile ?? "ctap23"), ...options.different },
      store: new CredentialStore(),
      user: simulatedUser(envFor(env, "user"), {
        touchMs: 1,
        verifyMs: 1,
        chooseMs: 1,
        ...options.behaviour,
      }),
    });
    const folder = await mkdtemp(join(tmpdir(), "interop-"));
    const path = join(folder, "key");
    const winks = { count: () => {} };
    const asked = { count: (_command: number) => {} };
    const firmware = firmwareOf(key);
    const counting: CtapHandler = (request, how) => {
      asked.count(request[0] ?? 0);
      return key.handle(request, how);
    };
    const exposed = await exposeUnix(env, { ...firmware, cbor: counting, wink: () => winks.count() }, path);
    const offered = new KeyOnSocket({ path, key, records: sink.records }, exposed, folder);
    asked.count = (command) => offered.#count(command);
    winks.count = () => (offered.winks += 1);
    return offered;
  }

  /** Names of the commands that the key was asked so far. */
  get commandsAsked(): ReadonlySet<string> {
    return new Set([...this.#asked.keys()].map(nameOfCommand));
  }

  /** Resolves once the key has been asked a command this many times from now on. */
  async untilAsked(command: keyof typeof CtapCommand, times: number): Promise<void> {
    const byte = CtapCommand[command];
    const until = (this.#asked.get(byte) ?? 0) + times;
    while ((this.#asked.get(byte) ?? 0) < until) {
      await new Promise<void>((resolve) => (this.#onAsked = resolve));
    }
  }

  #count(command: number): void {
    this.#asked.set(command, (this.#asked.get(command) ?? 0) + 1);
    this.#onAsked();
  }

  /** Power lost and back; whoever is connected is not any more. */
  powerCycle(): Promise<void> {
    return this.#exposed.powerCycle();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#exposed[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
