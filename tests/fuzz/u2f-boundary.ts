import { concat } from "../../src/core/bytes.js";
import { encodeApdu, parseResponseApdu } from "../../src/ctap/u2f/apdu.js";
import {
  encodeU2fAuthenticationRequest,
  encodeU2fRegistrationRequest,
  parseU2fAuthentication,
  parseU2fRegistration,
  U2F_VERSION,
  U2fControl,
  U2fInstruction,
} from "../../src/ctap/u2f/u2f.js";
import { nameOfStatusWord, StatusWord } from "../../src/ctap/u2f/u2f-error.js";
import { speaksU2f, type AuthenticatorProfile } from "../../src/sim/profiles/profile.js";
import { PROFILES } from "../../src/sim/profiles/profiles.js";
import { violated, type FuzzBoundary, type FuzzWorld } from "./boundary.js";
import type { Chance } from "./chance.js";
import { FuzzedKey } from "./fuzzed-key.js";
import { mutate } from "./mutate.js";

const REQUEST = {
  application: new Uint8Array(32).fill(0x41),
  challenge: new Uint8Array(32).fill(0x42),
};
const NOTHING = new Uint8Array(0);
const MODELS = [...PROFILES.values()].filter(
  (profile) => speaksU2f(profile) && profile.options.alwaysUv !== true,
);

/** As long as the key remembers a touch, in milliseconds, and a little more. */
const TOUCH_FORGOTTEN_MS = 11_000;

function apdu(ins: number, p1: number, data: Uint8Array): Uint8Array {
  return encodeApdu({ cla: 0, ins, p1, p2: 0, data, le: 65_536 });
}

const VERSION = apdu(U2fInstruction.version, 0, NOTHING);
const REGISTER = apdu(U2fInstruction.register, 0, encodeU2fRegistrationRequest(REQUEST));

class U2fWorld implements FuzzWorld {
  readonly #bench: FuzzedKey;
  #corpus: readonly Uint8Array[] = [VERSION, REGISTER];

  constructor(profile: AuthenticatorProfile) {
    this.#bench = new FuzzedKey(profile);
  }

  /** Registers for real, so that there is a key handle to spoil. */
  async register(): Promise<void> {
    await this.#send(REGISTER);
    const { data, statusWord } = parseResponseApdu(await this.#send(REGISTER));
    if (statusWord !== StatusWord.NO_ERROR) violated(`register answers ${nameOfStatusWord(statusWord)}`);
    const { keyHandle } = parseU2fRegistration(data);
    const message = encodeU2fAuthenticationRequest({ ...REQUEST, keyHandle });
    const controls = Object.values(U2fControl);
    this.#corpus = [
      VERSION,
      REGISTER,
      ...controls.map((control) => apdu(U2fInstruction.authenticate, control, message)),
      apdu(U2fInstruction.authenticate, U2fControl.checkOnly, message.subarray(0, 65)),
    ];
  }

  next(chance: Chance): Uint8Array {
    this.#bench.user.does = chance.oneIn(8) ? chance.pick(["refused", "nothing"]) : "approved";
    if (chance.oneIn(12)) return chance.bytes(chance.below(300));
    const header = Uint8Array.of(chance.below(4), chance.below(4), chance.below(10), 0);
    if (chance.oneIn(12)) return concat(header, chance.bytes(chance.below(80)));
    return mutate(chance, chance.pick(this.#corpus), this.#corpus);
  }

  async hand(message: Uint8Array): Promise<void> {
    await this.#send(message);
  }

  async settle(): Promise<void> {
    await this.#bench.env.clock.advance(TOUCH_FORGOTTEN_MS);
    const { data, statusWord } = parseResponseApdu(await this.#send(VERSION));
    if (statusWord !== StatusWord.NO_ERROR) violated(`version answers ${nameOfStatusWord(statusWord)}`);
    if (String(data) !== String(U2F_VERSION)) violated("another version");
  }

  async #send(message: Uint8Array): Promise<Uint8Array> {
    const answer = await this.#bench.run(this.#bench.key.handleU2f(message));
    const { data, statusWord } = parseResponseApdu(answer);
    if (nameOfStatusWord(statusWord).startsWith("0x"))
      violated(`status word ${nameOfStatusWord(statusWord)}`);
    if (statusWord !== StatusWord.NO_ERROR && data.length > 0) violated("a refusal with data");
    if (statusWord === StatusWord.NO_ERROR) checkAnswer(message, data);
    return answer;
  }
}

/** Whatever was granted can be read by whoever asked. */
function checkAnswer(message: Uint8Array, data: Uint8Array): void {
  if (message[1] === U2fInstruction.register) parseU2fRegistration(data);
  else if (message[1] === U2fInstruction.authenticate) parseU2fAuthentication(data);
}

export const u2fBoundary: FuzzBoundary = {
  name: "u2f",
  what: "the simulated key's U2F, APDU by APDU",
  messagesPerWorld: 512,
  share: 1,
  async start(chance) {
    const world = new U2fWorld(chance.pick(MODELS));
    await world.register();
    return world;
  },
};
