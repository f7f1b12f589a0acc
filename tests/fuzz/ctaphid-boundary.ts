import { sleep } from "../../src/core/clock.js";
import { virtualEnv } from "../../src/env/virtual-env.js";
import { nullSink } from "../../src/core/trace.js";
import type { CtapHandler } from "../../src/ctap/device.js";
import { HidResponder } from "../../src/sim/hid/responder.js";
import { BROADCAST_CHANNEL, HidCommand } from "../../src/transports/hid/constants.js";
import { MessageAssembler, toReports, type HidMessage } from "../../src/transports/hid/framing.js";
import { violated, type FuzzBoundary, type FuzzWorld } from "./boundary.js";
import type { Chance } from "./chance.js";
import { mutate } from "./mutate.js";
import { FRAME_VECTORS } from "./vectors.js";

const COMMANDS = [0x81, 0x83, 0x84, 0x86, 0x88, 0x90, 0x91, 0xbb, 0xbf, 0xc0];
const LENGTHS = [0, 1, 8, 17, 57, 58, 116, 7609, 7610, 0xffff];

/** The longest a channel can keep the others away, in milliseconds. */
const LOCK_MS_MAX = 10_000;

/** Firmware that answers some requests at once and some after a while, and minds a cancel. */
function firmware(env: ReturnType<typeof virtualEnv>): CtapHandler {
  return async (request, options) => {
    const first = request[0] ?? 0;
    if (first & 1) return Uint8Array.of(0, first);
    options?.onKeepalive?.("up-needed");
    try {
      await sleep(env.clock, first * 10, "fuzz.firmware", options?.signal && { signal: options.signal });
    } catch {
      return Uint8Array.of(0x2d);
    }
    return new Uint8Array(first * 8);
  };
}

class HidWorld implements FuzzWorld {
  readonly #env = virtualEnv("fuzz ctaphid", nullSink);
  readonly #assembler = new MessageAssembler();
  readonly #device: HidResponder;
  #answers: HidMessage[] = [];
  #handed = 0;
  #channel = 0;
  readonly #corpus: readonly Uint8Array[];

  constructor() {
    const handle = firmware(this.#env);
    this.#device = new HidResponder(
      this.#env,
      { cbor: handle, msg: handle, wink: () => {} },
      {
        emit: (report) => {
          if (report.length !== 64) violated(`a report of ${report.length} bytes`);
          // Throws when frames of two messages mix or one is left out.
          const message = this.#assembler.push(report);
          if (message) this.#answers.push(message);
        },
      },
    );
    this.#channel = this.#init(new Uint8Array(8));
    this.#corpus = FRAME_VECTORS.map((frame) => onChannel(frame, this.#channel));
  }

  next(chance: Chance): Uint8Array {
    const kind = chance.below(8);
    if (kind === 0) return chance.bytes(chance.oneIn(4) ? chance.below(130) : 64);
    if (kind < 4) {
      const frame = chance.pick(this.#corpus);
      const changed = mutate(chance, frame, this.#corpus);
      return chance.oneIn(8) ? changed : fitted(changed);
    }
    const report = chance.bytes(64);
    const view = new DataView(report.buffer);
    view.setUint32(0, chance.oneIn(6) ? BROADCAST_CHANNEL : chance.oneIn(8) ? chance.word() : this.#channel);
    report[4] = chance.oneIn(3) ? chance.below(4) : chance.pick(COMMANDS);
    view.setUint16(5, chance.oneIn(2) ? chance.pick(LENGTHS) : chance.below(200));
    if (chance.oneIn(2)) report[7] = chance.below(64);
    return report;
  }

  async hand(report: Uint8Array): Promise<void> {
    this.#device.receive(report);
    this.#handed += 1;
    // Whatever is half done, somebody new must hear back at once.
    this.#init(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, this.#handed & 0xff));
    if (this.#handed % 8 === 0) await this.#env.clock.advance(this.#handed % 64 === 0 ? 3_000 : 40);
  }

  async settle(): Promise<void> {
    await this.#env.clock.advance(LOCK_MS_MAX);
    if (this.#assembler.pending) violated("an answer without its end");
    this.#channel = this.#init(new Uint8Array(8));
    if (this.#channel === 0) violated("locked for longer than a lock lasts");
    this.#answers = [];
    const payload = Uint8Array.of(1, 2, 3);
    this.#say({ channel: this.#channel, command: HidCommand.INIT, payload: new Uint8Array(8) });
    this.#say({ channel: this.#channel, command: HidCommand.PING, payload });
    const last = this.#answers.at(-1);
    if (last?.command !== HidCommand.PING || String(last.payload) !== String(payload)) violated("no ping");
  }

  /** @returns the channel given; the one before when a lock keeps us out. */
  #init(nonce: Uint8Array): number {
    this.#answers = [];
    this.#say({ channel: BROADCAST_CHANNEL, command: HidCommand.INIT, payload: nonce });
    const answer = this.#answers.at(-1);
    if (answer?.channel !== BROADCAST_CHANNEL) violated("INIT was not answered");
    if (answer.command === HidCommand.ERROR && answer.payload[0] === 0x06) return 0;
    if (answer.command !== HidCommand.INIT || answer.payload.length !== 17)
      violated("INIT was answered wrongly");
    if (String(answer.payload.subarray(0, 8)) !== String(nonce))
      violated("INIT was answered for somebody else");
    return new DataView(answer.payload.slice().buffer).getUint32(8);
  }

  #say(message: HidMessage): void {
    for (const report of toReports(message)) this.#device.receive(report);
  }
}

function onChannel(frame: Uint8Array, channel: number): Uint8Array {
  const moved = frame.slice();
  new DataView(moved.buffer).setUint32(0, channel);
  return moved;
}

/** As long as a report is. */
function fitted(bytes: Uint8Array): Uint8Array {
  const report = new Uint8Array(64);
  report.set(bytes.subarray(0, 64));
  return report;
}

export const ctaphidBoundary: FuzzBoundary = {
  name: "ctaphid",
  what: "the device side of CTAPHID, report by report",
  messagesPerWorld: 512,
  share: 1,
  start: () => new HidWorld(),
};
