import { virtualEnv } from "../../src/env/virtual-env.js";
import { nullSink } from "../../src/core/trace.js";
import { AsyncQueue } from "../../src/core/queue.js";
import { openHidDevice } from "../../src/transports/hid/channel.js";
import { toReports } from "../../src/transports/hid/framing.js";
import type { HidPort } from "../../src/transports/hid/port.js";
import type { FuzzBoundary, FuzzWorld } from "./boundary.js";
import type { Chance } from "./chance.js";
import { onlyOurErrors } from "./client-boundary.js";
import { mutate } from "./mutate.js";
import { FRAME_VECTORS } from "./vectors.js";

const CHANNEL = 0x0102_0304;

/** The answer to an INIT: this nonce, our channel, version 2, CTAP2 and U2F and a light to wink with. */
function initAnswer(nonce: Uint8Array): Uint8Array {
  return Uint8Array.of(...nonce, 1, 2, 3, 4, 2, 1, 0, 0, 5);
}

/**
 * Our end of CTAPHID with a device that says the message instead of the answers it owes.
 *
 * A message is a byte that says from which answer on, and reports without their length: 64 bytes each, the
 * last one as long as it is.
 */
class HostWorld implements FuzzWorld {
  readonly #corpus: readonly Uint8Array[];

  constructor() {
    this.#corpus = FRAME_VECTORS.map((frame) => {
      const moved = frame.slice();
      new DataView(moved.buffer).setUint32(0, CHANNEL);
      return moved;
    });
  }

  next(chance: Chance): Uint8Array {
    const reports = Array.from({ length: 1 + chance.below(4) }, () => {
      if (chance.oneIn(8)) return chance.bytes(64);
      const frame = chance.pick(this.#corpus);
      const report = new Uint8Array(64);
      report.set(mutate(chance, frame, this.#corpus).subarray(0, 64));
      return report;
    });
    return Uint8Array.of(chance.below(3), ...reports.flatMap((report) => [...report]));
  }

  async hand(message: Uint8Array): Promise<void> {
    const env = virtualEnv("fuzz host", nullSink);
    const inbox = new AsyncQueue<Uint8Array>();
    const from = message[0] ?? 0;
    let written = 0;
    const port: HidPort = {
      label: "fuzz",
      reports: () => inbox,
      close: () => Promise.resolve(inbox.close()),
      write(report) {
        if (written++ === from) {
          for (let at = 1; at < message.length; at += 64) inbox.put(message.slice(at, at + 64));
        } else if (report[4] === 0x86) {
          const channel = new DataView(report.buffer, report.byteOffset).getUint32(0);
          const payload = initAnswer(report.subarray(7, 15));
          for (const one of toReports({ channel, command: 0x06, payload })) inbox.put(one);
        }
        return Promise.resolve();
      },
    };
    const conversation = async () => {
      const device = await openHidDevice(env, port);
      try {
        await device.transact(Uint8Array.of(0x04));
        await device.ping(Uint8Array.of(1, 2, 3));
      } finally {
        await device[Symbol.asyncDispose]();
      }
    };
    await onlyOurErrors(env.clock.run(conversation()));
  }

  settle(): void {}
}

export const hostBoundary: FuzzBoundary = {
  name: "host",
  what: "our end of CTAPHID, whose device says something else",
  messagesPerWorld: 256,
  // A message is a conversation, with all the timeouts it takes.
  share: 0.1,
  start: () => new HostWorld(),
};
