import { equalBytes } from "../../src/core/bytes.js";
import { envFor, type Env, type VirtualEnv } from "../../src/core/env.js";
import { Mutex } from "../../src/core/queue.js";
import { virtualEnv } from "../../src/env/virtual-env.js";
import type { CtapDevice, TransactOptions } from "../../src/ctap/device.js";
import { LoopbackDevice } from "../../src/sim/loopback.js";
import { pooledCrypto } from "../helpers/pooled-crypto.js";
import type { Story } from "./stories.js";
import { plainProfile, WatchedKey, type Deeds } from "./watched-key.js";
import type { World } from "./worlds.js";

/** One exchange of a clean run, and what the authenticator had done once it had answered. */
interface Recorded {
  readonly request: Uint8Array;
  readonly response: Uint8Array;
  readonly deeds: Deeds;
}

export type Tape = readonly Recorded[];

const crypto = pooledCrypto();
const NO_TRACE = { write: () => {} };
const PROFILE = plainProfile("generic");
const NO_DEEDS: Deeds = { created: false, signed: false, otherwiseChanged: false };

const newEnv = (): VirtualEnv => ({ ...virtualEnv("aftermath", NO_TRACE), crypto });

/** Plays a story once on a simulated key and keeps what it was asked and answered. @throws when the story goes wrong. */
export async function recordTape(story: Story): Promise<Tape> {
  const env = newEnv();
  const key = new WatchedKey(env, PROFILE, story.snapshot);
  const device = new LoopbackDevice(env, key.handle);
  const tape: Recorded[] = [];
  const recording = onUsb(async (request, options) => {
    const response = await device.transact(request, options);
    tape.push({ request, response, deeds: key.deeds });
    return response;
  });
  await env.clock.run(story.run(envFor(env, "browser"), recording));
  return tape;
}

/**
 * A world whose key answers from the tape while it is asked what it was asked then: the same bytes, without computing
 * them again. The first request that differs goes to a simulated key that was told everything up to it.
 */
export function tapedWorld(story: Story, tape: Tape): World {
  const env = newEnv();
  const key = new TapedKey(env, story, tape);
  return {
    env,
    browser: envFor(env, "browser"),
    deeds: () => key.deeds,
    open: async () => onUsb((request, options) => key.transact(request, options)),
  };
}

class TapedKey {
  readonly #env: Env;
  readonly #story: Story;
  readonly #tape: Tape;
  readonly #mutex = new Mutex();
  #served = 0;
  #live: WatchedKey | undefined;

  constructor(env: Env, story: Story, tape: Tape) {
    this.#env = env;
    this.#story = story;
    this.#tape = tape;
  }

  get deeds(): Deeds {
    return this.#live?.deeds ?? this.#tape[this.#served - 1]?.deeds ?? NO_DEEDS;
  }

  async transact(request: Uint8Array, options: TransactOptions | undefined): Promise<Uint8Array> {
    const next = this.#tape[this.#served];
    if (this.#live === undefined && next !== undefined && equalBytes(next.request, request)) {
      this.#served += 1;
      return next.response;
    }
    return this.#mutex.run(async () => (await this.#goLive()).handle(request, options));
  }

  async #goLive(): Promise<WatchedKey> {
    if (this.#live !== undefined) return this.#live;
    this.#live = new WatchedKey(this.#env, PROFILE, this.#story.snapshot);
    for (const { request } of this.#tape.slice(0, this.#served)) await this.#live.handle(request);
    return this.#live;
  }
}

function onUsb(transact: CtapDevice["transact"]): CtapDevice {
  return {
    transport: "usb",
    label: "taped key",
    oneShot: false,
    transact,
    [Symbol.asyncDispose]: async () => {},
  };
}
