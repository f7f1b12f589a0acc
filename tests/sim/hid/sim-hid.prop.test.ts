import fc from "fast-check";
import { expect, test } from "vitest";
import { virtualEnv } from "../../../src/env/virtual-env.js";
import { HidResponder } from "../../../src/sim/hid/responder.js";
import { MessageAssembler, toReports, type HidMessage } from "../../../src/transports/hid/framing.js";
import { contractFirmware } from "../../contract/ctap-device.js";
import { scriptedEntropy } from "../../helpers/scripted-entropy.js";

const CHANNEL = Uint8Array.of(1, 2, 3, 4);
const BROADCAST = Uint8Array.of(0xff, 0xff, 0xff, 0xff);

/** Mostly on channels that exist, mostly with commands that do: random bytes alone hit nothing. */
const report = fc
  .tuple(
    fc.oneof(
      { weight: 6, arbitrary: fc.constant(CHANNEL) },
      { weight: 1, arbitrary: fc.constant(BROADCAST) },
      { weight: 1, arbitrary: fc.uint8Array({ minLength: 4, maxLength: 4 }) },
    ),
    fc.oneof(
      fc.constantFrom(0x81, 0x83, 0x84, 0x86, 0x88, 0x90, 0x91, 0, 1, 2),
      fc.integer({ min: 0, max: 255 }),
    ),
    fc.oneof(fc.integer({ min: 0, max: 120 }), fc.integer({ min: 0, max: 0xffff })),
    fc.uint8Array({ minLength: 57, maxLength: 57 }),
  )
  .map(([channel, fifth, length, data]) =>
    Uint8Array.of(...channel, fifth, length >> 8, length & 0xff, ...data),
  );

const step = fc.oneof(
  { weight: 5, arbitrary: report },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 70 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 700 }) },
);

test("whatever reports arrive, whenever: whole answers, no crash, and a device that still works", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      let draws = 0;
      const env = {
        ...virtualEnv("fuzz"),
        entropy: scriptedEntropy(
          CHANNEL,
          ...Array.from({ length: 50 }, () => Uint8Array.of(9, 9, 9, draws++)),
        ),
      };
      const assembler = new MessageAssembler();
      const answers: HidMessage[] = [];
      const device = new HidResponder(
        env,
        { cbor: contractFirmware, msg: contractFirmware, wink: () => {} },
        {
          emit(report) {
            const message = assembler.push(report);
            if (message) answers.push(message);
          },
        },
      );
      const say = (command: number, payload: Uint8Array, channel = 0x01020304) => {
        for (const one of toReports({ channel, command, payload })) device.receive(one);
      };
      say(0x06, new Uint8Array(8), 0xffff_ffff);
      for (const one of steps) {
        if (typeof one === "number") await env.clock.advance(one);
        else device.receive(one);
      }
      expect(assembler.pending).toBe(false);
      // A lock lasts ten seconds at most; then INIT and a ping must work whatever came before.
      await env.clock.advance(10_000);
      answers.length = 0;
      say(0x06, new Uint8Array(8));
      say(0x01, Uint8Array.of(1, 2, 3));
      expect(answers.at(-1)).toEqual({
        channel: 0x01020304,
        command: 0x01,
        payload: Uint8Array.of(1, 2, 3),
      });
    }),
    { numRuns: 300 },
  );
});
