import { decodeCbor } from "../../src/cbor/decode.js";
import { concat } from "../../src/core/bytes.js";
import { CtapCommand } from "../../src/ctap/command.js";
import { parseInfo } from "../../src/ctap/messages/get-info.js";
import { nameOfStatus } from "../../src/ctap/status.js";
import { violated, type FuzzBoundary, type FuzzWorld } from "./boundary.js";
import type { Chance } from "./chance.js";
import { FuzzedKey } from "./fuzzed-key.js";
import { mutate, mutateCbor } from "./mutate.js";
import { allRecordings, type Recording } from "./recordings.js";

const GET_INFO = Uint8Array.of(CtapCommand.getInfo);
const COMMANDS = Object.values(CtapCommand);

/** Deeper than a response of any command is. */
const RESPONSE_DEPTH = 6;

/** How often the key is asked for its info in between, in messages. */
const INFO_EVERY = 16;

/** A canonical answer: a status that has a name, and a body only when all went well. */
export function checkResponse(response: Uint8Array): void {
  const status = response[0] ?? violated("no status");
  if (status !== 0) {
    if (response.length > 1) violated("a refusal with a body");
    if (nameOfStatus(status).startsWith("0x")) violated(`status ${nameOfStatus(status)}`);
  } else if (response.length > 1) decodeCbor(response.subarray(1), { depthMax: RESPONSE_DEPTH });
}

/** How often the recorded conversation goes on by one request, in messages. */
const STEP_EVERY = 5;

class CtapWorld implements FuzzWorld {
  readonly #bench: FuzzedKey;
  readonly #recording: Recording;
  /** How far the conversation has got: what comes next makes sense to the key as it is. */
  #at: number;
  #handed = 0;

  constructor(recording: Recording, at: number) {
    this.#recording = recording;
    this.#bench = new FuzzedKey(recording.profile);
    this.#at = at;
  }

  /** The part of the conversation before the fuzzing starts. */
  async replay(): Promise<void> {
    for (const request of this.#recording.requests.slice(0, this.#at)) await this.#send(request);
  }

  next(chance: Chance): Uint8Array {
    const { requests } = this.#recording;
    this.#bench.user.does = chance.oneIn(8)
      ? chance.pick(["refused", "wrong-finger", "nothing"])
      : "approved";
    if (chance.oneIn(12)) return concat(Uint8Array.of(chance.pick(COMMANDS)), chance.bytes(chance.below(60)));
    if (chance.oneIn(30)) return chance.bytes(chance.below(1300));
    const near = requests[this.#at + chance.below(3)];
    const model = near !== undefined && chance.oneIn(2) ? near : chance.pick(requests);
    if (chance.oneIn(3)) return mutate(chance, model, requests);
    const body = mutateCbor(chance, model.subarray(1));
    return body ? concat(model.subarray(0, 1), body) : mutate(chance, model, requests);
  }

  async hand(message: Uint8Array): Promise<void> {
    await this.#send(message);
    this.#handed += 1;
    // Now and then the client goes on, so that the key's state does.
    if (this.#handed % STEP_EVERY === 0) {
      const { requests } = this.#recording;
      await this.#send(requests[this.#at++ % requests.length] as Uint8Array);
    }
    if (this.#handed % INFO_EVERY === 0) await this.settle();
  }

  async settle(): Promise<void> {
    const response = await this.#send(GET_INFO);
    if (response[0] !== 0) violated(`getInfo answers ${nameOfStatus(response[0] ?? 0xff)}`);
    parseInfo(response.subarray(1));
  }

  async #send(message: Uint8Array): Promise<Uint8Array> {
    // Virtual time: a key that waits for ever is a stall, one that spins is a livelock; both throw.
    const response = await this.#bench.run(this.#bench.key.handle(message));
    checkResponse(response);
    return response;
  }
}

export const ctapBoundary: FuzzBoundary = {
  name: "ctap",
  what: "the simulated authenticator, in the middle of conversations our client had with it",
  messagesPerWorld: 512,
  share: 1,
  async start(chance) {
    const recording = chance.pick(await allRecordings());
    const world = new CtapWorld(recording, chance.below(recording.requests.length));
    await world.replay();
    return world;
  },
};
